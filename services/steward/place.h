// SPDX-License-Identifier: GPL-3.0-or-later
// Where a cell's code, heap and stack lie: drawn anew for each run (abi/layout.h). Rules: pure but
// for random_word(); what it draws is no secret from the cell itself.
#pragma once
#include "abi/layout.h"

struct places {
    uint64_t code, heap;
    uint64_t stack; // where it ends
};

// Page tables that three areas take at the most, wherever they lie; `pages` of each.
uint32_t places_tables(uint64_t code, uint64_t heap, uint64_t stack);

// The pages of each are at most what abi/layout.h allows.
struct places places_draw(uint64_t code, uint64_t heap, uint64_t stack);
