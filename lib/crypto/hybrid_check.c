// SPDX-License-Identifier: GPL-3.0-or-later
// Hybrid verification. Public values only, so nothing is wiped.
#include "crypto/hash.h"
#include "crypto/hybrid.h"
#include "crypto/mldsa.h"
#include "crypto/sign.h"

_Static_assert(HYBRID_PUBLIC_SIZE == SIGN_PUBLIC_SIZE + MLDSA_PUBLIC_SIZE, "two keys");
_Static_assert(HYBRID_SIZE == SIGN_SIZE + MLDSA_SIZE, "two signatures");
_Static_assert(HYBRID_ID_SIZE == HASH_SIZE, "a hash");

err_t hybrid_check(const uint8_t public_key[static HYBRID_PUBLIC_SIZE], const void *data,
                   size_t size, const uint8_t signature[static HYBRID_SIZE])
{
    const err_t first = sign_check(public_key, data, size, signature);
    const err_t second =
        mldsa_check(public_key + SIGN_PUBLIC_SIZE, data, size, signature + SIGN_SIZE);
    return first == ERR_OK && second == ERR_OK ? ERR_OK : ERR_BAD_SIGNATURE;
}

void hybrid_id(const uint8_t public_key[static HYBRID_PUBLIC_SIZE],
               uint8_t out[static HYBRID_ID_SIZE])
{
    hash_derive_key("cella hybrid key 1", public_key, HYBRID_PUBLIC_SIZE, out);
}
