// SPDX-License-Identifier: GPL-3.0-or-later
#include "os/random.h"

enum { ROUNDS_WORD = 2, ROUNDS_END = 4, MESSAGE_BYTES = 16 };

static uint64_t secret[RANDOM_KEY], count;

void random_start(const uint64_t key[RANDOM_KEY])
{
    for (int i = 0; i < RANDOM_KEY; i++)
        secret[i] = key[i];
    count = 0;
}

static uint64_t rotate(uint64_t word, int bits)
{
    return word << bits | word >> (64 - bits);
}

RANDOM_SMALL static void rounds(uint64_t v[4], int number)
{
    while (number-- > 0) {
        v[0] += v[1];
        v[2] += v[3];
        v[1] = rotate(v[1], 13) ^ v[0];
        v[3] = rotate(v[3], 16) ^ v[2];
        v[0] = rotate(v[0], 32) + v[3];
        v[2] += v[1];
        v[3] = rotate(v[3], 21) ^ v[0];
        v[1] = rotate(v[1], 17) ^ v[2];
        v[2] = rotate(v[2], 32);
    }
}

RANDOM_SMALL uint64_t random_siphash(const uint64_t key[RANDOM_KEY], uint64_t first,
                                     uint64_t second)
{
    const uint64_t words[] = {first, second, (uint64_t)MESSAGE_BYTES << 56};
    uint64_t v[4] = {key[0] ^ 0x736f6d6570736575, key[1] ^ 0x646f72616e646f6d,
                     key[0] ^ 0x6c7967656e657261, key[1] ^ 0x7465646279746573};
    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++) {
        v[3] ^= words[i];
        rounds(v, ROUNDS_WORD);
        v[0] ^= words[i];
    }
    v[2] ^= 0xff;
    rounds(v, ROUNDS_END);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

uint64_t random_word(void)
{
    const struct random_cpu cpu = random_cpu();
    const uint64_t number = __atomic_fetch_add(&count, 1, __ATOMIC_RELAXED);
    return random_siphash(secret, number, cpu.ticks) ^ cpu.drawn;
}
