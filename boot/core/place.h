// SPDX-License-Identifier: GPL-3.0-or-later
// Where things lie, by the dice. Virtual addresses on x86-64 with four-level paging:
//   physmap      PML4 slots 257 to 400, at a multiple of 1 GiB, at most 1 TiB long
//   kernel_virt  the top 2 GiB, at a multiple of 2 MiB; the last 2 MiB stay empty
// so the two cannot meet (place_test.c enumerates it). Physical ones: anywhere free. The steward's
// code and stack: in two blocks of the lower half (abi/layout.h).
#pragma once
#include "core/ranges.h"
#include "core/seed.h"

#include "abi/layout.h"

#define PLACE_KERNEL_BASE  0xffffffff80000000u
#define PLACE_KERNEL_ALIGN 0x200000u
#define PLACE_KERNEL_TOP   0xffffffffffe00000u
#define PLACE_PHYSMAP_STEP 0x40000000u

enum {
    PLACE_SLOT_FIRST = 257,
    PLACE_SLOT_LAST = 400,
    PLACE_PHYSMAP_CHOICES = (PLACE_SLOT_LAST - PLACE_SLOT_FIRST + 1) * 512,
};

struct places {
    uint64_t kernel_virt;
    uint64_t kernel_phys;
    uint64_t physmap;
    uint64_t arena_phys; // page tables, boot information and what goes with it
};

uint64_t place_kernel_choices(uint64_t pages);
uint64_t place_kernel(uint64_t choice);  // below place_kernel_choices
uint64_t place_physmap(uint64_t choice); // below PLACE_PHYSMAP_CHOICES

// Where the steward's code begins and its stack ends, for an image of `pages` pages.
struct steward_places {
    uint64_t code, stack;
};
struct steward_places place_steward(struct dice *dice, uint64_t pages);

// All four. The kernel and the arena are taken out of `free`; both end at or below `limit`, which
// is as far as the loader can write.
MUST_USE enum boot_stop places_choose(struct dice *dice, struct ranges *free, uint64_t limit,
                                      uint64_t kernel_pages, uint64_t arena_pages,
                                      struct places *out);
