// SPDX-License-Identifier: GPL-3.0-or-later
// The entropy service. With `argument = "test-source"` in its manifest it gives the same bytes at
// every start, and its status says so; the manifest is part of what is signed.
#include "gen/entropy.h"
#include "hardware.h"
#include "os/serve.h"
#include "pool.h"
#include <stdio.h>
#include <string.h>

static struct pool pool;

static err_t op_random(const struct caller *who, uint8_t *data, size_t size, size_t *length)
{
    (void)who;
    err_t err = pool_random(&pool, data, size);
    if (err == ERR_OK)
        *length = size;
    return err;
}

static err_t op_status(const struct caller *who, uint32_t *passed, uint32_t *failed, uint32_t *test)
{
    (void)who;
    *passed = pool.passed;
    *failed = pool.failed;
    *test = pool.test;
    return ERR_OK;
}

static void on_message(struct message *m)
{
    static const struct entropy_ops ops = {.random = op_random, .status = op_status};
    entropy_dispatch(&ops, m);
}

static const char *verdict(uint32_t source)
{
    return (pool.passed & source) != 0   ? "passed"
           : (pool.failed & source) != 0 ? "FAILED"
                                         : "absent";
}

int main(void)
{
    static const struct server server = {.message = on_message};
    const struct start_info *start = start_page();
    if (strcmp(start->argument, "test-source") == 0) {
        pool_begin_test(&pool);
        printf("TEST SOURCE: nothing here is random\n");
    } else {
        const struct pool_input in = {.cpu_present = hardware_cpu_present(),
                                      .cpu = hardware_cpu,
                                      .jitter = hardware_jitter,
                                      .seed = start->seed,
                                      .seed_sources = start->seed_sources};
        pool_begin(&pool, &in);
        // Safety: the page of the one cell that gets the seed can be written, for this purpose.
        wipe_bytes((void *)start->seed, sizeof start->seed);
        printf("sources: loader's seed %s, CPU %s, timing %s: %s\n", verdict(ENTROPY_SEED),
               verdict(ENTROPY_CPU), verdict(ENTROPY_JITTER),
               pool.running ? "ready" : "NOT READY, two are needed");
    }
    serve(start->endpoint, &server);
}
