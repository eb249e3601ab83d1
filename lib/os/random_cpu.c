// SPDX-License-Identifier: GPL-3.0-or-later
#include "os/random.h"
#include <cpuid.h>

enum { RDRAND_TRIES = 16 }; // Intel's manual asks for 10

RANDOM_SMALL static uint64_t rdrand(void)
{
    unsigned a, b, c = 0, d;
    if (!__get_cpuid(1, &a, &b, &c, &d) || (c & bit_RDRND) == 0)
        return 0;
    for (int i = 0; i < RDRAND_TRIES; i++) {
        uint64_t value;
        unsigned char good;
        // Safety: CPUID says that the instruction exists.
        __asm__ volatile("rdrand %0; setc %1" : "=r"(value), "=qm"(good) : : "cc");
        if (good)
            return value;
    }
    return 0;
}

struct random_cpu random_cpu(void)
{
    return (struct random_cpu){.drawn = rdrand(), .ticks = __builtin_ia32_rdtsc()};
}
