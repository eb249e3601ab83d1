// SPDX-License-Identifier: GPL-3.0-or-later
// Ed25519 verification over wolfCrypt. Public values only, so nothing is wiped.
#include "crypto/sign.h"
#include <wolfssl/wolfcrypt/ed25519.h>

enum { VERIFIED = 1 }; // wolfCrypt's own word for it

err_t sign_check(const uint8_t public_key[static SIGN_PUBLIC_SIZE], const void *data, size_t size,
                 const uint8_t signature[static SIGN_SIZE])
{
    ed25519_key key;
    int verdict = 0;
    err_t error = ERR_BAD_SIGNATURE;
    if (size > INT32_MAX)
        return ERR_BAD_SIGNATURE;
    if (wc_ed25519_init(&key) != 0)
        return ERR_BAD_SIGNATURE;
    if (wc_ed25519_import_public(public_key, SIGN_PUBLIC_SIZE, &key) == 0 &&
        wc_ed25519_verify_msg(signature, SIGN_SIZE, data, (word32)size, &verdict, &key) == 0 &&
        verdict == VERIFIED)
        error = ERR_OK;
    wc_ed25519_free(&key);
    return error;
}
