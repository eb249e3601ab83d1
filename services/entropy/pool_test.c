// SPDX-License-Identifier: GPL-3.0-or-later
#include "hardware.h"
#include "pool.h"
#include "tests/unit.h"

static uint64_t state = 1;

static uint8_t fair(void) // xorshift64, Marsaglia 2003
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint8_t)(state >> 24);
}

static uint8_t stuck(void)
{
    return 42;
}

static bool cpu_stuck_now;

static bool cpu_fair(uint8_t *sample)
{
    *sample = cpu_stuck_now ? 0xff : fair();
    return true;
}

static bool cpu_silent(uint8_t *sample)
{
    (void)sample;
    return false;
}

static uint8_t seed[BOOT_SEED_SIZE];
static struct pool p;

static struct pool_input input(void)
{
    for (size_t i = 0; i < sizeof seed; i++)
        seed[i] = fair();
    cpu_stuck_now = false;
    return (struct pool_input){.cpu_present = true,
                               .cpu = cpu_fair,
                               .jitter = fair,
                               .seed = seed,
                               .seed_sources = BOOT_SEED_RDSEED | BOOT_SEED_TSC};
}

// What a generator here has from the heap goes back before the next one.
static void begin(const struct pool_input *in)
{
    random_end(&p.random);
    if (in != NULL)
        pool_begin(&p, in);
    else
        pool_begin_test(&p);
}

static void expect(const struct pool_input *in, uint32_t passed, uint32_t failed, bool ready)
{
    uint8_t data[32] = {0};
    begin(in);
    CHECK_EQ(p.passed, passed);
    CHECK_EQ(p.failed, failed);
    CHECK_EQ(pool_random(&p, data, sizeof data), ready ? ERR_OK : ERR_BAD_STATE);
    CHECK_EQ(p.running, ready);
}

static void test_start(void)
{
    const uint32_t all = ENTROPY_SEED | ENTROPY_CPU | ENTROPY_JITTER;
    struct pool_input in = input();
    expect(&in, all, 0, true);
    in.jitter = stuck; // the seed and the CPU are the same instruction (P3)
    expect(&in, ENTROPY_SEED | ENTROPY_CPU, ENTROPY_JITTER, false);
    in.seed_sources |= BOOT_SEED_FIRMWARE;
    expect(&in, ENTROPY_SEED | ENTROPY_CPU, ENTROPY_JITTER, true);
    in = input();
    in.cpu_present = false;
    expect(&in, ENTROPY_SEED | ENTROPY_JITTER, 0, true);
    in.seed_sources = BOOT_SEED_TSC;
    expect(&in, ENTROPY_JITTER, 0, false);
    in.cpu_present = true;
    expect(&in, ENTROPY_CPU | ENTROPY_JITTER, 0, true);
    in.cpu = cpu_silent;
    expect(&in, ENTROPY_JITTER, ENTROPY_CPU, false);
    in = input();
    memset(seed, 0, sizeof seed);
    in.cpu_present = false;
    expect(&in, ENTROPY_JITTER, ENTROPY_SEED, false);
    in.seed_sources = 0; // the loader gathered nothing
    expect(&in, ENTROPY_JITTER, 0, false);
}

// A source that breaks later is noticed at the next reseeding; with one left, output ends.
static void test_break_down(void)
{
    uint8_t data[32];
    struct pool_input in = input();
    in.seed_sources = BOOT_SEED_TSC;
    expect(&in, ENTROPY_CPU | ENTROPY_JITTER, 0, true);
    cpu_stuck_now = true;
    int calls = 0;
    while (pool_random(&p, data, sizeof data) == ERR_OK && calls < 1000)
        calls++;
    CHECK(calls < 70);
    CHECK_EQ(p.failed, ENTROPY_CPU);
    cpu_stuck_now = false; // it does not come back
    CHECK_EQ(pool_random(&p, data, sizeof data), ERR_BAD_STATE);
}

static void test_output(void)
{
    uint8_t a[256], b[256];
    struct pool_input in = input();
    begin(&in);
    CHECK_EQ(pool_random(&p, a, sizeof a), ERR_OK);
    CHECK_EQ(pool_random(&p, b, sizeof b), ERR_OK);
    CHECK(memcmp(a, b, sizeof a) != 0);
    for (int i = 0; i < 300; i++)
        CHECK_EQ(pool_random(&p, b, sizeof b), ERR_OK);
    CHECK(p.calls < 64);
    in.seed = a; // every input reaches the output (P2), even one that is not counted
    state = 99;
    in.seed_sources = 0;
    begin(&in);
    CHECK_EQ(pool_random(&p, b, sizeof b), ERR_OK);
    uint8_t c[256];
    a[5] ^= 1;
    state = 99;
    begin(&in);
    CHECK_EQ(pool_random(&p, c, sizeof c), ERR_OK);
    CHECK(memcmp(b, c, sizeof b) != 0);
}

static void test_test_source(void)
{
    uint8_t a[64], b[64];
    begin(NULL);
    CHECK(p.test);
    CHECK_EQ(p.passed, 0);
    CHECK_EQ(pool_random(&p, a, sizeof a), ERR_OK);
    begin(NULL);
    CHECK_EQ(pool_random(&p, b, sizeof b), ERR_OK);
    CHECK_MEM(a, b, sizeof a);
}

// The machine that runs the tests has jitter, too.
static void test_hardware(void)
{
    struct health h = health_begin(HEALTH_QUARTER_BIT);
    uint8_t sample;
    for (int i = 0; i < 4096; i++)
        health_sample(&h, hardware_jitter());
    CHECK(health_passed(&h));
    if (!hardware_cpu_present())
        return;
    h = health_begin(HEALTH_FOUR_BITS);
    for (int i = 0; i < 4096; i++) {
        if (!CHECK(hardware_cpu(&sample)))
            break;
        health_sample(&h, sample);
    }
    CHECK(health_passed(&h));
}

int main(void)
{
    test_start();
    test_break_down();
    test_output();
    test_test_source();
    test_hardware();
    random_end(&p.random);
    return unit_done();
}
