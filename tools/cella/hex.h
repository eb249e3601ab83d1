// SPDX-License-Identifier: GPL-3.0-or-later
// Bytes as hexadecimal text, and a key as people compare it.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { KEY_FINGERPRINT_TEXT = 40 }; // 8 groups of 4 digits, blanks, and the final zero

// Exactly `size` bytes from 2 * `size` digits.
bool hex_read(const char *text, size_t length, uint8_t *out, size_t size);

// What stands on the console: the first 16 bytes of BLAKE3 of the key.
void key_fingerprint(const uint8_t key[32], char out[KEY_FINGERPRINT_TEXT]);
