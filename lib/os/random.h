// SPDX-License-Identifier: GPL-3.0-or-later
// Unpredictable words for hardening only (canaries, places, malloc's secret): never for keys; those
// are the entropy service's.
//
// Each comes from two sources, neither of which decides it: RDRAND, XOR SipHash-2-4 (Aumasson and
// Bernstein, INDOCRYPT 2012) of a count and the time stamp, under this cell's secret. Whoever knows
// one of the two still knows nothing. The steward's secret comes from the loader's seed, which has
// more sources; each cell's is drawn by the steward, for each of its runs.
#pragma once
#include <stdint.h>

enum { RANDOM_KEY = 2 }; // words

// Every program has this, and draws a few words.
#define RANDOM_SMALL __attribute__((minsize, noinline))

// Before anything is drawn, by cell_begin.
void random_start(const uint64_t key[RANDOM_KEY]);

// Any thread may.
uint64_t random_word(void);

// What only this CPU can say; the tests have one of their own.
struct random_cpu {
    uint64_t drawn; // by RDRAND, 0 if there is none
    uint64_t ticks; // of the TSC
};
struct random_cpu random_cpu(void);

uint64_t random_siphash(const uint64_t key[RANDOM_KEY], uint64_t first, uint64_t second);
