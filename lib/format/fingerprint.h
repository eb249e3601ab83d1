// SPDX-License-Identifier: GPL-3.0-or-later
// How a public key is shown to a person: the first 16 bytes of its BLAKE3 hash as eight groups of
// four hex digits, "1a2b 3c4d ...". The console, the review text and the host tool print the same.
#pragma once
#include <stddef.h>
#include <stdint.h>

enum {
    FINGERPRINT_KEY = 32,  // bytes of the key
    FINGERPRINT_TEXT = 40, // characters, final zero included
};

void fingerprint_text(const uint8_t key[static FINGERPRINT_KEY], char out[static FINGERPRINT_TEXT]);
