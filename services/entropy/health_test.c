// SPDX-License-Identifier: GPL-3.0-or-later
#include "health.h"
#include "tests/unit.h"
#include <stdlib.h>

// The cutoff of SP 800-90B 4.4.2: one more than the smallest k for which at most k hits among 512
// have a probability of at least 1 - 2^-20, if each hits with probability p.
static uint32_t proportion_cutoff(long double p)
{
    long double term = 1, sum;
    for (int i = 0; i < HEALTH_WINDOW; i++)
        term *= 1 - p;
    sum = term;
    uint32_t k = 0;
    while (sum < 1 - 0x1p-20L) {
        term *= (long double)(HEALTH_WINDOW - k) / (k + 1) * p / (1 - p);
        sum += term;
        k++;
    }
    return k + 1;
}

static void test_cutoffs(void)
{
    // 1 + ceil(20 / H), section 4.4.1
    CHECK_EQ(HEALTH_QUARTER_BIT.repetitions, 1 + 80);
    CHECK_EQ(HEALTH_FOUR_BITS.repetitions, 1 + 5);
    CHECK_EQ(HEALTH_QUARTER_BIT.proportion, proportion_cutoff(0.840896415253714543L)); // 2^-1/4
    CHECK_EQ(HEALTH_FOUR_BITS.proportion, proportion_cutoff(0.0625L));
}

static uint64_t state = 1;

static uint8_t fair(void) // xorshift64, Marsaglia 2003
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint8_t)(state >> 24);
}

// Samples until the failure, 0 if there is none in 100,000.
static uint64_t fails_after(struct health_limits limits, uint8_t (*next)(void))
{
    struct health h = health_begin(limits);
    for (int i = 0; i < 100000; i++)
        if (!health_sample(&h, next()))
            return h.seen;
    return 0;
}

static uint8_t stuck(void)
{
    return 0xff;
}

static uint8_t biased(void) // 0 in a third of all cases
{
    uint8_t value = fair();
    return value < 85 ? 0 : value;
}

static uint8_t heavily_biased(void) // 0 in 15 of 16 cases
{
    uint8_t value = fair();
    return value < 240 ? 0 : value;
}

static void test_sources(void)
{
    CHECK_EQ(fails_after(HEALTH_FOUR_BITS, fair), 0);
    CHECK_EQ(fails_after(HEALTH_QUARTER_BIT, fair), 0);
    CHECK_EQ(fails_after(HEALTH_FOUR_BITS, stuck), 6);
    CHECK_EQ(fails_after(HEALTH_QUARTER_BIT, stuck), 81);
    uint64_t after = fails_after(HEALTH_FOUR_BITS, biased);
    CHECK(after > 6 && after < 4096);
    CHECK_EQ(fails_after(HEALTH_QUARTER_BIT, biased), 0); // it promised less
    after = fails_after(HEALTH_QUARTER_BIT, heavily_biased);
    CHECK(after != 0 && after < 4096);
}

static void test_states(void)
{
    struct health h = health_begin(HEALTH_FOUR_BITS);
    for (int i = 0; i < HEALTH_START; i++) {
        CHECK(!health_passed(&h));
        health_sample(&h, fair());
    }
    CHECK(health_passed(&h));
    for (int i = 0; i < 6; i++)
        health_sample(&h, 7);
    CHECK(!health_passed(&h));
    for (int i = 0; i < 5000; i++)
        health_sample(&h, fair());
    CHECK(!health_passed(&h)); // once failed, always failed
}

int main(void)
{
    test_cutoffs();
    test_sources();
    test_states();
    return unit_done();
}
