// SPDX-License-Identifier: GPL-3.0-or-later
// Ed25519 over wolfCrypt: making keys and signatures. Verification is sign_check.c, which the
// loader uses alone.
#include "crypto/sign.h"
#include "crypto/wipe.h"
#include <string.h>
#include <wolfssl/wolfcrypt/ed25519.h>

// The key pair of a seed; the caller frees and wipes it whatever comes back.
static err_t key_load(ed25519_key *key, const uint8_t secret[static SIGN_SECRET_SIZE],
                      uint8_t public_key[static SIGN_PUBLIC_SIZE])
{
    if (wc_ed25519_init(key) != 0 ||
        wc_ed25519_import_private_only(secret, SIGN_SECRET_SIZE, key) != 0 ||
        wc_ed25519_make_public(key, public_key, SIGN_PUBLIC_SIZE) != 0)
        return ERR_BAD_STATE;
    return ERR_OK;
}

static void key_end(ed25519_key *key)
{
    wc_ed25519_free(key);
    wipe(key, sizeof(*key));
}

err_t sign_public(const uint8_t secret[static SIGN_SECRET_SIZE],
                  uint8_t out[static SIGN_PUBLIC_SIZE])
{
    ed25519_key key;
    uint8_t public_key[SIGN_PUBLIC_SIZE];
    err_t error = key_load(&key, secret, public_key);
    if (error == ERR_OK)
        memcpy(out, public_key, SIGN_PUBLIC_SIZE);
    key_end(&key);
    return error;
}

err_t sign_make(const uint8_t secret[static SIGN_SECRET_SIZE], const void *data, size_t size,
                uint8_t out[static SIGN_SIZE])
{
    ed25519_key key;
    uint8_t public_key[SIGN_PUBLIC_SIZE];
    uint8_t signature[SIGN_SIZE];
    word32 length = SIGN_SIZE;
    err_t error = size > INT32_MAX ? ERR_TOO_LARGE : key_load(&key, secret, public_key);
    if (error == ERR_TOO_LARGE)
        return error;
    if (error == ERR_OK &&
        (wc_ed25519_import_public(public_key, SIGN_PUBLIC_SIZE, &key) != 0 ||
         wc_ed25519_sign_msg(data, (word32)size, signature, &length, &key) != 0 ||
         length != SIGN_SIZE))
        error = ERR_BAD_STATE;
    if (error == ERR_OK)
        memcpy(out, signature, SIGN_SIZE);
    key_end(&key);
    return error;
}
