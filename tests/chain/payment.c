// SPDX-License-Identifier: GPL-3.0-or-later
#include "payment.h"

#include <stdlib.h>

#include "crypto/sha.h"
#include "format/child.h"
#include "format/mnemonic.h"
#include "format/psbt.h"
#include "gen/reader.h"

static struct {
    struct secp secp;
    struct hd_key master;
} wallet;

struct buffer {
    uint8_t bytes[PAYMENT_MAX];
    size_t size;
};

static void require(err_t err)
{
    if (err)
        abort();
}

void payment_keys(const uint8_t publisher[32], const char *app_id)
{
    static const uint8_t blinding[32] = {5};
    struct mnemonic words;
    struct hd_key device;
    uint8_t seed[MNEMONIC_SEED_SIZE], child[CHILD_SEED_SIZE];
    uint32_t position = 0;
    require(secp_begin(&wallet.secp, blinding));
    require(mnemonic_parse(PAYMENT_WORDS, strlen(PAYMENT_WORDS), &words, &position));
    require(mnemonic_seed(&words, "", seed));
    require(hd_master(&wallet.secp, seed, sizeof seed, &device));
    require(child_seed(&wallet.secp, &device, publisher, app_id, child));
    require(hd_master(&wallet.secp, child, sizeof child, &wallet.master));
}

uint32_t payment_fingerprint(void)
{
    return hd_fingerprint(&wallet.master);
}

static void key_at(struct coin_path path, uint8_t key[SECP_PUBLIC_SIZE])
{
    struct hd_key node;
    require(
        account_node(&wallet.secp, &wallet.master, NETWORK_TEST, path.kind, path.account, &node));
    require(hd_child(&wallet.secp, &node, path.chain, &node));
    require(hd_child(&wallet.secp, &node, path.index, &node));
    memcpy(key, node.public_key, SECP_PUBLIC_SIZE);
}

static void script_of(struct coin_path path, uint8_t script[ADDRESS_SCRIPT_MAX], size_t *size)
{
    uint8_t key[SECP_PUBLIC_SIZE], program[PROGRAM_MAX];
    key_at(path, key);
    require(coin_program(path.kind, key, program));
    coin_script(path.kind, program, script, size);
}

static const struct coin_path path_wpkh = {COIN_P2WPKH, CHAIN_RECEIVE, 0, 7};
static const struct coin_path path_tr = {COIN_P2TR, CHAIN_RECEIVE, 0, 2};
static const struct coin_path path_change = {COIN_P2WPKH, CHAIN_CHANGE, 0, 3};
static const struct coin_path path_elsewhere = {COIN_P2WPKH, CHAIN_RECEIVE, 9,
                                                9}; // not claimed anywhere

static void recipient_script(uint8_t script[ADDRESS_SCRIPT_MAX], size_t *size)
{
    static const uint8_t program[PROGRAM_MAX] = {0xfe, 0xed, 0xfa, 0xce};
    coin_script(COIN_P2WPKH, program, script, size);
}

void payment_recipient(char out[ADDRESS_TEXT_MAX])
{
    uint8_t script[ADDRESS_SCRIPT_MAX];
    size_t size;
    recipient_script(script, &size);
    require(address_of_script((struct span){script, size}, NETWORK_TEST, out));
}

static void write_output(struct writer *w, uint64_t amount, struct coin_path path)
{
    uint8_t script[ADDRESS_SCRIPT_MAX];
    size_t size;
    script_of(path, script, &size);
    write_u64(w, amount);
    write_counted(w, (struct span){script, size});
}

// The transaction that made the P2WPKH coin: its output 1. `whole`: with its witness.
static void previous_write(struct writer *w, enum payment_mistake mistake, bool whole)
{
    static const uint8_t from[32] = {0x11};
    write_u32(w, 2);
    if (whole)
        write_bytes(w, "\0\1", 2);
    write_compact(w, 1);
    write_bytes(w, from, sizeof from);
    write_u32(w, 4);
    write_compact(w, 0);
    write_u32(w, 0xffffffff);
    write_compact(w, 2);
    write_output(w, 777, path_elsewhere);
    write_output(w, PAYMENT_IN_WPKH,
                 mistake == PAYMENT_STOLEN_FINGERPRINT ? path_elsewhere : path_wpkh);
    if (whole)
        write_bytes(w, "\1\3abc", 5);
    write_u32(w, mistake == PAYMENT_OTHER_PREVIOUS && whole ? 1 : 0);
}

static void previous_txid(enum payment_mistake mistake, uint8_t txid[TXID_SIZE])
{
    struct buffer b;
    struct writer w = writer_of(b.bytes, sizeof b.bytes);
    previous_write(&w, mistake, false);
    sha256d(b.bytes, writer_size(&w), txid);
}

static void unsigned_write(struct writer *w, enum payment_mistake mistake)
{
    uint8_t txid[TXID_SIZE], script[ADDRESS_SCRIPT_MAX];
    static const uint8_t other[TXID_SIZE] = {0x22};
    size_t size;
    uint64_t out = mistake == PAYMENT_OVERSPENT ? PAYMENT_IN_WPKH + PAYMENT_IN_TR : PAYMENT_OUT;
    uint64_t fee = mistake == PAYMENT_HIGH_FEE ? PAYMENT_FEE_HIGH : PAYMENT_FEE;
    previous_txid(mistake, txid);
    write_u32(w, 2);
    write_compact(w, 2);
    for (int i = 0; i < 2; i++) {
        bool first = i == 0 || mistake == PAYMENT_DUPLICATE_INPUT;
        write_bytes(w, first ? txid : other, TXID_SIZE);
        write_u32(w, !first ? 0 : mistake == PAYMENT_NO_SUCH_OUTPUT ? 2 : 1);
        write_compact(w, 0);
        write_u32(w, 0xfffffffd);
    }
    write_compact(w, 2);
    recipient_script(script, &size);
    write_u64(w, out);
    write_counted(w, (struct span){script, size});
    write_output(w, PAYMENT_IN_WPKH + PAYMENT_IN_TR - PAYMENT_OUT - fee,
                 mistake == PAYMENT_FALSE_CHANGE ? path_elsewhere : path_change);
    write_u32(w, 0);
}

// key type | key data -> value, both counted.
static void write_field(struct writer *w, uint8_t type, struct span key, struct span value)
{
    write_compact(w, key.size + 1);
    write_u8(w, type);
    write_span(w, key);
    write_counted(w, value);
}

static void write_derivation(struct writer *w, uint8_t type, struct coin_path path,
                             struct coin_path real, enum payment_mistake mistake)
{
    uint8_t key[SECP_PUBLIC_SIZE], value[1 + 4 + 20], fingerprint[4];
    bool taproot = path.kind == COIN_P2TR;
    uint32_t coin = mistake == PAYMENT_COIN_TYPE ? 0 : 1;
    struct writer v = writer_of(value, sizeof value);
    key_at(real, key);
    put_be32(fingerprint, payment_fingerprint() + (mistake == PAYMENT_FOREIGN_KEY));
    if (taproot)
        write_compact(&v, 0);
    write_bytes(&v, fingerprint, sizeof fingerprint);
    write_u32(&v, path.kind | HD_HARDENED);
    write_u32(&v, coin | HD_HARDENED);
    write_u32(&v, path.account | HD_HARDENED);
    write_u32(&v, path.chain);
    write_u32(&v, path.index);
    struct span id = taproot ? (struct span){key + 1, 32} : (struct span){key, 33};
    write_field(w, type, id, (struct span){value, writer_size(&v)});
}

static const struct span no_key = {(const uint8_t *)"", 0};

static void input_wpkh_write(struct writer *w, enum payment_mistake mistake)
{
    struct buffer b;
    struct writer v = writer_of(b.bytes, sizeof b.bytes);
    bool stolen = mistake == PAYMENT_STOLEN_FINGERPRINT;
    if (mistake == PAYMENT_BROKEN_PREVIOUS)
        write_u32(&v, 2);
    else
        previous_write(&v, mistake, true);
    if (mistake != PAYMENT_NO_PREVIOUS)
        write_field(w, PSBT_IN_NON_WITNESS_UTXO, no_key, (struct span){b.bytes, writer_size(&v)});
    v = writer_of(b.bytes, sizeof b.bytes);
    write_output(&v, PAYMENT_IN_WPKH + (mistake == PAYMENT_AMOUNT),
                 stolen || mistake == PAYMENT_SCRIPT ? path_elsewhere : path_wpkh);
    write_field(w, PSBT_IN_WITNESS_UTXO, no_key, (struct span){b.bytes, writer_size(&v)});
    if (mistake == PAYMENT_SIGNED) {
        uint8_t key[SECP_PUBLIC_SIZE];
        key_at(path_wpkh, key);
        write_field(w, PSBT_IN_PARTIAL_SIG, (struct span){key, sizeof key},
                    (struct span){b.bytes, 9});
    }
    if (mistake == PAYMENT_SIGHASH)
        write_field(w, PSBT_IN_SIGHASH_TYPE, no_key, (struct span){(const uint8_t *)"\3\0\0\0", 4});
    if (mistake != PAYMENT_NO_PATH)
        write_derivation(w, PSBT_IN_BIP32_DERIVATION, path_wpkh,
                         stolen ? path_elsewhere : path_wpkh, mistake);
    if (mistake == PAYMENT_DUPLICATE_KEY)
        write_field(w, PSBT_IN_WITNESS_UTXO, no_key, (struct span){b.bytes, writer_size(&v)});
    write_u8(w, 0);
}

static void input_tr_write(struct writer *w, enum payment_mistake mistake)
{
    struct buffer b;
    struct writer v = writer_of(b.bytes, sizeof b.bytes);
    if (mistake == PAYMENT_DUPLICATE_INPUT) {
        input_wpkh_write(w, mistake);
        return;
    }
    write_output(&v, PAYMENT_IN_TR, path_tr);
    write_field(w, PSBT_IN_WITNESS_UTXO, no_key, (struct span){b.bytes, writer_size(&v)});
    write_derivation(w, PSBT_IN_TAP_BIP32_DERIVATION, path_tr, path_tr, mistake);
    write_u8(w, 0);
}

void payment_make(enum payment_mistake mistake, struct payment *out)
{
    struct buffer tx;
    struct writer t = writer_of(tx.bytes, sizeof tx.bytes);
    struct writer w = writer_of(out->psbt, sizeof out->psbt);
    unsigned_write(&t, mistake);
    write_bytes(&w, "psbt\xff", 5);
    write_field(&w, PSBT_GLOBAL_UNSIGNED_TX, no_key, (struct span){tx.bytes, writer_size(&t)});
    write_u8(&w, 0);
    input_wpkh_write(&w, mistake);
    input_tr_write(&w, mistake);
    write_u8(&w, 0); // the recipient's output says nothing
    write_derivation(&w, PSBT_OUT_BIP32_DERIVATION, path_change,
                     mistake == PAYMENT_FALSE_CHANGE ? path_elsewhere : path_change, PAYMENT_GOOD);
    write_u8(&w, 0);
    if (mistake == PAYMENT_TRAILING)
        write_u8(&w, 0);
    out->size = writer_size(&w);
    if (mistake == PAYMENT_CUT)
        out->size /= 2;
    if (mistake == PAYMENT_HALVES_SWAPPED) {
        static struct payment half;
        size_t middle = out->size / 2;
        half = *out;
        memcpy(out->psbt, half.psbt + middle, out->size - middle);
        memcpy(out->psbt + out->size - middle, half.psbt, middle);
    }
    if (w.full)
        abort();
}

void payment_offering(enum payment_mistake mistake, struct offering *out)
{
    static struct payment payment;
    static const uint8_t nonce[REQUEST_NONCE_SIZE] = {0x4e, 0x6f};
    uint32_t code = 0, index = 0, length = 0, previous = 0;
    size_t size = 0;
    payment_make(mistake, &payment);
    require(reader_begin(payment_fingerprint(), NETWORK_TEST, (uint32_t)payment.size, nonce));
    require(reader_append(payment.psbt, payment.size));
    require(reader_finish(&code, &index, &length, &previous));
    require(code != 0 || previous != 1 ? ERR_REFUSED : ERR_OK);
    require(reader_request(out->request, sizeof out->request, &out->size));
    require(reader_previous(0, 0, out->previous, sizeof out->previous, &size, &out->previous_size));
    require(reader_end());
}

void payment_largest(struct offering *out)
{
    static struct request r;
    static uint8_t scripts[REQUEST_OUTPUTS_MAX][ADDRESS_SCRIPT_MAX];
    struct refusal why;
    struct hd_key account, node;
    size_t size;
    r = (struct request){
        .network = NETWORK_TEST, .fingerprint = payment_fingerprint(), .version = 2};
    r.input_count = REQUEST_INPUTS_MAX;
    r.output_count = REQUEST_OUTPUTS_MAX;
    require(account_node(&wallet.secp, &wallet.master, NETWORK_TEST, COIN_P2TR, 0, &account));
    require(hd_child(&wallet.secp, &account, CHAIN_RECEIVE, &account));
    for (uint32_t i = 0; i < REQUEST_INPUTS_MAX; i++) {
        struct request_input *in = &r.inputs[i];
        *in = (struct request_input){
            .txid = {0x33, (uint8_t)i},
              .amount = PAYMENT_IN_TR
        };
        in->path = (struct coin_path){COIN_P2TR, CHAIN_RECEIVE, 0, i};
        require(hd_child(&wallet.secp, &account, i, &node));
        require(coin_program(COIN_P2TR, node.public_key, in->program));
        uint8_t program[PROGRAM_MAX] = {0x44, (uint8_t)i};
        coin_script(COIN_P2TR, program, scripts[i], &size);
        r.outputs[i] = (struct request_output){
            .amount = PAYMENT_IN_TR - 100 + (i == 0), .script = {scripts[i], size}
        };
    }
    require(request_encode(&r, out->request, sizeof out->request, &out->size, &why));
}
