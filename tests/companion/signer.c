// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/companion/signer.h"
#include "crypto/sign.h"
#include "format/evidence.h"
#include "format/fingerprint.h"
#include "format/psbt_request.h"
#include "format/review.h"
#include "format/spend.h"
#include <stdlib.h>
#include <string.h>

// BIP-39 seed of the test mnemonic with an empty passphrase.
static const uint8_t seed[64] = {
    0x5e, 0xb0, 0x0b, 0xbd, 0xdc, 0xf0, 0x69, 0x08, 0x48, 0x89, 0xa8, 0xab, 0x91, 0x55, 0x56, 0x81,
    0x65, 0xf5, 0xc4, 0x53, 0xcc, 0xb8, 0x5e, 0x70, 0x81, 0x1a, 0xae, 0xd6, 0xf6, 0xda, 0x5f, 0xc1,
    0x9a, 0x5a, 0xc4, 0x0b, 0x38, 0x9c, 0xd3, 0x70, 0xd0, 0x86, 0x20, 0x6d, 0xec, 0x8a, 0xa6, 0xc4,
    0x3d, 0xae, 0xa6, 0x69, 0x0f, 0x20, 0xad, 0x3d, 0x8d, 0x48, 0xb2, 0xd2, 0xce, 0x9e, 0x38, 0xe4,
};

enum signer_lie signer_lie;
uint8_t signer_device_secret[32] = {0xde, 0x71, 0xce};

enum { COIN = 100000, PSBT_CAP = 1 << 20 };

static struct secp secp;
static struct hd_key master;

static void require(bool good)
{
    if (!good)
        abort();
}

static void keys_begin(void)
{
    static const uint8_t blinding[32] = {1};
    require(secp_begin(&secp, blinding) == ERR_OK);
    require(hd_master(&secp, seed, sizeof seed, &master) == ERR_OK);
}

static struct hd_key key_at(uint32_t kind, uint32_t chain, uint32_t index)
{
    struct hd_key key;
    require(account_node(&secp, &master, NETWORK_TEST, kind, 0, &key) == ERR_OK);
    require(hd_child_public(&key, chain, &key) == ERR_OK);
    require(hd_child_public(&key, index, &key) == ERR_OK);
    return key;
}

static struct span script_of(const struct hd_key *key, uint32_t kind,
                             uint8_t out[ADDRESS_SCRIPT_MAX])
{
    uint8_t program[PROGRAM_MAX];
    size_t size;
    require(coin_program(kind, key->public_key, program) == ERR_OK);
    coin_script(kind, program, out, &size);
    return (struct span){out, size};
}

// A field of a PSBT map: its key is a type and data.
static void field(struct writer *w, uint8_t type, struct span data, struct span value)
{
    write_compact(w, 1 + data.size);
    write_u8(w, type);
    write_span(w, data);
    write_counted(w, value);
}

static void path_field(struct writer *w, uint8_t type, const struct hd_key *key, uint32_t kind,
                       uint32_t chain, uint32_t index)
{
    uint8_t bytes[32];
    struct writer v = writer_of(bytes, sizeof bytes);
    struct span name = {key->public_key, 33};
    if (kind == COIN_P2TR) {
        name = (struct span){key->public_key + 1, 32};
        write_compact(&v, 0); // no leaf: BIP-371
    }
    uint8_t fingerprint[4];
    put_be32(fingerprint, hd_fingerprint(&master));
    write_bytes(&v, fingerprint, 4);
    write_u32(&v, kind | HD_HARDENED);
    write_u32(&v, 1 | HD_HARDENED);
    write_u32(&v, 0 | HD_HARDENED);
    write_u32(&v, chain);
    write_u32(&v, index);
    field(w, type, name, (struct span){bytes, writer_size(&v)});
}

static void output_write(struct writer *w, uint64_t amount, struct span script)
{
    write_u64(w, amount);
    write_counted(w, script);
}

// A transaction that pays one coin to each script.
static struct span previous_make(uint8_t *out, size_t cap, uint8_t mark, struct span script)
{
    struct writer w = writer_of(out, cap);
    uint8_t txid[TXID_SIZE];
    memset(txid, mark, sizeof txid);
    write_u32(&w, 2);
    write_compact(&w, 1);
    write_bytes(&w, txid, sizeof txid);
    write_u32(&w, 0);
    write_compact(&w, 0);
    write_u32(&w, 0xffffffff);
    write_compact(&w, 1);
    output_write(&w, COIN, script);
    write_u32(&w, 0);
    return (struct span){out, writer_size(&w)};
}

static void input_write(struct writer *w, struct span previous)
{
    struct tx tx;
    uint8_t txid[TXID_SIZE];
    require(tx_parse(previous, TX_ANY, &tx) == ERR_OK);
    tx_txid(&tx, txid);
    write_bytes(w, txid, sizeof txid);
    write_u32(w, 0);
    write_compact(w, 0);
    write_u32(w, 0xfffffffd);
}

struct parts {
    struct hd_key coins[2], change;
    uint8_t scripts[3][ADDRESS_SCRIPT_MAX], previous[2][256], tx[512];
    struct span script[3], before[2], unsigned_tx;
};

static void parts_make(struct parts *p, uint64_t amount)
{
    static const uint8_t recipient[] = {0x00, 0x14, 0x75, 0x1e, 0x76, 0xe8, 0x19, 0x91,
                                        0x96, 0xd4, 0x54, 0x94, 0x1c, 0x45, 0xd1, 0xb3,
                                        0xa3, 0x23, 0xf1, 0x43, 0x3b, 0xd6}; // BIP-173's example
    static const uint32_t kinds[2] = {COIN_P2WPKH, COIN_P2TR};
    for (uint8_t i = 0; i < 2; i++) {
        p->coins[i] = key_at(kinds[i], CHAIN_RECEIVE, i);
        p->script[i] = script_of(&p->coins[i], kinds[i], p->scripts[i]);
        p->before[i] =
            previous_make(p->previous[i], sizeof p->previous[i], (uint8_t)(i + 1), p->script[i]);
    }
    p->change = key_at(COIN_P2WPKH, CHAIN_CHANGE, 5);
    p->script[2] = script_of(&p->change, COIN_P2WPKH, p->scripts[2]);
    struct writer w = writer_of(p->tx, sizeof p->tx);
    write_u32(&w, 2);
    write_compact(&w, 2);
    input_write(&w, p->before[0]);
    input_write(&w, p->before[1]);
    write_compact(&w, 2);
    output_write(&w, amount, (struct span){recipient, sizeof recipient});
    output_write(&w, 2 * COIN - amount - 1000, p->script[2]);
    write_u32(&w, 0);
    p->unsigned_tx = (struct span){p->tx, writer_size(&w)};
}

const uint8_t *signer_payment(uint64_t amount, size_t padding, size_t *size)
{
    static uint8_t bytes[PSBT_CAP], pad[PSBT_CAP];
    static struct parts p;
    const struct span none = {NULL, 0};
    keys_begin();
    parts_make(&p, amount);
    struct writer w = writer_of(bytes, sizeof bytes);
    write_bytes(&w, "psbt\xff", 5);
    field(&w, PSBT_GLOBAL_UNSIGNED_TX, none, p.unsigned_tx);
    if (padding) {
        for (size_t i = 0; i < padding; i++)
            pad[i] = (uint8_t)(i >> 3);
        field(&w, 0xf0, none, (struct span){pad, padding});
    }
    write_u8(&w, 0);
    for (uint32_t i = 0; i < 2; i++) {
        uint8_t spent[64];
        struct writer v = writer_of(spent, sizeof spent);
        output_write(&v, COIN, p.script[i]);
        if (i == 0)
            field(&w, PSBT_IN_NON_WITNESS_UTXO, none, p.before[0]);
        field(&w, PSBT_IN_WITNESS_UTXO, none, (struct span){spent, writer_size(&v)});
        if (i == 0)
            path_field(&w, PSBT_IN_BIP32_DERIVATION, &p.coins[0], COIN_P2WPKH, 0, 0);
        else
            path_field(&w, PSBT_IN_TAP_BIP32_DERIVATION, &p.coins[1], COIN_P2TR, 0, 1);
        if (i == 1)
            field(&w, PSBT_IN_TAP_INTERNAL_KEY, none, (struct span){p.coins[1].public_key + 1, 32});
        write_u8(&w, 0);
    }
    write_u8(&w, 0);
    path_field(&w, PSBT_OUT_BIP32_DERIVATION, &p.change, COIN_P2WPKH, 1, 5);
    write_u8(&w, 0);
    require(!w.full);
    *size = writer_size(&w);
    return bytes;
}

static void evidence_make(const struct request *request, struct span encoded)
{
    static struct evidence e;
    static struct evidence_work work;
    static char text[REVIEW_MAX];
    static uint8_t envelope[EVIDENCE_MAX];
    static const uint8_t no_signature[SECP_SCHNORR_SIZE];
    char device[FINGERPRINT_TEXT], publisher[FINGERPRINT_TEXT];
    struct refusal why;
    size_t size;
    memset(&e, 0, sizeof e);
    e.type = EVIDENCE_SIGNATURE_RESULT;
    memcpy(e.device_key, services.key, sizeof e.device_key);
    e.profile = (struct evidence_name){"vault", 5};
    e.version = (struct evidence_name){"0.1.0", 5};
    e.entry = 1;
    e.secure_boot = 1;
    e.entropy_passed = 3;
    e.sequence = 7;
    e.app = e.app_id = (struct evidence_name){"wallet", 6};
    fingerprint_text(e.device_key, device);
    fingerprint_text(e.publisher, publisher);
    struct review_context context = {
        .device = device, .app_name = "wallet", .publisher = publisher, .sequence = e.sequence};
    require(review_render(request, &context, text, sizeof text, &size, &why) == ERR_OK);
    e.text = (struct evidence_name){text, size};
    request_hash(encoded.at, encoded.size, e.request);
    memcpy(e.nonce, request->nonce, sizeof e.nonce);
    e.nonce[0] ^= signer_lie == SIGNER_NONCE;
    e.request[0] ^= signer_lie == SIGNER_REQUEST;
    e.signature_count = services.signature_count;
    for (uint32_t i = 0; i < e.signature_count; i++)
        e.signatures[i] = (struct evidence_signature){services.signatures[i].input,
                                                      services.signatures[i].bytes.data,
                                                      services.signatures[i].bytes.size};
    if (signer_lie == SIGNER_SIGNATURE)
        e.signatures[1].bytes = no_signature;
    require(evidence_sign(&e, signer_device_secret, &work, envelope, sizeof envelope, &size) ==
            ERR_OK);
    services.evidence = (struct services_bytes){envelope, size};
}

// What reader and vault make of the PSBT that was received.
static void payment_take(void)
{
    static struct psbt psbt;
    static struct request request;
    static uint8_t encoded[REQUEST_MAX], signatures[SERVICES_SIGNATURES_MAX][SPEND_SIGNATURE_MAX];
    struct sighash_shared shared;
    struct refusal why = {0};
    size_t size;
    services.finish.code = 0;
    if (psbt_parse(services.psbt, services.psbt_size, &psbt, &why) != ERR_OK ||
        psbt_to_request(&psbt, services.fingerprint, services.network, services.nonce, &request,
                        &why) != ERR_OK ||
        request_encode(&request, encoded, sizeof encoded, &size, &why) != ERR_OK) {
        services.finish.code = why.code;
        services.finish.index = why.index;
        return;
    }
    services.request = (struct services_bytes){encoded, size};
    services.signature_count = request.input_count;
    sighash_share(&request, &shared);
    for (uint32_t i = 0; i < request.input_count; i++) {
        static const uint8_t aux[32] = {2};
        size_t length;
        require(spend_sign(&secp, &master, &request, &shared, i, aux, signatures[i], &length,
                           &why) == ERR_OK);
        services.signatures[i].input = i;
        services.signatures[i].bytes = (struct services_bytes){signatures[i], length};
    }
    evidence_make(&request, (struct span){encoded, size});
}

void signer_play(void)
{
    static char xpubs[2][HD_TEXT_MAX];
    static const uint32_t kinds[2] = {COIN_P2WPKH, COIN_P2TR};
    keys_begin();
    services_reset();
    for (size_t i = 0; i < 2; i++) {
        struct hd_key account;
        require(account_node(&secp, &master, NETWORK_TEST, kinds[i], 0, &account) == ERR_OK);
        hd_public_text(&account, NETWORK_TEST, xpubs[i]);
        services.xpub[i] = xpubs[i];
    }
    services.fingerprint = hd_fingerprint(&master);
    require(sign_public(signer_device_secret, services.key) == ERR_OK);
    services.finished = payment_take;
}
