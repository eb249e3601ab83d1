// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/fingerprint.h"
#include "crypto/hash.h"

enum { GROUPS = 8, GROUP_BYTES = 2 };

void fingerprint_text(const uint8_t key[static FINGERPRINT_KEY_SIZE],
                      char out[static FINGERPRINT_TEXT_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    uint8_t digest[HASH_SIZE];
    hash_bytes(key, FINGERPRINT_KEY_SIZE, digest);
    for (size_t i = 0; i < GROUPS * GROUP_BYTES; i++) {
        *out++ = digits[digest[i] >> 4];
        *out++ = digits[digest[i] & 15];
        if (i % GROUP_BYTES == GROUP_BYTES - 1)
            *out++ = ' ';
    }
    out[-1] = 0; // in the place of the last blank
}
