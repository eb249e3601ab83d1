// SPDX-License-Identifier: GPL-3.0-or-later
// ML-DSA-65 over wolfCrypt: making keys and signatures. Verification is mldsa_check.c, which the
// loader uses alone.
#include "crypto/mldsa.h"
#include "crypto/wipe.h"
#include <string.h>
#include <wolfssl/wolfcrypt/wc_mldsa.h>

enum { SIZE_MAX_SIGNED = 1 << 30, POOL_SIZE = 22 << 10 };

// What the library asks for while it makes a key or a signature: one block at a time, secret.
static struct {
    _Alignas(16) uint8_t bytes[POOL_SIZE];
    bool taken;
} pool;

static wc_MlDsaKey key; // secret while a call lasts

void *mldsa_memory_take(size_t size)
{
    if (pool.taken || size > POOL_SIZE)
        return NULL;
    pool.taken = true;
    return pool.bytes;
}

void mldsa_memory_give(void *memory)
{
    if (memory == NULL)
        return;
    wipe(pool.bytes, POOL_SIZE);
    pool.taken = false;
}

// The key pair of a seed; the caller ends it whatever comes back.
static err_t key_load(const uint8_t secret[static MLDSA_SECRET_SIZE])
{
    if (wc_MlDsaKey_Init(&key, NULL, INVALID_DEVID) != 0 ||
        wc_MlDsaKey_SetParams(&key, WC_ML_DSA_65) != 0 ||
        wc_MlDsaKey_MakeKeyFromSeed(&key, secret) != 0)
        return ERR_BAD_STATE;
    return ERR_OK;
}

static void key_end(void)
{
    wc_MlDsaKey_Free(&key);
    wipe(&key, sizeof(key));
}

err_t mldsa_public(const uint8_t secret[static MLDSA_SECRET_SIZE],
                   uint8_t out[static MLDSA_PUBLIC_SIZE])
{
    err_t error = key_load(secret);
    if (error == ERR_OK)
        memcpy(out, key.p, MLDSA_PUBLIC_SIZE);
    key_end();
    return error;
}

err_t mldsa_make(const uint8_t secret[static MLDSA_SECRET_SIZE], const void *data, size_t size,
                 uint8_t out[static MLDSA_SIZE])
{
    static const uint8_t rnd[32]; // FIPS 204 algorithm 2, the deterministic variant
    static uint8_t signature[MLDSA_SIZE];
    word32 length = MLDSA_SIZE;
    if (size > SIZE_MAX_SIGNED)
        return ERR_TOO_LARGE;
    err_t error = key_load(secret);
    if (error == ERR_OK && (wc_MlDsaKey_SignCtxWithSeed(&key, NULL, 0, signature, &length, data,
                                                        (word32)size, rnd) != 0 ||
                            length != MLDSA_SIZE))
        error = ERR_BAD_STATE;
    if (error == ERR_OK)
        memcpy(out, signature, MLDSA_SIZE);
    wipe(signature, sizeof(signature)); // a rejected try would tell about the key
    key_end();
    return error;
}
