// SPDX-License-Identifier: GPL-3.0-or-later
#include "draw.h"

#include <string.h>

bool draw_read(const char *text, size_t size, struct draw_names *out)
{
    const char *const all = text + size;

    out->count = 0;
    while (text < all) {
        const char *line = memchr(text, '\n', (size_t)(all - text));
        const char *next = line ? line + 1 : all, *end = line ? line : all;

        while (text < end && *text == ' ')
            text++;
        while (end > text && end[-1] == ' ')
            end--;
        const size_t length = (size_t)(end - text);
        if (length == 0 || length >= DRAW_NAME || out->count == DRAW_NAMES)
            return false;
        memcpy(out->name[out->count], text, length);
        out->name[out->count++][length] = 0;
        text = next;
    }
    return out->count != 0;
}

bool draw_below(uint32_t n, bool (*source)(uint32_t *bits), uint32_t *out)
{
    const uint32_t wholes = UINT32_MAX / n; // bits below wholes * n are good
    uint32_t bits;

    do {
        if (!source(&bits))
            return false;
    } while (bits / n >= wholes);
    *out = bits % n;
    return true;
}
