// SPDX-License-Identifier: GPL-3.0-or-later
#include "shown.h"
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

// The character at `at` (RFC 3629) and its length in bytes; 0: no UTF-8. The text ends in a zero,
// which continues nothing.
static uint32_t character(const unsigned char *at, size_t *length)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char first = at[0];
    const size_t n = first < 0x80             ? 1
                     : (first & 0xe0) == 0xc0 ? 2
                     : (first & 0xf0) == 0xe0 ? 3
                     : (first & 0xf8) == 0xf0 ? 4
                                              : 0;
    uint32_t value = n == 1 ? first : first & (0x7fu >> n);
    *length = 1;
    for (size_t i = 1; i < n; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return 0;
        value = value << 6 | (at[i] & 0x3fu);
    }
    if (n == 0 || value < least[n] || value > 0x10ffff || (value >= 0xd800 && value < 0xe000))
        return 0;
    *length = n;
    return value;
}

static bool visible(uint32_t c)
{
    const bool control = c < ' ' || (c >= 0x7f && c < 0xa0);
    const bool direction = c == 0x61c || c == 0x200e || c == 0x200f ||
                           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
    return !control && !direction;
}

static void mask(char *text, bool lines)
{
    unsigned char *at = (unsigned char *)text;
    for (size_t length; *at; at += length) {
        const uint32_t c = character(at, &length);
        if (visible(c) || (lines && c == '\n' && at[1] == ' '))
            continue;
        for (size_t i = 0; i < length; i++)
            at[i] = '?';
    }
}

const char *shown(const char *text)
{
    static char texts[4][SHOWN_MAX];
    static unsigned next;
    char *out = texts[next++ % 4];
    snprintf(out, SHOWN_MAX, "%s", text);
    mask(out, false);
    return out;
}

void shown_message(char *text)
{
    mask(text, true);
}
