// SPDX-License-Identifier: GPL-3.0-or-later
#include "os/random.h"
#include "os/syscall.h"
#include <cpuid.h>
#include <stdbool.h>

enum { RDRAND_TRIES = 16 }; // Intel's manual asks for 10

static bool rdrand(uint64_t *out)
{
    unsigned a, b, c = 0, d;
    if (!__get_cpuid(1, &a, &b, &c, &d) || (c & bit_RDRND) == 0)
        return false;
    for (int i = 0; i < RDRAND_TRIES; i++) {
        uint64_t value;
        unsigned char good;
        // Safety: CPUID says that the instruction exists.
        __asm__ volatile("rdrand %0; setc %1" : "=r"(value), "=qm"(good) : : "cc");
        if (good) {
            *out = value;
            return true;
        }
    }
    return false;
}

uint64_t random_word(void)
{
    uint64_t word = 0;
    if (rdrand(&word))
        return word;
    // The finalizer of MurmurHash3 spreads what little there is over all bits.
    word = sys_now() ^ __builtin_ia32_rdtsc() << 17 ^ (uint64_t)(uintptr_t)&word;
    word = (word ^ word >> 33) * 0xff51afd7ed558ccdu;
    word = (word ^ word >> 33) * 0xc4ceb9fe1a85ec53u;
    return word ^ word >> 33;
}
