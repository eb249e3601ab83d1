// SPDX-License-Identifier: GPL-3.0-or-later
#include "hex.h"
#include "crypto/hash.h"
#include <stdio.h>

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool hex_read(const char *text, size_t length, uint8_t *out, size_t size)
{
    if (length != 2 * size)
        return false;
    for (size_t i = 0; i < size; i++) {
        int high = digit(text[2 * i]), low = digit(text[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

void key_fingerprint(const uint8_t key[32], char out[KEY_FINGERPRINT_TEXT])
{
    uint8_t digest[HASH_SIZE];
    hash_bytes(key, 32, digest);
    for (size_t i = 0; i < 8; i++)
        snprintf(out + 5 * i, 6, "%02x%02x%s", digest[2 * i], digest[2 * i + 1], i < 7 ? " " : "");
}
