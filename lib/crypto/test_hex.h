// SPDX-License-Identifier: GPL-3.0-or-later
// For the tests of this room: hexadecimal vectors.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static inline int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// Decodes `text` into `out` (room for `max` bytes) and gives the number of bytes; a bad vector
// aborts the test.
static inline size_t hex_read(const char *text, uint8_t *out, size_t max)
{
    size_t size = strlen(text) / 2;
    if (strlen(text) % 2 != 0 || size > max)
        abort();
    for (size_t i = 0; i < size; i++) {
        int high = hex_digit(text[2 * i]);
        int low = hex_digit(text[2 * i + 1]);
        if (high < 0 || low < 0)
            abort();
        out[i] = (uint8_t)(high << 4 | low);
    }
    return size;
}
