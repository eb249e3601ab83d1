// SPDX-License-Identifier: GPL-3.0-or-later
#include "draw.h"

#include <string.h>

bool draw_read(const char *text, struct draw_names *out)
{
    out->count = 0;
    for (;;) {
        const char *end = text + strcspn(text, ",");
        const char *next = *end ? end + 1 : NULL;

        while (text < end && *text == ' ')
            text++;
        while (end > text && end[-1] == ' ')
            end--;
        const size_t size = (size_t)(end - text);
        if (size == 0 || size >= DRAW_NAME || out->count == DRAW_NAMES)
            return false;
        memcpy(out->name[out->count], text, size);
        out->name[out->count++][size] = 0;
        if (!next)
            return true;
        text = next;
    }
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
