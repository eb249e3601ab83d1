// SPDX-License-Identifier: GPL-3.0-or-later
// ML-DSA-65 verification over wolfCrypt. Public values only, so nothing is wiped.
#include "crypto/mldsa.h"
#include <wolfssl/wolfcrypt/wc_mldsa.h>

enum { VERIFIED = 1, SIZE_MAX_SIGNED = 1 << 30 };

_Static_assert(MLDSA_PUBLIC_SIZE == WC_MLDSA_65_PUB_KEY_SIZE, "FIPS 204, table 2");
_Static_assert(MLDSA_SIZE == WC_MLDSA_65_SIG_SIZE, "FIPS 204, table 2");

err_t mldsa_check(const uint8_t public_key[static MLDSA_PUBLIC_SIZE], const void *data, size_t size,
                  const uint8_t signature[static MLDSA_SIZE])
{
    static wc_MlDsaKey key; // holds the working memory as well: too large for a stack
    int verdict = 0;
    err_t error = ERR_BAD_SIGNATURE;
    if (size > SIZE_MAX_SIGNED || wc_MlDsaKey_Init(&key, NULL, INVALID_DEVID) != 0)
        return ERR_BAD_SIGNATURE;
    if (wc_MlDsaKey_SetParams(&key, WC_ML_DSA_65) == 0 &&
        wc_MlDsaKey_ImportPubRaw(&key, public_key, MLDSA_PUBLIC_SIZE) == 0 &&
        wc_MlDsaKey_VerifyCtx(&key, signature, MLDSA_SIZE, NULL, 0, data, (word32)size, &verdict) ==
            0 &&
        verdict == VERIFIED)
        error = ERR_OK;
    wc_MlDsaKey_Free(&key);
    return error;
}
