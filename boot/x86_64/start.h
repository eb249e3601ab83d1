// SPDX-License-Identifier: GPL-3.0-or-later
// What both entries do, in three steps; every failure stops the machine.
//   start_verify  check the bundle and the machine, gather randomness
//   start_place   choose where the kernel and the arena (page tables, boot information) go
//   start_kernel  devices silent, check again, load, build the tables, jump
// Between the second and the third step UEFI reserves the places and leaves its boot services.
#pragma once
#include "core/phys.h"
#include "core/place.h"
#include "core/verify.h"

struct start {
    // from the entry
    struct phys phys;
    uint64_t bundle_phys, bundle_size;
    const void *event_log; // info.event_log_size bytes, copied into the arena
    struct seed_input seed;
    struct boot_info info; // entry, secure_boot, rsdp, boot_tsc, framebuffer, event_log_size
    // from the steps
    struct verified verified;
    struct dice dice;
    struct places places;
    uint64_t kernel_pages, arena_pages;
    uint64_t proof[2]; // both BOOT_VERIFIED, or the jump goes astray
};

void start_verify(struct start *start);

// `free` is what can be used now; it becomes smaller by what is chosen.
void start_place(struct start *start, struct ranges *free);

// `ram` is all that the kernel may have, the bundle and the chosen places included or not.
_Noreturn void start_kernel(struct start *start, const struct ranges *ram);
