// SPDX-License-Identifier: GPL-3.0-or-later
// Per-CPU data is reached through GS in the kernel.
#pragma once

struct cpu;

static inline struct cpu *this_cpu(void)
{
    struct cpu *self;

    // Safety: GS points to struct cpu whenever the kernel runs; `self` is at offset 24 (asserted in
    // entry.c).
    __asm__("mov %%gs:24, %0" : "=r"(self));
    return self;
}
