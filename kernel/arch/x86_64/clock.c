// SPDX-License-Identifier: GPL-3.0-or-later
// Time: the TSC, scaled; and the one-shot timer of the local APIC. The kernel is tickless.
#include "sched.h"
#include "x86.h"

enum { WAIT_MAX = 1000 * 1000 * 1000 }; // ns

static uint64_t start_ticks;
static uint64_t ns_per_tick;  // 32.32 fixed point
static uint64_t ticks_per_ns; // of the APIC timer, 32.32 fixed point

uint64_t clock_ticks(void)
{
    uint32_t low, high;

    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
}

nsec_t clock_ns(uint64_t ticks)
{
    return (nsec_t)((unsigned __int128)ticks * ns_per_tick >> 32);
}

nsec_t clock_now(void)
{
    return clock_ns(clock_ticks() - start_ticks);
}

void clock_init(const struct boot_info *boot)
{
    enum { HZ_MIN = 1000 * 1000 };

    if (boot->tsc_hz < HZ_MIN || boot->lapic_hz < HZ_MIN || boot->lapic_hz >> 32)
        stop("the loader measured no clock", 0);
    start_ticks = boot->boot_tsc;
    ns_per_tick = (1000000000ull << 32) / boot->tsc_hz;
    ticks_per_ns = (boot->lapic_hz << 32) / 1000000000;
}

void arch_timer_set(nsec_t deadline)
{
    nsec_t now = clock_now();
    nsec_t wait = deadline > now ? deadline - now : 0;

    // Longer waits than the counter holds end early; timer_run then asks again.
    if (wait > WAIT_MAX)
        wait = WAIT_MAX;
    apic_timer((uint64_t)((unsigned __int128)wait * ticks_per_ns >> 32) + 1);
}
