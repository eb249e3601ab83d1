// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/seed.h"

#include "crypto/hash.h"
#include "crypto/wipe.h"

#include <string.h>

int seed_words_good(const uint64_t words[SEED_WORDS])
{
    for (unsigned i = 0; i < SEED_WORDS; i++) {
        if (words[i] == 0 || words[i] == UINT64_MAX)
            return 0;
        for (unsigned j = 0; j < i; j++)
            if (words[i] == words[j])
                return 0;
    }
    return 1;
}

enum boot_stop seed_mix(const struct seed_input *input, uint8_t seed[BOOT_SEED_SIZE],
                        uint64_t steward[2], struct dice *dice)
{
    const uint32_t hardware = BOOT_SEED_RDSEED | BOOT_SEED_RDRAND | BOOT_SEED_FIRMWARE;
    if ((input->sources & hardware) == 0)
        return BOOT_STOP_NO_SEED;
    uint8_t pool[32];
    struct hash hash;
    hash_derive_key("Cella 2026 loader: seed pool", input, sizeof *input, pool);
    hash_init_keyed(&hash, pool);
    hash_update(&hash, "kernel", 6);
    hash_final_long(&hash, seed, BOOT_SEED_SIZE);
    hash_init_keyed(&hash, pool);
    hash_update(&hash, "steward", 7);
    hash_final_long(&hash, (uint8_t *)steward, 2 * sizeof *steward);
    hash_init_keyed(&hash, pool);
    hash_update(&hash, "places", 6);
    hash_final(&hash, dice->key);
    dice->rolls = 0;
    wipe(&hash, sizeof hash);
    wipe(pool, sizeof pool);
    return BOOT_CLEAR;
}

static uint64_t dice_roll(struct dice *dice)
{
    uint8_t out[32];
    uint64_t roll;
    struct hash hash;
    hash_init_keyed(&hash, dice->key);
    hash_update(&hash, &dice->rolls, sizeof dice->rolls);
    hash_final(&hash, out);
    dice->rolls++;
    memcpy(&roll, out, sizeof roll);
    wipe(&hash, sizeof hash);
    wipe(out, sizeof out);
    return roll;
}

// Rolls beyond the last whole multiple of `count` are thrown away, at most 64 times.
uint64_t dice_below(struct dice *dice, uint64_t count)
{
    const uint64_t rest = (UINT64_MAX % count + 1) % count;
    uint64_t roll = dice_roll(dice);
    for (unsigned i = 0; i < 64 && roll > UINT64_MAX - rest; i++)
        roll = dice_roll(dice);
    return roll % count;
}
