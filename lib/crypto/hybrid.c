// SPDX-License-Identifier: GPL-3.0-or-later
// Making hybrid keys and signatures. Verification is hybrid_check.c.
#include "crypto/hybrid.h"
#include "crypto/mldsa.h"
#include "crypto/sign.h"
#include "crypto/wipe.h"
#include <string.h>

_Static_assert(HYBRID_SECRET_SIZE == SIGN_SECRET_SIZE + MLDSA_SECRET_SIZE, "two seeds");

err_t hybrid_public(const uint8_t secret[static HYBRID_SECRET_SIZE],
                    uint8_t out[static HYBRID_PUBLIC_SIZE])
{
    uint8_t first[SIGN_PUBLIC_SIZE];
    err_t error = sign_public(secret, first);
    if (error == ERR_OK)
        error = mldsa_public(secret + SIGN_SECRET_SIZE, out + SIGN_PUBLIC_SIZE);
    if (error == ERR_OK)
        memcpy(out, first, sizeof(first));
    return error;
}

err_t hybrid_make(const uint8_t secret[static HYBRID_SECRET_SIZE], const void *data, size_t size,
                  uint8_t out[static HYBRID_SIZE])
{
    uint8_t first[SIGN_SIZE];
    err_t error = sign_make(secret, data, size, first);
    if (error == ERR_OK)
        error = mldsa_make(secret + SIGN_SECRET_SIZE, data, size, out + SIGN_SIZE);
    if (error == ERR_OK)
        memcpy(out, first, sizeof(first));
    wipe(first, sizeof(first)); // half a signature is nobody's
    return error;
}
