// SPDX-License-Identifier: GPL-3.0-or-later
// The smallest good bundle, to start from: a kernel with relocations, a steward, a plan. Signed by
// nobody.
#pragma once
#include "format/bundle_write.h"

#include <stdlib.h>
#include <string.h>

// Its size; `out` holds `max` bytes, and the bundle fits.
static inline size_t small_bundle(uint64_t index, uint32_t flags, uint8_t *out, size_t max)
{
    enum { PARTS = 3, PAGES_MAX = 16 };
    static const uint8_t image[2 * PAGE_SIZE] = {1, 2, 3};
    static const uint32_t relocs[] = {PAGE_SIZE, PAGE_SIZE + 8};
    static _Alignas(8) uint8_t bundle[PAGES_MAX * PAGE_SIZE];
    struct bundle_part parts[PARTS] = {
        {.entry = {.name = "kernel", .kind = BUNDLE_KERNEL},
         .bytes = image,
         .size = sizeof image,
         .relocs = relocs,
         .reloc_count = sizeof relocs / sizeof relocs[0]},
        {.entry = {.name = "steward", .kind = BUNDLE_CELL, .bss_pages = 1},
         .bytes = image,
         .size = PAGE_SIZE},
        {.entry = {.name = "plan", .kind = BUNDLE_PLAN},                                  .bytes = image,                               .size = 77                                                 }
    };
    parts[0].entry.part[BUNDLE_TEXT].size = 100;
    parts[0].entry.part[BUNDLE_RELRO].size = 40;
    parts[1].entry.part[BUNDLE_TEXT].size = PAGE_SIZE;
    const struct bundle_draft draft = {.profile = "vault",
                                       .version = "0",
                                       .rollback_index = index,
                                       .flags = flags,
                                       .parts = parts,
                                       .part_count = PARTS};
    const uint64_t size = bundle_write_size(&draft);
    if (size == 0 || size > sizeof bundle || size > max ||
        bundle_write(&draft, bundle, size) != BOOT_CLEAR)
        abort(); // a seed that is refused would be none
    memcpy(out, bundle, size);
    return size;
}
