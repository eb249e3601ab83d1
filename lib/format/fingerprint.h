// SPDX-License-Identifier: GPL-3.0-or-later
// A public key as people compare it: the first 16 bytes of its BLAKE3, in 8 groups of 4 digits. The
// console, the review, the evidence's verifier and the host tool all take it from here.
#pragma once
#include <stdint.h>

enum {
    FINGERPRINT_KEY_SIZE = 32,
    FINGERPRINT_TEXT_SIZE = 40, // with blanks between the groups and a final zero
};

void fingerprint_text(const uint8_t key[static FINGERPRINT_KEY_SIZE],
                      char out[static FINGERPRINT_TEXT_SIZE]);
