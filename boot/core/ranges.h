// SPDX-License-Identifier: GPL-3.0-or-later
// A set of physical pages as sorted ranges that neither touch nor overlap. Total for anything a
// firmware can say: addresses that wrap are cut off, and when the table is full the smallest range
// is given up, which loses memory and nothing else.
#pragma once
#include "abi/types.h"

enum {
    RANGES_MAX = 120,
    RANGES_FIRMWARE =
        100, // what a firmware's map is trimmed to, so that nothing of ours is given up
};

#define RANGES_TOP 0x10000000000u // 1 TiB: memory above is not used

struct range {
    uint64_t base; // page-aligned
    uint64_t pages;
};

struct ranges {
    uint32_t count;
    struct range at[RANGES_MAX + 1]; // one more while a range is being split
};

// Adds the whole pages inside [base, base + size).
void ranges_add(struct ranges *set, uint64_t base, uint64_t size);

// Takes away every page that [base, base + size) touches.
void ranges_cut(struct ranges *set, uint64_t base, uint64_t size);

// Gives up the smallest ranges until at most `count` are left.
void ranges_trim(struct ranges *set, uint32_t count);

// Is all of [base, base + pages) in the set? `pages` may not be 0.
int ranges_hold(const struct ranges *set, uint64_t base, uint64_t pages);

// The address behind the last page; 0 for the empty set.
uint64_t ranges_end(const struct ranges *set);

// How many places there are for `pages` pages at a multiple of `align` bytes, ending at or below
// `limit`; and the number `index` of them, counted from below. `align` is a power of two of at
// least a page.
uint64_t ranges_places(const struct ranges *set, uint64_t pages, uint64_t align, uint64_t limit);
uint64_t ranges_place(const struct ranges *set, uint64_t pages, uint64_t align, uint64_t limit,
                      uint64_t index);
