// SPDX-License-Identifier: GPL-3.0-or-later
// Hash_DRBG over SHA-256 (NIST SP 800-90A revision 1, section 10.1.1). It gathers nothing: all
// entropy is handed in by the caller, so a generator that was seeded with known bytes is
// repeatable. Rules: the state belongs to the caller, is not shared between threads, and is wiped
// by random_end. On ERR_BAD_STATE nothing was written and the generator must be started again.
#pragma once
#include "abi/types.h"
#include <stddef.h>
#include <stdint.h>

enum {
    RANDOM_SEED_MIN = 48, // entropy and nonce for 256 bits of strength, section 8.6.7
    RANDOM_SEED_MAX = 1024,
    RANDOM_RESEED_MIN = 32,
    RANDOM_OUT_MAX = 65536, // per call, section 10.1 table 2
};

struct random {
    _Alignas(16) uint8_t state[512]; // the generator's working state; random.c asserts that it fits
};

// ERR_BAD_ARGUMENT: a seed shorter than RANDOM_SEED_MIN or longer than RANDOM_SEED_MAX.
MUST_USE err_t random_begin(struct random *random, const void *seed, size_t size);
// Mix in new entropy. ERR_BAD_ARGUMENT: shorter than RANDOM_RESEED_MIN or longer than
// RANDOM_SEED_MAX.
MUST_USE err_t random_reseed(struct random *random, const void *seed, size_t size);
// ERR_TOO_LARGE: more than RANDOM_OUT_MAX. ERR_EXPIRED: reseed first (section 9.3.1,
// reseed_required).
MUST_USE err_t random_bytes(struct random *random, void *out, size_t size);
void random_end(struct random *random);
