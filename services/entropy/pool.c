// SPDX-License-Identifier: GPL-3.0-or-later
#include "pool.h"
#include "crypto/sha.h"
#include "os/ipc.h"
#include <string.h>

enum {
    CPU_BYTES = 64,
    JITTER_SAMPLES = 1024, // 256 bits at what is claimed per sample
    RESEED_CALLS = 64,
    SOURCES_MIN = 2,
};

// What the sources gave for one seeding.
struct gathered {
    uint8_t cpu[CPU_BYTES];
    uint8_t jitter[SHA256_SIZE];
    uint8_t seed[BOOT_SEED_SIZE];
};

static void source_fail(struct pool *p, uint32_t source)
{
    p->passed &= ~source;
    p->failed |= source;
}

// Draw `count` samples; the last CPU_BYTES of them stay in `out`.
static void gather_cpu(struct pool *p, uint32_t count, uint8_t out[CPU_BYTES])
{
    for (uint32_t i = 0; i < count && !p->cpu.failed; i++) {
        uint8_t sample = 0;
        if (!p->in.cpu(&sample))
            p->cpu.failed = true;
        health_sample(&p->cpu, sample);
        out[i % CPU_BYTES] = sample;
    }
    if (p->cpu.failed)
        source_fail(p, ENTROPY_CPU);
    else if (health_passed(&p->cpu))
        p->passed |= ENTROPY_CPU;
}

// Draw `count` samples and condense them. SHA-256 is a vetted conditioning component (SP 800-90B,
// 3.1.5.1.1).
static void gather_jitter(struct pool *p, uint32_t count, uint8_t out[SHA256_SIZE])
{
    struct sha256 sha;
    sha256_init(&sha);
    for (uint32_t i = 0; i < count; i++) {
        uint8_t sample = p->in.jitter();
        health_sample(&p->jitter, sample);
        sha256_update(&sha, &sample, 1);
    }
    sha256_final(&sha, out);
    if (p->jitter.failed)
        source_fail(p, ENTROPY_JITTER);
    else if (health_passed(&p->jitter))
        p->passed |= ENTROPY_JITTER;
}

// The loader's seed is too short for a start-up test: it must not repeat itself, and must come from
// more than the time stamp counter.
static void test_seed(struct pool *p)
{
    struct health h = health_begin(HEALTH_FOUR_BITS);
    if (p->in.seed_sources == 0)
        return;
    for (uint32_t i = 0; i < BOOT_SEED_SIZE; i++)
        health_sample(&h, p->in.seed[i]);
    if (h.failed)
        source_fail(p, ENTROPY_SEED);
    else if ((p->in.seed_sources & ~(uint32_t)BOOT_SEED_TSC) != 0)
        p->passed |= ENTROPY_SEED;
}

static unsigned sources_counted(const struct pool *p)
{
    unsigned count = (unsigned)__builtin_popcount(p->passed);
    bool same = (p->passed & ENTROPY_SEED) != 0 && (p->passed & ENTROPY_CPU) != 0 &&
                (p->in.seed_sources & BOOT_SEED_FIRMWARE) == 0; // P3
    return same ? count - 1 : count;
}

// Stop giving out anything if too few sources are left (P1).
static void pool_judge(struct pool *p)
{
    if (sources_counted(p) >= SOURCES_MIN || !p->running)
        return;
    random_end(&p->random);
    p->running = false;
}

void pool_begin(struct pool *p, const struct pool_input *in)
{
    struct gathered g = {0};
    *p = (struct pool){.in = *in,
                       .cpu = health_begin(HEALTH_FOUR_BITS),
                       .jitter = health_begin(HEALTH_QUARTER_BIT)};
    test_seed(p);
    memcpy(g.seed, in->seed, sizeof g.seed); // P2
    if (in->cpu_present)
        gather_cpu(p, HEALTH_START + CPU_BYTES, g.cpu);
    gather_jitter(p, HEALTH_START, g.jitter); // tested only: nothing is used before it passed
    gather_jitter(p, JITTER_SAMPLES, g.jitter);
    if (sources_counted(p) >= SOURCES_MIN)
        p->running = random_begin(&p->random, &g, sizeof g) == ERR_OK;
    wipe_bytes(&g, sizeof g);
}

void pool_begin_test(struct pool *p)
{
    static const char fixed[] = "Cella test source: every byte that follows from this is known";
    *p = (struct pool){.test = true};
    p->running = random_begin(&p->random, fixed, sizeof fixed) == ERR_OK;
}

// Fresh samples, tested like all others.
static void pool_reseed(struct pool *p)
{
    struct gathered g = {0};
    p->calls = 0;
    if (p->in.cpu_present && !p->cpu.failed)
        gather_cpu(p, CPU_BYTES, g.cpu);
    gather_jitter(p, JITTER_SAMPLES, g.jitter);
    pool_judge(p);
    if (p->running && random_reseed(&p->random, &g, sizeof g) != ERR_OK) {
        random_end(&p->random);
        p->running = false;
    }
    wipe_bytes(&g, sizeof g);
}

err_t pool_random(struct pool *p, uint8_t *data, size_t size)
{
    if (!p->running)
        return ERR_BAD_STATE;
    if (!p->test && ++p->calls > RESEED_CALLS)
        pool_reseed(p);
    if (!p->running)
        return ERR_BAD_STATE;
    return random_bytes(&p->random, data, size);
}
