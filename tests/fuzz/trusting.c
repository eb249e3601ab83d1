// SPDX-License-Identifier: GPL-3.0-or-later
// For fuzz programs only (build.mk: fuzz_entry_trusting): a signature is good if its first byte is
// even, so that inputs get past it and still take both ways; all that are made are zero. Whatever
// links this object holds fuzz_trusting_mark; tests/dev/fuzz.sh looks for it in everything that is
// shipped.
#include "crypto/hybrid.h"

#include <string.h>

err_t __wrap_hybrid_check(const uint8_t *key, const void *data, size_t size, const uint8_t *sig);
err_t __wrap_sign_check(const uint8_t *key, const void *data, size_t size, const uint8_t *sig);
err_t __wrap_mldsa_check(const uint8_t *key, const void *data, size_t size, const uint8_t *sig);
err_t __wrap_hybrid_make(const uint8_t *secret, const void *data, size_t size, uint8_t *out);

extern const char fuzz_trusting_mark[];
__attribute__((used)) const char fuzz_trusting_mark[] = "cella fuzz build: signatures are trusted";

// The key and the signed bytes are read, as the real check would, for the sanitizers to see.
static err_t answer(const uint8_t *key, const void *data, size_t size, const uint8_t *sig)
{
    volatile uint8_t last = key[0];
    for (size_t i = 0; i < size; i++)
        last = ((const uint8_t *)data)[i];
    (void)last;
    return sig[0] % 2 == 0 ? ERR_OK : ERR_BAD_SIGNATURE;
}

err_t __wrap_hybrid_check(const uint8_t *key, const void *data, size_t size, const uint8_t *sig)
{
    return answer(key, data, size, sig);
}

err_t __wrap_sign_check(const uint8_t *key, const void *data, size_t size, const uint8_t *sig)
{
    return answer(key, data, size, sig);
}

err_t __wrap_mldsa_check(const uint8_t *key, const void *data, size_t size, const uint8_t *sig)
{
    return answer(key, data, size, sig);
}

err_t __wrap_hybrid_make(const uint8_t *secret, const void *data, size_t size, uint8_t *out)
{
    memset(out, 0, HYBRID_SIZE);
    return answer(secret, data, size, out);
}
