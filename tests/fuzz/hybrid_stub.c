// SPDX-License-Identifier: GPL-3.0-or-later
// Stands in for lib/crypto/hybrid.c and hybrid_check.c in fuzz builds alone: any signature holds,
// or no made-up chain would get past its first entry. Keys and signatures of seeds are made of the
// secret's first byte.
#include "crypto/hybrid.h"

#include <string.h>

err_t hybrid_public(const uint8_t secret[static HYBRID_SECRET_SIZE],
                    uint8_t out[static HYBRID_PUBLIC_SIZE])
{
    memset(out, secret[0], HYBRID_PUBLIC_SIZE);
    return ERR_OK;
}

err_t hybrid_make(const uint8_t secret[static HYBRID_SECRET_SIZE], const void *data, size_t size,
                  uint8_t out[static HYBRID_SIZE])
{
    (void)data;
    (void)size;
    memset(out, secret[0], HYBRID_SIZE);
    return ERR_OK;
}

err_t hybrid_check(const uint8_t public_key[static HYBRID_PUBLIC_SIZE], const void *data,
                   size_t size, const uint8_t signature[static HYBRID_SIZE])
{
    (void)public_key;
    (void)data;
    (void)size;
    (void)signature;
    return ERR_OK;
}
