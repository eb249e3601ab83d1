// SPDX-License-Identifier: GPL-3.0-or-later
#include "own.h"
#include "gen/cell.h"
#include "gen/frame.h"
#include "gen/link.h"
#include "gen/thread.h"
#include "gen/untyped.h"
#include "os/ipc.h"
#include "tests/cells/probe.h"
#include "tests/cells/raw.h"
#include "tests/cells/thread.h"

enum { PRIORITY = 90, MSEC = 1000000, COPIES = 100, SERVED = 3, WORD = 0x77 };

static cap_t endpoint, signal;
static volatile uint64_t answers[SERVED];

static void caller_run(uint64_t number)
{
    uint64_t w[MESSAGE_WORDS] = {number};
    err_t err = raw_call(endpoint, 1, w);
    answers[number] = err == ERR_OK ? w[0] : ~0ull;
    test_thread_rest();
}

static void lender_run(uint64_t page)
{
    answers[0] = raw_lend(endpoint, 1, LEASE_LEND_MUT, page, 1);
    test_thread_rest();
}

// A message; this thread's signal, with news of others, is not one.
static err_t recv(struct syscall *s)
{
    err_t err = raw_recv(endpoint, 0, 0, s);
    while (err == ERR_OK && (s->word & RESULT_SIGNAL) != 0)
        err = raw_recv(endpoint, 0, 0, s);
    return err;
}

static void probe_slots(void)
{
    cap_t copies[COPIES];
    unsigned made = 0, gone = 0;
    for (unsigned i = 0; i < COPIES; i++)
        made +=
            cell_derive(CAP_SELF, signal, 256 + i, RIGHT_ALL, ~0ull, 0, 0, &copies[i]) == ERR_OK;
    for (unsigned i = 0; i < made; i++)
        gone += cell_delete(CAP_SELF, copies[i]) == ERR_OK;
    probe(made == COPIES && gone == COPIES, "own slots");
}

static void probe_time(void)
{
    uint64_t bits = 0;
    probe_eq(sys_wait(signal, sys_now() + MSEC, &bits), ERR_TIMED_OUT, "a deadline comes");
    probe(sys_signal(signal, 6) == ERR_OK && sys_wait(signal, 0, &bits) == ERR_OK && bits == 6,
          "bits of a signal");
}

// Calls that wait in the queue, are taken in turn, kept, and answered last to first.
static void probe_messages(void)
{
    struct test_thread callers[SERVED];
    struct syscall s;
    uint64_t tokens[SERVED];
    unsigned good = 0;
    for (uint64_t i = 0; i < SERVED; i++)
        probe(test_thread_start(&callers[i], caller_run, i, PRIORITY) == ERR_OK, "own thread");
    raw_yield();
    for (int i = 0; i < SERVED; i++) {
        probe_eq(recv(&s), ERR_OK, "own call");
        tokens[i] = raw_keep();
    }
    for (int i = SERVED; i-- > 0;)
        good += raw_reply(tokens[i], ERR_OK, WORD) == ERR_OK;
    raw_yield();
    for (int i = 0; i < SERVED; i++)
        good += answers[i] == WORD;
    probe(good == 2 * SERVED, "kept replies");
    for (int i = 0; i < SERVED; i++)
        probe_eq(test_thread_end(&callers[i]), ERR_OK, "own thread ends");
}

static void probe_lease(void)
{
    struct test_thread lender;
    struct syscall s;
    cap_t frame = 0;
    volatile uint8_t *lent = (volatile uint8_t *)TEST_PAGES_BASE;
    probe_eq(test_pages(TEST_PAGES_BASE, 2, &frame), ERR_OK, "own pages and tables");
    *lent = 1;
    answers[0] = ~0ull;
    probe_eq(test_thread_start(&lender, lender_run, TEST_PAGES_BASE, PRIORITY), ERR_OK, "lender");
    probe_eq(recv(&s), ERR_OK, "own lease");
    *(volatile uint8_t *)(s.lease & ~(uint64_t)(PAGE_SIZE - 1)) = 2;
    uint64_t token = raw_keep();
    probe(raw_reply(token, ERR_OK, 0) == ERR_OK && *lent == 2, "own lease comes back");
    raw_yield();
    probe_eq(answers[0], ERR_OK, "the lender goes on");
    probe(test_thread_end(&lender) == ERR_OK && cell_delete(CAP_SELF, frame) == ERR_OK,
          "own pages go");
}

void await_go(void)
{
    static uint8_t data[64];
    size_t length = 0;
    uint32_t lost;
    uint64_t bits;
    err_t err = ERR_OK;
    while (err == ERR_OK && length == 0) {
        err = sys_wait(start_page()->signal, sys_now() + 50 * MSEC, &bits);
        if (err == ERR_OK || err == ERR_TIMED_OUT)
            err = link_read(data, sizeof data, &length, &lost);
    }
    probe_eq(err, ERR_OK, "link.read");
}

void probe_own(void)
{
    probe(untyped_retype_signal(start_page()->untyped, test_slot(), &signal) == ERR_OK &&
              untyped_retype_endpoint(start_page()->untyped, test_slot(), &endpoint) == ERR_OK,
          "own memory");
    probe_slots();
    probe_time();
    probe_messages();
    probe_lease();
    probe(cell_delete(CAP_SELF, signal) == ERR_OK && cell_delete(CAP_SELF, endpoint) == ERR_OK,
          "own objects go");
    test_rest_end();
}
