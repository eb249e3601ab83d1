// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/tpm_kdf.h"

#include "crypto/sha.h"
#include "crypto/wipe.h"

#include <string.h>

static const uint8_t counter[4] = {0, 0, 0, 1}; // the only block

static uint8_t *put(uint8_t *to, const uint8_t *end, const void *from, size_t size)
{
    if (size > (size_t)(end - to))
        __builtin_trap(); // our own caller's
    if (size > 0)
        memcpy(to, from, size);
    return to + size;
}

void tpm_kdfa(const struct tpm_kdf *from, uint8_t *out, size_t size)
{
    uint8_t message[TPM_KDF_CONTEXT_MAX + 8], made[SHA256_SIZE];
    const uint8_t bits[4] = {0, 0, (uint8_t)(size * 8 >> 8), (uint8_t)(size * 8)};
    const uint8_t *end = message + sizeof message;
    uint8_t *at = put(message, end, counter, sizeof counter);
    at = put(at, end, from->label, strlen(from->label) + 1);
    at = put(at, end, from->first, from->first_size);
    at = put(at, end, from->second, from->second_size);
    at = put(at, end, bits, sizeof bits);
    hmac_sha256(from->key, from->key_size, message, (size_t)(at - message), made);
    put(out, out + TPM_KDF_MAX, made, size);
    wipe(made, sizeof made);
}

void tpm_kdfe(const struct tpm_kdf *from, uint8_t out[static TPM_KDF_MAX])
{
    struct sha256 sha;
    sha256_init(&sha);
    sha256_update(&sha, counter, sizeof counter);
    sha256_update(&sha, from->key, from->key_size);
    sha256_update(&sha, from->label, strlen(from->label) + 1);
    sha256_update(&sha, from->first, from->first_size);
    sha256_update(&sha, from->second, from->second_size);
    sha256_final(&sha, out);
}
