// SPDX-License-Identifier: GPL-3.0-or-later
// What both entries do, in three steps; every failure stops the machine for good.
//
//   entry:  UEFI reads the file            direct: PVH's module, bus masters off
//              |                              |
//   start_verify   machine fit? bundle authentic, new enough? interrupts? randomness   -> stop
//              |                              |
//   entry:  UEFI measures the bundle          |                                        -> stop
//              |                              |
//   start_place    by the dice: kernel, physical map, arena                            -> stop
//              |                              |
//   entry:  UEFI reserves the places,         |
//           leaves the firmware               |
//              |                              |
//   start_kernel   bus masters off; authentic still?; load; clocks; tables; map        -> stop
//              |
//           the kernel's first instruction
//
// Invariants:
//   B1  Nothing of the bundle is believed before the check that covers it has passed: recognise,
//       signature, header, root, entries (core/verify.c).
//   B2  The kernel is copied from bytes that were verified after the last device could write.
//   B3  The jump's address depends on both proofs: a skipped check leads astray, not into a kernel.
//   B4  No page is writable and executable in any table that we make; the kernel's image is mapped
//       at one place only.
//   B5  Kernel, arena and bundle are RAM, disjoint, and never listed as free.
//   B6  No input but the bundle and the firmware's tables is read: no key, variable or command line
//       changes what is checked.
//   B8  Nothing runs that is older than what this machine's TPM remembers.
//   B9  What is measured is what is started: the bundle that was measured is the one that was
//       verified last.
//   B7  Randomness that decided places is not the kernel's seed, and both are wiped here.
#pragma once
#include "core/counter.h"
#include "core/phys.h"
#include "core/place.h"
#include "core/verify.h"

struct start {
    // from the entry
    struct phys phys;
    uint64_t bundle_phys, bundle_size;
    const void *event_log; // info.event_log_size bytes, copied into the arena
    const void *late_log;  // late_size bytes, at most EVENT_LATE_MAX, come after it
    uint64_t late_size;
    struct counter counter; // the TPM's, where there is one
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
