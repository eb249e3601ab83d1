// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/psbt_request.h"
#include "crypto/sha.h"

enum { PATH_STEPS = 5 };

// What one derivation field claims.
struct claim {
    struct span key;      // 33 or 65 bytes, x-only 32
    uint32_t fingerprint; // big endian, as BIP-32 writes it
    uint32_t steps;
    uint32_t path[PATH_STEPS]; // the first of them
    uint64_t leaves;           // Taproot: leaf hashes, 0 for the key path
};

static struct claim claim_of(const struct psbt_field *field, bool taproot)
{
    struct claim claim = {.key = field->key};
    struct reader r = reader_of_span(field->value);
    if (taproot) {
        claim.leaves = read_compact(&r);
        read_span(&r, claim.leaves * 32);
    }
    uint8_t fingerprint[4];
    read_bytes(&r, fingerprint, sizeof(fingerprint));
    claim.fingerprint = get_be32(fingerprint);
    claim.steps = (uint32_t)(reader_left(&r) / 4);
    for (uint32_t i = 0; i < claim.steps && i < PATH_STEPS; i++)
        claim.path[i] = read_u32(&r);
    return claim;
}

// The next field of a derivation type in a map.
static bool claim_next(struct reader *map, uint64_t plain, uint64_t taproot, struct claim *out)
{
    struct psbt_field field;
    while (psbt_field_next(map, &field))
        if (field.type == plain || field.type == taproot) {
            *out = claim_of(&field, field.type == taproot);
            return true;
        }
    return false;
}

// 0, or why the path is not one of a BIP-84 or BIP-86 account on this network.
static uint32_t path_fault(const struct claim *claim, uint32_t network, struct coin_path *out)
{
    const uint32_t *path = claim->path;
    if (claim->steps != PATH_STEPS || (path[0] & HD_HARDENED) == 0 ||
        coin_program_size(path[0] & ~HD_HARDENED) == 0)
        return REFUSAL_PATH;
    if (path[1] != (HD_HARDENED | network_coin(network)))
        return (path[1] & ~HD_HARDENED) <= 1 ? REFUSAL_NETWORK : REFUSAL_PATH;
    if ((path[2] & HD_HARDENED) == 0 || (path[2] & ~HD_HARDENED) >= ACCOUNT_COUNT ||
        path[3] > CHAIN_CHANGE || path[4] >= HD_HARDENED)
        return REFUSAL_PATH;
    *out = (struct coin_path){
        .kind = (uint8_t)(path[0] & ~HD_HARDENED),
        .chain = (uint8_t)path[3],
        .account = path[2] & ~HD_HARDENED,
        .index = path[4],
    };
    return 0;
}

// enum coin_kind of a script, 0 if it is neither.
static uint32_t script_kind(struct span script)
{
    if (script.size == P2WPKH_SCRIPT_SIZE && script.at[0] == 0x00 && script.at[1] == 20)
        return COIN_P2WPKH;
    if (script.size == P2TR_SCRIPT_SIZE && script.at[0] == 0x51 && script.at[1] == 32)
        return COIN_P2TR;
    return 0;
}

// Is the claimed key the one the script pays to, without any script path?
static bool claim_fits(const struct claim *claim, struct span script)
{
    uint32_t kind = script_kind(script);
    uint8_t key[SECP_PUBLIC_SIZE] = {2};
    uint8_t program[PROGRAM_MAX];
    size_t size = kind == COIN_P2TR ? SECP_XONLY_SIZE : SECP_PUBLIC_SIZE;
    if (kind == 0 || claim->key.size != size || claim->leaves != 0)
        return false;
    memcpy(key + (SECP_PUBLIC_SIZE - size), claim->key.at, size);
    return coin_program(kind, key, program) == ERR_OK &&
           memcmp(program, script.at + 2, coin_program_size(kind)) == 0;
}

// What an input's map says about the coin it spends.
struct coin {
    uint64_t amount;
    struct span script;
    bool has_previous;
};

static err_t previous_read(struct span raw, const struct tx_input *in, uint32_t index,
                           struct tx_output *out, struct refusal *why)
{
    struct tx tx;
    uint8_t txid[TXID_SIZE];
    if (tx_parse(raw, TX_ANY, &tx) != ERR_OK)
        return refusal_set(why, REFUSAL_PREVIOUS_BAD, index);
    tx_txid(&tx, txid);
    if (memcmp(txid, in->txid, TXID_SIZE) != 0)
        return refusal_set(why, REFUSAL_PREVIOUS_WRONG, index);
    if (tx_output_at(&tx, in->vout, out) != ERR_OK)
        return refusal_set(why, REFUSAL_PREVIOUS_OUTPUT, index);
    return ERR_OK;
}

static err_t coin_read(struct span map, const struct tx_input *in, uint32_t index, struct coin *out,
                       struct refusal *why)
{
    struct psbt_field field;
    struct tx_output previous = {0};
    struct tx_output witness = {0};
    bool has_previous = psbt_field_find(map, PSBT_IN_NON_WITNESS_UTXO, &field);
    if (has_previous) {
        err_t err = previous_read(field.value, in, index, &previous, why);
        if (err != ERR_OK)
            return err;
    }
    bool has_witness = psbt_field_find(map, PSBT_IN_WITNESS_UTXO, &field);
    if (has_witness) {
        struct reader r = reader_of_span(field.value);
        witness = tx_output_next(&r);
    }
    if (!has_previous && !has_witness)
        return refusal_set(why, REFUSAL_PREVIOUS_MISSING, index);
    if (has_previous && has_witness && previous.amount != witness.amount)
        return refusal_set(why, REFUSAL_AMOUNT_MISMATCH, index);
    if (has_previous && has_witness && !span_equal(previous.script, witness.script))
        return refusal_set(why, REFUSAL_SCRIPT_MISMATCH, index);
    const struct tx_output *coin = has_previous ? &previous : &witness;
    *out = (struct coin){coin->amount, coin->script, has_previous};
    return ERR_OK;
}

// Signed already, another signature type, or a script that is no single key.
static err_t input_scan(struct span map, uint32_t kind, uint32_t index, struct refusal *why)
{
    struct psbt_field field;
    struct reader r = reader_of_span(map);
    uint32_t wanted = kind == COIN_P2TR ? 0 : 1; // SIGHASH_DEFAULT, SIGHASH_ALL
    while (psbt_field_next(&r, &field)) {
        struct reader value = reader_of_span(field.value);
        switch (field.type) {
        case PSBT_IN_PARTIAL_SIG:
        case PSBT_IN_FINAL_SCRIPTSIG:
        case PSBT_IN_FINAL_SCRIPTWITNESS:
        case PSBT_IN_TAP_KEY_SIG:
        case PSBT_IN_TAP_SCRIPT_SIG:
            return refusal_set(why, REFUSAL_SIGNED, index);
        case PSBT_IN_SIGHASH_TYPE:
            if (read_u32(&value) != wanted)
                return refusal_set(why, REFUSAL_SIGHASH, index);
            break;
        case PSBT_IN_REDEEM_SCRIPT:
        case PSBT_IN_WITNESS_SCRIPT:
        case PSBT_IN_TAP_LEAF_SCRIPT:
        case PSBT_IN_TAP_MERKLE_ROOT:
            return refusal_set(why, REFUSAL_SCRIPT, index);
        default:
            break;
        }
    }
    return ERR_OK;
}

// The path of the claim with our fingerprint whose key the script pays to.
static err_t input_path(struct span map, uint32_t fingerprint, uint32_t network, struct span script,
                        uint32_t index, struct coin_path *out, struct refusal *why)
{
    struct claim claim;
    struct reader r = reader_of_span(map);
    uint32_t kind = script_kind(script);
    uint32_t fault = REFUSAL_PATH_MISSING; // the most telling of what went wrong so far
    while (claim_next(&r, PSBT_IN_BIP32_DERIVATION, PSBT_IN_TAP_BIP32_DERIVATION, &claim)) {
        if (claim.fingerprint != fingerprint) {
            fault = fault == REFUSAL_PATH_MISSING ? REFUSAL_NOT_OURS : fault;
            continue;
        }
        struct coin_path path;
        fault = path_fault(&claim, network, &path);
        if (fault == 0 && path.kind != kind)
            fault = REFUSAL_PATH;
        if (fault == 0 && !claim_fits(&claim, script))
            fault = REFUSAL_KEY_MISMATCH;
        if (fault == 0) {
            *out = path;
            return ERR_OK;
        }
    }
    return refusal_set(why, fault, index);
}

static err_t input_convert(const struct psbt *psbt, uint32_t index, const struct tx_input *in,
                           struct request *request, struct refusal *why)
{
    struct span map = psbt->inputs[index];
    struct request_input *out = &request->inputs[index];
    struct coin coin;
    err_t err = coin_read(map, in, index, &coin, why);
    if (err != ERR_OK)
        return err;
    uint32_t kind = script_kind(coin.script);
    if (kind == 0)
        return refusal_set(why, REFUSAL_SCRIPT, index);
    err = input_scan(map, kind, index, why);
    if (err != ERR_OK)
        return err;
    *out =
        (struct request_input){.vout = in->vout, .sequence = in->sequence, .amount = coin.amount};
    memcpy(out->txid, in->txid, TXID_SIZE);
    memcpy(out->program, coin.script.at + 2, coin_program_size(kind));
    err = input_path(map, request->fingerprint, request->network, coin.script, index, &out->path,
                     why);
    if (err != ERR_OK)
        return err;
    // BIP-143 signs only the amount it is told: the whole previous transaction is the proof of it.
    if (kind == COIN_P2WPKH && !coin.has_previous)
        return refusal_set(why, REFUSAL_PREVIOUS_MISSING, index);
    return ERR_OK;
}

static err_t output_convert(const struct psbt *psbt, uint32_t index, const struct tx_output *from,
                            struct request *request, struct refusal *why)
{
    struct request_output *out = &request->outputs[index];
    struct claim claim;
    struct coin_path path;
    struct reader r = reader_of_span(psbt->outputs[index]);
    *out = (struct request_output){.amount = from->amount, .script = from->script};
    while (claim_next(&r, PSBT_OUT_BIP32_DERIVATION, PSBT_OUT_TAP_BIP32_DERIVATION, &claim)) {
        if (claim.fingerprint != request->fingerprint ||
            path_fault(&claim, request->network, &path) != 0 || path.chain != CHAIN_CHANGE ||
            path.index >= CHANGE_INDEX_COUNT || !request_spends_from(request, &path))
            continue;
        if (path.kind != script_kind(from->script) || !claim_fits(&claim, from->script))
            return refusal_set(why, REFUSAL_CHANGE_MISMATCH, index);
        out->is_change = true;
        out->change = path;
    }
    return ERR_OK;
}

static err_t convert(const struct psbt *psbt, struct request *out, struct refusal *why)
{
    err_t err = ERR_OK;
    struct reader inputs = reader_of_span(psbt->tx.inputs);
    struct reader outputs = reader_of_span(psbt->tx.outputs);
    for (uint32_t i = 0; err == ERR_OK && i < psbt->tx.input_count; i++) {
        struct tx_input in = tx_input_next(&inputs);
        err = input_convert(psbt, i, &in, out, why);
        out->input_count = i + 1;
    }
    for (uint32_t i = 0; err == ERR_OK && i < psbt->tx.output_count; i++) {
        struct tx_output o = tx_output_next(&outputs);
        err = output_convert(psbt, i, &o, out, why);
        out->output_count = i + 1;
    }
    return err == ERR_OK ? request_check(out, why) : err;
}

err_t psbt_to_request(const struct psbt *psbt, uint32_t fingerprint, uint32_t network,
                      const uint8_t nonce[static REQUEST_NONCE_SIZE], struct request *out,
                      struct refusal *why)
{
    memset(out, 0, sizeof(*out));
    out->network = network;
    out->fingerprint = fingerprint;
    out->version = psbt->tx.version;
    out->locktime = psbt->tx.locktime;
    memcpy(out->nonce, nonce, REQUEST_NONCE_SIZE);
    err_t err = convert(psbt, out, why);
    if (err != ERR_OK)
        out->input_count = 0;
    return err;
}

err_t psbt_previous(const struct psbt *psbt, const struct request *request, uint32_t n,
                    struct span parts[static 3])
{
    uint32_t index;
    struct psbt_field field;
    struct tx tx;
    err_t err = request_previous_input(request, n, &index);
    if (err != ERR_OK)
        return err;
    if (index >= psbt->tx.input_count ||
        !psbt_field_find(psbt->inputs[index], PSBT_IN_NON_WITNESS_UTXO, &field) ||
        tx_parse(field.value, TX_ANY, &tx) != ERR_OK)
        return ERR_NOT_FOUND;
    parts[0] = tx.head;
    parts[1] = tx.body;
    parts[2] = tx.tail;
    return ERR_OK;
}

err_t psbt_fingerprint(const struct psbt *psbt, uint32_t *fingerprint)
{
    struct claim claim;
    if (psbt->tx.input_count == 0)
        return ERR_NOT_FOUND;
    struct reader r = reader_of_span(psbt->inputs[0]);
    if (!claim_next(&r, PSBT_IN_BIP32_DERIVATION, PSBT_IN_TAP_BIP32_DERIVATION, &claim))
        return ERR_NOT_FOUND;
    *fingerprint = claim.fingerprint;
    return ERR_OK;
}
