// SPDX-License-Identifier: GPL-3.0-or-later
// Offsets for entry.S, read out of the assembly that the compiler makes of this file
// (kernel/build.mk).
#include "sched.h"

void offsets(void);
void offsets(void)
{
    __asm__ volatile("# @@ THREAD_RETURN_FULLY %c0" : : "i"(offsetof(struct thread, return_fully)));
}
