// SPDX-License-Identifier: GPL-3.0-or-later
// What the audit costs: TSC ticks for each page, which are executed instructions under
// `-icount shift=0`, this cell's system calls included.
#include "gen/audit.h"
#include "os/ipc.h"
#include "os/panic.h"
#include "tests/cells/probe.h"

enum { STEP = 16, STEPS = 16 };

static uint64_t ticks(void)
{
    uint32_t low, high;

    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
}

int main(void)
{
    uint64_t start = ticks(), passes, position, pages;

    for (int i = 0; i < STEPS; i++)
        ASSERT(audit_step(start_page()->audit, STEP, &passes, &position, &pages) == ERR_OK,
               "a step of the audit");
    probe_number("bench audit one page", (ticks() - start) / STEPS / STEP);
    return 0;
}
