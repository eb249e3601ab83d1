// SPDX-License-Identifier: GPL-3.0-or-later
// The client of a service that crashes: it learns of each crash, has its page back, and is served
// by the next run.
#include "../phoenix/phoenix.h"
#include "gen/cell.h"
#include "os/ipc.h"
#include "tests/cells/probe.h"
#include "tests/cells/raw.h"
#include "tests/cells/thread.h"

enum { SERVICE_LINK = 4, PRIORITY = 90, RESTARTS = 3 }; // as the steward's keeper.h

static cap_t phoenix, page;
static volatile uint64_t waiter_error;

static err_t count(uint64_t *n)
{
    uint64_t w[MESSAGE_WORDS] = {0};
    err_t err = raw_call(phoenix, PHOENIX_COUNT, w);
    *n = w[0];
    return err;
}

// Somebody else who waits for a kept answer.
static void waiter_run(uint64_t to)
{
    uint64_t w[MESSAGE_WORDS] = {0};
    waiter_error = raw_call(to, PHOENIX_LATER, w);
    test_thread_rest();
}

static void crash_probe(void)
{
    volatile uint8_t *data = (volatile uint8_t *)TEST_PAGES_BASE;
    data[0] = 7;
    probe_eq(raw_lend(phoenix, PHOENIX_CRASH, LEASE_LEND_MUT, TEST_PAGES_BASE, 1), ERR_PEER_DEAD,
             "the caller learns of the crash");
    probe(data[0] == 7, "its page is back");
    data[0] = 8;
}

static void test_restart(uint64_t number)
{
    struct test_thread t;
    uint64_t n = 99;
    probe_number("run", number);
    probe(count(&n) == ERR_OK && n == 0, "a run begins with clean memory");
    probe(count(&n) == ERR_OK && n == 1, "and goes on");
    waiter_error = ERR_COUNT;
    probe_eq(test_thread_start(&t, waiter_run, phoenix, PRIORITY), ERR_OK, "another caller");
    while (count(&n) == ERR_OK && n < 20 && waiter_error == ERR_COUNT)
        raw_yield();
    probe_eq(waiter_error, ERR_COUNT, "waits for its answer");
    crash_probe();
    raw_yield();
    probe_eq(waiter_error, ERR_PEER_DEAD, "the other caller learns of it too");
    probe_eq(test_thread_end(&t), ERR_OK, "it ends");
}

int main(void)
{
    uint64_t n = 99;
    phoenix = ipc_service(SERVICE_LINK);
    probe_eq(test_pages(TEST_PAGES_BASE, 1, &page), ERR_OK, "a page");
    struct leaks before = leaks_now();
    for (uint64_t run = 0; run < RESTARTS; run++) {
        test_restart(run);
        test_rest_end();
    }
    probe(count(&n) == ERR_OK && n == 0, "the last run begins");
    leaks_probe(&before);
    crash_probe();
    probe(count(&n) != ERR_OK, "a service that is given up answers with an error");
    return probe_end();
}
