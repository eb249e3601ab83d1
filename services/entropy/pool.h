// SPDX-License-Identifier: GPL-3.0-or-later
// Several sources, each tested, mixed into one generator (NIST SP 800-90A Hash_DRBG).
//
// P1  No output before two sources have passed their start-up tests; none after so many failed that
//     fewer than two are left.
// P2  Everything gathered goes into the mixture; only what passed is counted.
// P3  The loader's seed counts as a source of its own only if firmware gave something to it, or if
//     this cell's own CPU source is out: otherwise both come out of the same instruction.
// P4  With a test source the output is the same at every start, and the status says so.
#pragma once
#include "abi/start.h"
#include "crypto/random.h"
#include "health.h"

enum entropy_source {
    ENTROPY_SEED = 1,   // what the loader gathered
    ENTROPY_CPU = 2,    // RDSEED, or RDRAND
    ENTROPY_JITTER = 4, // how long memory accesses take
};

// Where samples come from. Tests put others in their place.
struct pool_input {
    bool cpu_present;
    bool (*cpu)(uint8_t *sample); // false: the instruction gave nothing
    uint8_t (*jitter)(void);
    const uint8_t *seed; // BOOT_SEED_SIZE bytes
    uint32_t seed_sources;
};

struct pool {
    struct pool_input in;
    struct health cpu, jitter;
    uint32_t passed, failed; // enum entropy_source
    struct random random;
    bool running; // `random` is seeded
    bool test;
    uint32_t calls; // since the last reseeding
};

// Test the sources and seed the generator, if two passed.
void pool_begin(struct pool *p, const struct pool_input *in);

// Use fixed bytes instead of sources.
void pool_begin_test(struct pool *p);

// Fill `data`. Errors: BAD_STATE (P1), TOO_LARGE (over RANDOM_OUT_MAX).
MUST_USE err_t pool_random(struct pool *p, uint8_t *data, size_t size);
