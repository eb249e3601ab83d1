// SPDX-License-Identifier: GPL-3.0-or-later
#include "hardware.h"
#include <cpuid.h>

enum { TRIES = 1000, WALK_SIZE = 65536, WALK_STEPS = 64 };

static bool has_rdseed, has_rdrand;

bool hardware_cpu_present(void)
{
    unsigned a, b = 0, c = 0, d;
    if (__get_cpuid_count(7, 0, &a, &b, &c, &d))
        has_rdseed = (b & bit_RDSEED) != 0;
    if (__get_cpuid(1, &a, &b, &c, &d))
        has_rdrand = (c & bit_RDRND) != 0;
    return has_rdseed || has_rdrand;
}

static bool cpu_word(uint64_t *out)
{
    for (int i = 0; i < TRIES; i++) {
        uint64_t word;
        unsigned char good;
        // Safety: CPUID says that the instruction exists. A generator that is busy clears the
        // carry.
        if (has_rdseed)
            __asm__ volatile("rdseed %0; setc %1" : "=r"(word), "=qm"(good) : : "cc");
        else
            __asm__ volatile("rdrand %0; setc %1" : "=r"(word), "=qm"(good) : : "cc");
        if (good) {
            *out = word;
            return true;
        }
        __builtin_ia32_pause();
    }
    return false;
}

bool hardware_cpu(uint8_t *sample)
{
    static uint64_t word;
    static unsigned left; // bytes of it that were not given out
    if (left == 0) {
        if (!cpu_word(&word))
            return false;
        left = sizeof word;
    }
    *sample = (uint8_t)word;
    word >>= 8;
    left--;
    return true;
}

// Only the walk is timed: whatever else this program does between two samples takes a time that may
// look random and is not.
uint8_t hardware_jitter(void)
{
    static volatile uint8_t memory[WALK_SIZE];
    static uint64_t at;
    uint64_t before = __builtin_ia32_rdtsc();
    for (int i = 0; i < WALK_STEPS; i++) {
        at = at * 6364136223846793005u + 1442695040888963407u; // Knuth's MMIX generator
        memory[at >> 48 & (WALK_SIZE - 1)]++;
    }
    return (uint8_t)(__builtin_ia32_rdtsc() - before);
}
