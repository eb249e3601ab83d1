// SPDX-License-Identifier: GPL-3.0-or-later
// Fair draws.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DRAW_NAMES = 32, DRAW_NAME = 32 };

struct draw_names {
    char name[DRAW_NAMES][DRAW_NAME];
    unsigned count;
};

// One name in each of `size` bytes' lines, blanks around it dropped. False: none, more than
// DRAW_NAMES, or one that is empty or too long.
bool draw_read(const char *text, size_t size, struct draw_names *out);

// A number below `n`, each equally likely: 32 random bits at a time from `source`, those above the
// last whole multiple of n thrown away. False: the source failed.
bool draw_below(uint32_t n, bool (*source)(uint32_t *bits), uint32_t *out);
