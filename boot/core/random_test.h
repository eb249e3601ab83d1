// SPDX-License-Identifier: GPL-3.0-or-later
// For tests: numbers that look random and are the same in every run (xorshift64*, Vigna 2016).
#pragma once
#include <stddef.h>
#include <stdint.h>

static uint64_t random_state = 0x2545f4914f6cdd1d;

static inline uint64_t random_word(void)
{
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return random_state * 0x2545f4914f6cdd1d;
}

static inline uint64_t random_below(uint64_t count)
{
    return (random_word() >> 11) % count;
}
