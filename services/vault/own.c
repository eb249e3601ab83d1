// SPDX-License-Identifier: GPL-3.0-or-later
// The device's own chain (docs/chain.md): what its person vouched for. It lives as long as the
// seed is open, like the programs that it vouches for; its keys, and so its id, are the seed's.
#include "crypto/hash.h"
#include "crypto/wipe.h"
#include "format/chain.h"
#include "vault.h"

enum { OWN_ENTRIES = 64, OWN_ENTRY = 4608 }; // a program's entry is below 3,800 bytes

static struct {
    uint8_t bytes[OWN_ENTRIES * OWN_ENTRY];
    size_t size; // 0: there is none
    struct chain chain, longer;
} own;

void own_forget(void)
{
    memset(&own, 0, sizeof own);
}

// Two independent seeds; `contexts` names them. The words alone make them, so a second device with
// the same words has the same chain.
static err_t secret_make(const char *const contexts[2], uint8_t out[static HYBRID_SECRET_SIZE])
{
    struct store_secret root;
    const err_t err = keys_root(&root);
    if (err)
        return err;
    hash_derive_key(contexts[0], root.entropy, root.size, out);
    hash_derive_key(contexts[1], root.entropy, root.size, out + HYBRID_SECRET_SIZE / 2);
    wipe(&root, sizeof root);
    return ERR_OK;
}

static err_t key_make(uint8_t out[static HYBRID_SECRET_SIZE])
{
    static const char *const contexts[] = {"cella device chain 1: key, Ed25519",
                                           "cella device chain 1: key, ML-DSA-65"};
    return secret_make(contexts, out);
}

static err_t recovery_commit(uint8_t out[CHAIN_HASH])
{
    static const char *const contexts[] = {"cella device chain 1: recovery, Ed25519",
                                           "cella device chain 1: recovery, ML-DSA-65"};
    uint8_t secret[HYBRID_SECRET_SIZE], key[HYBRID_PUBLIC_SIZE];
    err_t err = secret_make(contexts, secret);
    if (!err)
        err = hybrid_public(secret, key);
    wipe(secret, sizeof secret);
    if (!err)
        chain_commit_recovery(key, out);
    return err;
}

// Sign the draft, append it, and believe the longer chain only as far as it verifies.
static err_t own_say(const struct chain_draft *draft,
                     const uint8_t secret[static HYBRID_SECRET_SIZE], uint32_t *code)
{
    struct chain_check check;
    size_t size = 0;
    err_t err = chain_draft_sign(&own.chain, own.chain.count, draft, secret, own.bytes + own.size,
                                 sizeof own.bytes - own.size, &size);
    if (err)
        return err == ERR_TOO_SMALL ? ERR_NO_SLOT : err;
    err = chain_verify(own.bytes, own.size + size, &own.longer, &check);
    *code = check.refusal;
    if (err)
        return ERR_OK; // results do not travel with an error: the code says it
    own.chain = own.longer;
    own.size += size;
    return ERR_OK;
}

static err_t own_begin(const uint8_t secret[static HYBRID_SECRET_SIZE], uint32_t *code)
{
    uint8_t key[HYBRID_PUBLIC_SIZE], next[CHAIN_HASH], recovery[CHAIN_HASH];
    const struct chain_draft draft = {
        .operation = CHAIN_CREATE, .name = "", .next = next, .recovery = recovery};
    err_t err = hybrid_public(secret, key);
    if (!err)
        err = recovery_commit(recovery);
    if (err)
        return err;
    chain_commit_next(key, next);
    return own_say(&draft, secret, code);
}

err_t own_vouch(const struct caller *who, const uint8_t *value, size_t size, uint32_t *code)
{
    (void)who;
    struct program_register program;
    uint8_t secret[HYBRID_SECRET_SIZE];
    *code = CHAIN_GOOD;
    if (program_decode((struct span){value, size}, &program) != ERR_OK)
        return ERR_BAD_DATA;
    if (own.chain.count == OWN_ENTRIES)
        return ERR_NO_SLOT;
    err_t err = key_make(secret);
    if (err)
        return err;
    // Time is 0: the device has no clock that it could believe.
    const struct chain_draft draft = {
        .operation = CHAIN_WRITE,
        .name = program.name,
        .type = REGISTER_OBJECT,
        .value = {value, size}
    };
    if (own.size == 0)
        err = own_begin(secret, code);
    if (!err && *code == CHAIN_GOOD)
        err = own_say(&draft, secret, code);
    wipe(secret, sizeof secret);
    return err;
}

err_t own_vouched(const struct caller *who, uint32_t offset, uint8_t *data, size_t cap,
                  size_t *size, uint32_t *total)
{
    (void)who;
    const size_t left = offset < own.size ? own.size - offset : 0;
    *size = left < cap ? left : cap;
    memcpy(data, own.bytes + (left ? offset : 0), *size);
    *total = (uint32_t)own.size;
    return ERR_OK;
}
