// SPDX-License-Identifier: GPL-3.0-or-later
// Where cells lie, with the real generator and a CPU that says what the test wants: no source
// decides it alone. Seen to fail: random_word() without either half.
#include "os/random.h"
#include "place.h"
#include "tests/unit.h"

enum { WORDS = 64 };

static uint64_t said; // by RDRAND: always the same; 0: there is none

struct random_cpu random_cpu(void)
{
    return (struct random_cpu){.drawn = said, .ticks = 1000};
}

// What the first cells of a boot with this seed get.
static void boot_draw(uint64_t seed, uint64_t drawn, struct places *out)
{
    const uint64_t key[RANDOM_KEY] = {seed, ~seed};
    said = drawn;
    random_start(key);
    for (int i = 0; i < WORDS; i++)
        out[i] = places_draw(16, 16, 16);
}

static void check_same(const struct places *one, const struct places *two)
{
    for (int i = 0; i < WORDS; i++)
        CHECK(one[i].code == two[i].code && one[i].heap == two[i].heap &&
              one[i].stack == two[i].stack);
}

static void check_other(const struct places *one, const struct places *two)
{
    for (int i = 0; i < WORDS; i++) {
        CHECK(one[i].code != two[i].code);
        CHECK(one[i].heap != two[i].heap);
        CHECK(one[i].stack != two[i].stack);
    }
}

int main(void)
{
    static struct places first[WORDS], again[WORDS], seed[WORDS], cpu[WORDS], none[WORDS];
    boot_draw(1, 0x123456789abcdef0, first);
    boot_draw(1, 0x123456789abcdef0, again);
    boot_draw(2, 0x123456789abcdef0, seed);
    boot_draw(1, 0xfedcba9876543210, cpu);
    boot_draw(2, 0, none);
    check_same(first, again); // or the rest would show nothing
    check_other(first, seed);
    check_other(first, cpu);
    check_other(seed, none);
    return unit_done();
}
