// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/spend.h"
#include "crypto/sha.h"
#include "crypto/wipe.h"

// The last chain node that was derived, since coins of one account come together. A secret.
struct chain_cache {
    struct hd_key node; // m/purpose'/coin'/account'/chain
    struct coin_path path;
    bool filled;
};

// The key of a path under the app's master; a secret, for the caller to wipe.
static err_t path_key(const struct secp *secp, const struct hd_key *app_master, uint32_t network,
                      const struct coin_path *path, struct chain_cache *cache, struct hd_key *out)
{
    err_t err = ERR_OK;
    if (!cache->filled || cache->path.kind != path->kind || cache->path.chain != path->chain ||
        cache->path.account != path->account) {
        cache->filled = false;
        err = account_node(secp, app_master, network, path->kind, path->account, &cache->node);
        if (err == ERR_OK)
            err = hd_child(secp, &cache->node, path->chain, &cache->node);
        if (err == ERR_OK) {
            cache->path = *path;
            cache->filled = true;
        }
    }
    return err == ERR_OK ? hd_child(secp, &cache->node, path->index, out) : err;
}

static err_t path_program(const struct secp *secp, const struct hd_key *app_master,
                          uint32_t network, const struct coin_path *path, struct chain_cache *cache,
                          uint8_t out[static PROGRAM_MAX])
{
    struct hd_key key;
    err_t err = path_key(secp, app_master, network, path, cache, &key);
    if (err != ERR_OK)
        return err;
    err = coin_program(path->kind, key.public_key, out);
    hd_key_wipe(&key);
    return err;
}

static err_t keys_check(const struct secp *secp, const struct hd_key *app_master,
                        const struct request *request, struct chain_cache *cache,
                        struct refusal *why)
{
    uint8_t program[PROGRAM_MAX];
    uint8_t script[ADDRESS_SCRIPT_MAX];
    size_t size;
    for (uint32_t i = 0; i < request->input_count; i++) {
        const struct request_input *in = &request->inputs[i];
        err_t err = path_program(secp, app_master, request->network, &in->path, cache, program);
        if (err != ERR_OK)
            return err;
        if (memcmp(program, in->program, coin_program_size(in->path.kind)) != 0)
            return refusal_set(why, REFUSAL_KEY_MISMATCH, i);
    }
    for (uint32_t i = 0; i < request->output_count; i++) {
        const struct request_output *out = &request->outputs[i];
        if (!out->is_change)
            continue;
        err_t err = path_program(secp, app_master, request->network, &out->change, cache, program);
        if (err != ERR_OK)
            return err;
        coin_script(out->change.kind, program, script, &size);
        if (!span_equal(out->script, (struct span){script, size}))
            return refusal_set(why, REFUSAL_CHANGE_MISMATCH, i);
    }
    return ERR_OK;
}

err_t spend_check_keys(const struct secp *secp, const struct hd_key *app_master,
                       const struct request *request, struct refusal *why)
{
    struct chain_cache cache = {.filled = false};
    if (request->fingerprint != hd_fingerprint(app_master))
        return refusal_set(why, REFUSAL_FINGERPRINT, 0);
    err_t err = keys_check(secp, app_master, request, &cache, why);
    wipe(&cache, sizeof(cache));
    return err;
}

err_t spend_check_previous(const struct request *request, struct span transaction,
                           struct spend_seen *seen, struct refusal *why)
{
    struct tx tx;
    uint8_t txid[TXID_SIZE];
    bool known = false;
    if (tx_parse(transaction, TX_ANY, &tx) != ERR_OK)
        return refusal_set(why, REFUSAL_PREVIOUS_BAD, 0);
    tx_txid(&tx, txid);
    for (uint32_t i = 0; i < request->input_count; i++) {
        const struct request_input *in = &request->inputs[i];
        struct tx_output coin;
        uint8_t script[ADDRESS_SCRIPT_MAX];
        size_t size;
        if (memcmp(in->txid, txid, TXID_SIZE) != 0)
            continue;
        known = true;
        if (tx_output_at(&tx, in->vout, &coin) != ERR_OK)
            return refusal_set(why, REFUSAL_PREVIOUS_OUTPUT, i);
        if (coin.amount != in->amount)
            return refusal_set(why, REFUSAL_AMOUNT_MISMATCH, i);
        request_input_script(request, i, script, &size);
        if (!span_equal(coin.script, (struct span){script, size}))
            return refusal_set(why, REFUSAL_SCRIPT_MISMATCH, i);
        seen->inputs[i / 8] = (uint8_t)(seen->inputs[i / 8] | 1u << i % 8);
    }
    return known ? ERR_OK : refusal_set(why, REFUSAL_PREVIOUS_UNKNOWN, 0);
}

err_t spend_check_complete(const struct request *request, const struct spend_seen *seen,
                           struct refusal *why)
{
    for (uint32_t i = 0; i < request->input_count; i++)
        if (request->inputs[i].path.kind == COIN_P2WPKH && (seen->inputs[i / 8] >> i % 8 & 1) == 0)
            return refusal_set(why, REFUSAL_PREVIOUS_MISSING, i);
    return ERR_OK;
}

static err_t ecdsa_sign(const struct secp *secp, const struct hd_key *key,
                        const uint8_t digest[static SIGHASH_SIZE],
                        uint8_t out[static SPEND_SIGNATURE_MAX], size_t *size)
{
    uint8_t der[SECP_DER_MAX];
    size_t der_size;
    err_t err = secp_ecdsa_sign(secp, key->secret, digest, der, &der_size);
    // Checked before it leaves: a fault while signing could give the key away.
    if (err == ERR_OK)
        err = secp_ecdsa_check(key->public_key, digest, der, der_size);
    if (err != ERR_OK)
        return err;
    memcpy(out, der, der_size);
    out[der_size] = SIGHASH_ALL;
    *size = der_size + 1;
    return ERR_OK;
}

static err_t taproot_sign(const struct secp *secp, const struct hd_key *key,
                          const uint8_t digest[static SIGHASH_SIZE], const uint8_t aux[static 32],
                          uint8_t out[static SPEND_SIGNATURE_MAX], size_t *size)
{
    uint8_t secret[SECP_SECRET_SIZE];
    uint8_t tweak[32];
    memcpy(secret, key->secret, sizeof(secret));
    taproot_tweak(key->public_key + 1, tweak);
    err_t err = secp_xonly_secret_add(secp, secret, tweak);
    if (err == ERR_OK)
        err = secp_schnorr_sign(secp, secret, digest, aux, out);
    if (err == ERR_OK)
        *size = SECP_SCHNORR_SIZE;
    wipe(secret, sizeof(secret));
    return err;
}

err_t spend_sign(const struct secp *secp, const struct hd_key *app_master,
                 const struct request *request, const struct sighash_shared *shared, uint32_t index,
                 const uint8_t aux[static 32], uint8_t out[static SPEND_SIGNATURE_MAX],
                 size_t *size, struct refusal *why)
{
    struct chain_cache cache = {.filled = false};
    struct hd_key key;
    uint8_t program[PROGRAM_MAX];
    uint8_t digest[SIGHASH_SIZE];
    if (index >= request->input_count)
        return ERR_BAD_ARGUMENT;
    const struct request_input *in = &request->inputs[index];
    err_t err = path_key(secp, app_master, request->network, &in->path, &cache, &key);
    wipe(&cache, sizeof(cache));
    if (err != ERR_OK)
        return err;
    err = coin_program(in->path.kind, key.public_key, program);
    if (err == ERR_OK && memcmp(program, in->program, coin_program_size(in->path.kind)) != 0)
        err = refusal_set(why, REFUSAL_KEY_MISMATCH, index);
    if (err == ERR_OK) {
        sighash_input(request, shared, index, digest);
        if (in->path.kind == COIN_P2TR)
            err = taproot_sign(secp, &key, digest, aux, out, size);
        else
            err = ecdsa_sign(secp, &key, digest, out, size);
    }
    hd_key_wipe(&key);
    return err;
}

err_t spend_check_signature(const struct request *request, const struct sighash_shared *shared,
                            uint32_t index, const uint8_t public_key[static SECP_PUBLIC_SIZE],
                            struct span signature)
{
    const struct request_input *in = &request->inputs[index];
    uint8_t digest[SIGHASH_SIZE];
    uint8_t program[PROGRAM_MAX];
    sighash_input(request, shared, index, digest);
    if (in->path.kind == COIN_P2TR) {
        if (signature.size != SECP_SCHNORR_SIZE)
            return ERR_BAD_SIGNATURE;
        return secp_schnorr_check(in->program, digest, SIGHASH_SIZE, signature.at);
    }
    if (signature.size < 2 || signature.at[signature.size - 1] != SIGHASH_ALL ||
        coin_program(COIN_P2WPKH, public_key, program) != ERR_OK ||
        memcmp(program, in->program, HASH160_SIZE) != 0)
        return ERR_BAD_SIGNATURE;
    return secp_ecdsa_check(public_key, digest, signature.at, signature.size - 1);
}
