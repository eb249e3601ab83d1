// SPDX-License-Identifier: GPL-3.0-or-later
// Randomness: what the hardware gave becomes the kernel's seed, the steward's, and the loader's own
// dice, which choose where things lie. They are derived apart, so that an address that leaks says
// nothing about a seed. Secrets: `struct seed_input` and `struct dice` live until the jump to the
// kernel and are wiped by whoever owns them.
#pragma once
#include "abi/boot_info.h"
#include "format/boot_stop.h"

enum { SEED_WORDS = 8, SEED_TICKS = 8 };

struct seed_input {
    uint64_t rdseed[SEED_WORDS];
    uint64_t rdrand[SEED_WORDS];
    uint8_t firmware[64];
    uint64_t ticks[SEED_TICKS]; // time stamps taken between the others
    uint32_t sources;           // enum boot_seed_source: which of these were filled
};

struct dice {
    uint8_t key[32];
    uint64_t rolls;
};

// Are these words what a working generator could give? (Some processors answer all ones for ever.)
int seed_words_good(const uint64_t words[SEED_WORDS]);

// Refuses with NO_SEED if no hardware source is among `input->sources`.
MUST_USE enum boot_stop seed_mix(const struct seed_input *input, uint8_t seed[BOOT_SEED_SIZE],
                                 uint64_t steward[2], struct dice *dice);

// A uniform number below `count`, which is not 0.
uint64_t dice_below(struct dice *dice, uint64_t count);
