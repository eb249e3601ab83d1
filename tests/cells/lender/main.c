// SPDX-License-Identifier: GPL-3.0-or-later
// Moves, and leases within leases, between threads of this cell; one dies in the middle.
#include "gen/cell.h"
#include "gen/frame.h"
#include "gen/thread.h"
#include "gen/untyped.h"
#include "os/ipc.h"
#include "tests/cells/probe.h"
#include "tests/cells/raw.h"
#include "tests/cells/thread.h"
#include <string.h>

#define INBOX_BASE  0x00000000a0000000u
#define WINDOW_BASE 0x00000000a0400000u // two of them

enum { PAGES = 256, METHOD = 1, MSEC = 1000000 };
enum { PRIORITY_CLIENT = 50, PRIORITY_MIDDLE = 60, PRIORITY_INNER = 70 };

static cap_t to_middle, to_inner, working, release, finished;
static uint8_t *const area = (uint8_t *)TEST_PAGES_BASE, *const inbox = (uint8_t *)INBOX_BASE;
static volatile uint64_t moved_sum, moved_lease, client_error;

static cap_t made(err_t err, cap_t handle, const char *what)
{
    if (err != ERR_OK)
        probe_eq(err, ERR_OK, what);
    return handle;
}

static cap_t endpoint_new(void)
{
    cap_t handle = 0;
    err_t err = untyped_retype_endpoint(start_page()->untyped, test_slot(), &handle);
    return made(err, handle, "an endpoint");
}

static cap_t signal_new(void)
{
    cap_t handle = 0;
    err_t err = untyped_retype_signal(start_page()->untyped, test_slot(), &handle);
    return made(err, handle, "a signal");
}

// Says what it finds in its inbox, and answers.
static void receiver_run(uint64_t endpoint)
{
    struct syscall s;
    (void)raw_recv(endpoint, 0, 0, &s);
    for (;;) {
        uint64_t sum = 0, pages = s.lease & (PAGE_SIZE - 1);
        const volatile uint8_t *at = (const volatile uint8_t *)(uintptr_t)(s.lease - pages);
        for (uint64_t i = 0; i < pages * PAGE_SIZE; i++)
            sum += at[i];
        moved_sum = sum;
        moved_lease = s.lease;
        (void)raw_reply_recv(endpoint, 0, ERR_OK, 0, &s);
    }
}

static void test_move(uint64_t pages)
{
    uint64_t left = 0;
    for (uint64_t i = 0; i < pages; i++)
        memset(area + i * PAGE_SIZE, (int)(i % 250 + 1), PAGE_SIZE);
    uint64_t sum = 0;
    for (uint64_t i = 0; i < pages; i++)
        sum += (i % 250 + 1) * PAGE_SIZE;
    probe_eq(raw_lend(to_middle, METHOD, LEASE_MOVE, TEST_PAGES_BASE, pages), ERR_OK, "move");
    probe_eq(moved_sum, sum, "move: the receiver has it");
    probe_eq(moved_lease, INBOX_BASE | pages, "move: in its inbox");
    for (uint64_t i = 0; i < pages * PAGE_SIZE; i++)
        left += area[i];
    probe_eq(left, 0, "move: the sender has zeroes");
    area[0] = 1; // and may write them
}

static void inner_run(uint64_t endpoint)
{
    struct syscall s;
    uint64_t bits;
    (void)raw_recv(endpoint, 0, 0, &s);
    for (;;) {
        uint64_t pages = s.lease & (PAGE_SIZE - 1);
        volatile uint8_t *at = (volatile uint8_t *)(uintptr_t)(s.lease - pages);
        at[0] = 0x77;
        (void)sys_signal(working, 1);
        (void)sys_wait(release, 0, &bits);
        at[PAGE_SIZE - 1] = 0x88; // still there, whoever died
        (void)raw_reply_recv(endpoint, 0, ERR_OK, 0, &s);
    }
}

// Lends the last page that was lent to it on.
static void middle_run(uint64_t endpoint)
{
    struct syscall s;
    (void)raw_recv(endpoint, 0, 0, &s);
    for (;;) {
        uint64_t pages = s.lease & (PAGE_SIZE - 1), at = s.lease - pages;
        err_t err = raw_lend(to_inner, METHOD, LEASE_LEND_MUT, at + (pages - 1) * PAGE_SIZE, 1);
        (void)raw_reply_recv(endpoint, 0, err, 0, &s);
    }
}

static void client_run(uint64_t pages)
{
    client_error = raw_lend(to_middle, METHOD, LEASE_LEND_MUT, TEST_PAGES_BASE, pages);
    (void)sys_signal(finished, 1);
    test_thread_rest();
}

static err_t server_start(struct test_thread *t, void (*run)(uint64_t), cap_t endpoint,
                          uint32_t priority, uint32_t window)
{
    uint64_t at = WINDOW_BASE + (uint64_t)window * PAGES * PAGE_SIZE;
    err_t err = test_thread_start(t, run, endpoint, priority);
    if (err == ERR_OK)
        err = cell_reserve(CAP_SELF, at, PAGES);
    return err == ERR_OK ? thread_window(t->thread, at, PAGES) : err;
}

static void test_nested(bool middle_dies)
{
    struct test_thread client, middle, inner;
    uint64_t bits, last = 4 * PAGE_SIZE - PAGE_SIZE;
    cap_t frame = 0;

    probe_about(middle_dies ? "the middle dies: " : "nested: ");
    probe_eq(server_start(&inner, inner_run, to_inner, PRIORITY_INNER, 1), ERR_OK, "inner");
    probe_eq(server_start(&middle, middle_run, to_middle, PRIORITY_MIDDLE, 0), ERR_OK, "middle");
    memset(area, 0, 4 * PAGE_SIZE);
    probe_eq(test_thread_start(&client, client_run, 4, PRIORITY_CLIENT), ERR_OK, "client");
    probe_eq(sys_wait(working, 0, &bits), ERR_OK, "the inner works");
    probe_eq(untyped_retype_frame(start_page()->untyped, test_slot(), 1, &frame), ERR_OK,
             "a frame");
    probe_eq(frame_map(frame, CAP_SELF, TEST_PAGES_BASE, ACCESS_READ), ERR_BUSY,
             "what is lent is busy");
    probe_eq(cell_delete(CAP_SELF, frame), ERR_OK, "the frame goes");
    if (middle_dies)
        probe_eq(thread_stop(middle.thread), ERR_OK, "the middle stops");
    probe_eq(sys_wait(finished, sys_now() + 20 * MSEC, &bits), ERR_TIMED_OUT, "the client waits");
    probe_eq(sys_signal(release, 1), ERR_OK, "the inner may go on");
    probe_eq(sys_wait(finished, 0, &bits), ERR_OK, "then the client goes on");
    probe_eq(client_error, middle_dies ? ERR_PEER_DEAD : ERR_OK, "and learns how it went");
    probe(area[last] == 0x77 && area[last + PAGE_SIZE - 1] == 0x88, "its pages are back");
    probe_eq(test_thread_end(&client), ERR_OK, "the client ends");
    probe_eq(test_thread_end(&middle), ERR_OK, "the middle ends");
    probe_eq(test_thread_end(&inner), ERR_OK, "the inner ends");
}

int main(void)
{
    struct test_thread receiver;
    struct leaks before;
    cap_t pages = 0, box = 0;

    cells_await(2);
    before = leaks_now();
    to_middle = endpoint_new();
    to_inner = endpoint_new();
    working = signal_new();
    release = signal_new();
    finished = signal_new();
    probe_eq(test_pages(TEST_PAGES_BASE, PAGES, &pages), ERR_OK, "pages");
    probe_eq(test_pages(INBOX_BASE, PAGES, &box), ERR_OK, "an inbox");
    memset(inbox, 0xee, PAGE_SIZE); // what was there before is overwritten
    probe_eq(server_start(&receiver, receiver_run, to_middle, PRIORITY_MIDDLE, 0), ERR_OK,
             "a receiver");
    probe_eq(thread_inbox(receiver.thread, INBOX_BASE, PAGES), ERR_OK, "its inbox");
    test_move(1);
    test_move(7);
    test_move(PAGES);
    probe_eq(raw_lend(to_middle, METHOD, LEASE_MOVE, INBOX_BASE, 1), ERR_BAD_ADDRESS,
             "the inbox itself is not moved");
    probe_eq(test_thread_end(&receiver), ERR_OK, "the receiver ends");
    test_nested(false);
    test_nested(true);
    probe_about(NULL);
    const cap_t mine[] = {to_middle, to_inner, working, release, finished, pages, box};
    for (size_t i = 0; i < sizeof mine / sizeof mine[0]; i++)
        probe_eq(cell_delete(CAP_SELF, mine[i]), ERR_OK, "deleted");
    test_rest_end();
    leaks_probe(&before);
    return probe_end();
}
