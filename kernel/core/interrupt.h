// SPDX-License-Identifier: GPL-3.0-or-later
// Interrupt lines. A line is masked until it is bound, and from each interrupt until it is
// acknowledged, so that a storm costs one interrupt for each acknowledgement.
#pragma once
#include "abi/boot_info.h"
#include "signal.h"

struct interrupt {
    struct object object;
    struct cap signal; // the capability that was given at binding; a child of the driver's
    uint64_t bits;
    uint32_t line;
} __attribute__((aligned(64)));

extern struct interrupt *interrupts; // BOOT_IRQ_COUNT of them

MUST_USE err_t interrupt_bind(struct interrupt *i, struct cap *signal, uint64_t bits);
void interrupt_arrived(uint32_t line);

// No capability is left: masked at once; what it was bound to is let go by and by.
void interrupt_end(struct interrupt *i);
bool interrupt_reap(struct interrupt *i);
