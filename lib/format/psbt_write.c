// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/psbt_write.h"
#include "crypto/sha.h"

enum { SCHNORR_SIZE = 64, KEY_SIZE = 33, P2WPKH_SIZE = 22 };

// The output script that an input spends, from whichever of the two fields is there.
static bool input_script(const struct psbt *psbt, uint32_t input, struct span *out)
{
    struct psbt_field field;
    struct tx tx;
    struct tx_output coin;
    struct span map = psbt->inputs[input];
    if (psbt_field_find(map, PSBT_IN_WITNESS_UTXO, &field)) {
        struct reader r = reader_of_span(field.value);
        *out = tx_output_next(&r).script;
        return true;
    }
    struct reader inputs = reader_of_span(psbt->tx.inputs);
    struct tx_input in = tx_input_next(&inputs);
    for (uint32_t i = 0; i < input; i++)
        in = tx_input_next(&inputs);
    if (!psbt_field_find(map, PSBT_IN_NON_WITNESS_UTXO, &field) ||
        tx_parse(field.value, TX_ANY, &tx) != ERR_OK || tx_output_at(&tx, in.vout, &coin) != ERR_OK)
        return false;
    *out = coin.script;
    return true;
}

err_t psbt_input_key(const struct psbt *psbt, uint32_t input, uint8_t out[static KEY_SIZE])
{
    struct span script;
    struct psbt_field field;
    if (input >= psbt->tx.input_count || !input_script(psbt, input, &script) ||
        script.size != P2WPKH_SIZE || script.at[0] != 0 || script.at[1] != HASH160_SIZE)
        return ERR_NOT_FOUND;
    struct reader r = reader_of_span(psbt->inputs[input]);
    while (psbt_field_next(&r, &field)) {
        uint8_t hash[HASH160_SIZE];
        if (field.type != PSBT_IN_BIP32_DERIVATION || field.key.size != KEY_SIZE)
            continue;
        hash160(field.key.at, KEY_SIZE, hash);
        if (memcmp(hash, script.at + 2, HASH160_SIZE) == 0) {
            memcpy(out, field.key.at, KEY_SIZE);
            return ERR_OK;
        }
    }
    return ERR_NOT_FOUND;
}

static uint64_t signature_type(const struct psbt_signature *signature)
{
    return signature->bytes.size == SCHNORR_SIZE ? PSBT_IN_TAP_KEY_SIG : PSBT_IN_PARTIAL_SIG;
}

static err_t signature_write(struct writer *w, const struct psbt *psbt,
                             const struct psbt_signature *signature)
{
    uint8_t key[KEY_SIZE];
    uint64_t type = signature_type(signature);
    if (type == PSBT_IN_TAP_KEY_SIG) {
        write_compact(w, 1);
        write_compact(w, type);
    } else {
        err_t err = psbt_input_key(psbt, signature->input, key);
        if (err != ERR_OK)
            return err;
        write_compact(w, 1 + KEY_SIZE);
        write_compact(w, type);
        write_bytes(w, key, KEY_SIZE);
    }
    write_counted(w, signature->bytes);
    return ERR_OK;
}

static err_t input_write(struct writer *w, const struct psbt *psbt, uint32_t input,
                         const struct psbt_signature *signature)
{
    struct psbt_field field;
    struct reader r = reader_of_span(psbt->inputs[input]);
    err_t err = ERR_OK;
    while (err == ERR_OK && psbt_field_next(&r, &field)) {
        if (signature != NULL && field.type == signature_type(signature))
            return ERR_BAD_ARGUMENT;
        if (signature != NULL && field.type > signature_type(signature)) {
            err = signature_write(w, psbt, signature);
            signature = NULL;
        }
        write_span(w, field.whole);
    }
    if (err == ERR_OK && signature != NULL)
        err = signature_write(w, psbt, signature);
    write_u8(w, 0);
    return err;
}

static err_t signatures_check(const struct psbt *psbt, const struct psbt_signature *signatures,
                              size_t count)
{
    if (count > psbt->tx.input_count)
        return ERR_BAD_ARGUMENT;
    for (size_t i = 0; i < count; i++) {
        if (signatures[i].input >= psbt->tx.input_count || signatures[i].bytes.size == 0 ||
            signatures[i].bytes.size > 80)
            return ERR_BAD_ARGUMENT;
        for (size_t k = 0; k < i; k++)
            if (signatures[k].input == signatures[i].input)
                return ERR_BAD_ARGUMENT;
    }
    return ERR_OK;
}

err_t psbt_merge(const struct psbt *psbt, const struct psbt_signature *signatures, size_t count,
                 uint8_t *out, size_t cap, size_t *size)
{
    struct writer w = writer_of(out, cap);
    err_t err = signatures_check(psbt, signatures, count);
    write_bytes(&w, "psbt\xff", 5);
    write_span(&w, psbt->global);
    write_u8(&w, 0);
    for (uint32_t i = 0; err == ERR_OK && i < psbt->tx.input_count; i++) {
        const struct psbt_signature *signature = NULL;
        for (size_t k = 0; k < count; k++)
            if (signatures[k].input == i)
                signature = &signatures[k];
        err = input_write(&w, psbt, i, signature);
    }
    for (uint32_t i = 0; err == ERR_OK && i < psbt->tx.output_count; i++) {
        write_span(&w, psbt->outputs[i]);
        write_u8(&w, 0);
    }
    if (err != ERR_OK)
        return err;
    if (w.full)
        return ERR_TOO_SMALL;
    *size = writer_size(&w);
    return ERR_OK;
}
