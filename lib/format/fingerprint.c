// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/fingerprint.h"

#include "crypto/hash.h"

void fingerprint_text(const uint8_t key[static FINGERPRINT_KEY], char out[static FINGERPRINT_TEXT])
{
    static const char digits[] = "0123456789abcdef";
    uint8_t hash[HASH_SIZE];
    char *at = out;
    hash_bytes(key, FINGERPRINT_KEY, hash);
    for (size_t i = 0; i < 16; i++) {
        if (i > 0 && i % 2 == 0)
            *at++ = ' ';
        *at++ = digits[hash[i] >> 4];
        *at++ = digits[hash[i] & 15];
    }
    *at = '\0';
}
