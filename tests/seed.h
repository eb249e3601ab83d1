// SPDX-License-Identifier: GPL-3.0-or-later
// The seed of a test with random inputs: the program's first argument, or CELLA_FUZZ_SEED, or a
// fresh one (also for 0). It is printed before the test begins, so that a failure can be repeated.
#pragma once
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

// A number that the program's caller chose: argument `number`, else the variable, else `otherwise`.
static inline uint64_t test_setting(int argc, char **argv, int number, const char *variable,
                                    uint64_t otherwise)
{
    const char *text = argc > number ? argv[number] : getenv(variable);
    return text ? strtoull(text, NULL, 0) : otherwise;
}

static inline uint64_t test_seed(int argc, char **argv)
{
    uint64_t seed = test_setting(argc, argv, 1, "CELLA_FUZZ_SEED", 0);
    while (seed == 0)
        if (getrandom(&seed, sizeof seed, 0) != sizeof seed)
            abort();
    printf("seed 0x%llx ", (unsigned long long)seed);
    fflush(stdout); // so that it is on the screen when the test dies
    return seed;
}
