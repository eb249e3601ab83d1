// SPDX-License-Identifier: GPL-3.0-or-later
#include "base64.h"
#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

bool base64_decode(uint8_t *data, size_t *size)
{
    uint32_t bits = 0;
    unsigned have = 0, padding = 0;
    size_t digits = 0, used = 0;
    for (size_t i = 0; i < *size; i++) {
        uint8_t c = data[i];
        if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
            continue;
        digits++;
        if (c == '=') {
            padding++;
            continue;
        }
        const char *at = c ? strchr(alphabet, c) : NULL;
        if (!at || padding)
            return false;
        bits = bits << 6 | (uint32_t)(at - alphabet);
        have += 6;
        if (have >= 8) {
            have -= 8;
            data[used++] = (uint8_t)(bits >> have);
            bits &= (1u << have) - 1;
        }
    }
    // Whole groups, the right padding, and nothing in the bits that stand for no byte.
    if (digits % 4 || padding != have / 2 || bits)
        return false;
    *size = used;
    return true;
}

size_t base64_size(size_t size)
{
    return (size + 2) / 3 * 4;
}

void base64_encode(const uint8_t *data, size_t size, uint8_t *out)
{
    for (size_t i = 0; i < size; i += 3) {
        size_t n = size - i < 3 ? size - i : 3;
        uint32_t bits = (uint32_t)data[i] << 16 | (n > 1 ? (uint32_t)data[i + 1] << 8 : 0) |
                        (n > 2 ? data[i + 2] : 0);
        for (size_t k = 0; k < 4; k++)
            *out++ = k > n ? '=' : (uint8_t)alphabet[bits >> (18 - 6 * k) & 63];
    }
}
