// SPDX-License-Identifier: GPL-3.0-or-later
// Lent memory, from both sides: this cell lends to threads of its own.
#include "attack.h"
#include "gen/cell.h"
#include "gen/frame.h"
#include "gen/thread.h"
#include "gen/untyped.h"
#include "os/ipc.h"
#include "tests/cells/raw.h"
#include "tests/cells/thread.h"

enum { MSEC = 1000000, PATTERN = 0x5a, PRIORITY = 90, PAGES = 4 };

static const char no_memory[] = "no memory to try with";
static const char went_on[] = "it could go on";

static cap_t endpoint, piece, frame;
static volatile bool held, let_go, done; // steps of the threads
static volatile uint64_t result;
static uint64_t window; // what the server got, an address

static volatile uint8_t *page(void)
{
    return attack_at(TEST_PAGES_BASE);
}

// The pages to lend are a piece of memory of their own, which is free again when their frame is
// gone.
static bool prepare(void)
{
    if (untyped_retype_untyped(start_page()->untyped, test_slot(), PAGES, RIGHT_ALL, &piece) !=
            ERR_OK ||
        cell_reserve(CAP_SELF, TEST_PAGES_BASE, 2 * PAGES) != ERR_OK ||
        untyped_retype_frame(piece, test_slot(), PAGES, &frame) != ERR_OK ||
        frame_map(frame, CAP_SELF, TEST_PAGES_BASE, ACCESS_READ | ACCESS_WRITE) != ERR_OK ||
        untyped_retype_endpoint(start_page()->untyped, test_slot(), &endpoint) != ERR_OK)
        return false;
    for (uint64_t i = 0; i < PAGES; i++)
        page()[i * PAGE_SIZE] = PATTERN;
    return true;
}

static void await(const volatile bool *flag)
{
    while (!*flag)
        raw_yield();
}

// --- servers

// Take one lease and hold it until `let_go`; then look once more, answer, and rest.
static void server_hold(uint64_t from)
{
    struct syscall s;
    result = raw_recv(from, 0, 0, &s);
    window = s.lease & ~(uint64_t)(PAGE_SIZE - 1);
    held = true;
    await(&let_go);
    result = *attack_at(window);
    done = true;
    if (raw_reply_recv(from, 0, ERR_OK, 0, &s) != ERR_OK)
        result = 0;
    test_thread_rest();
}

// Read what was lent, answer, and read again.
static void server_after_reply(uint64_t from)
{
    struct syscall s;
    result = raw_recv(from, 0, 0, &s);
    window = s.lease & ~(uint64_t)(PAGE_SIZE - 1);
    result = *attack_at(window);
    if (raw_reply_recv(from, 1, ERR_OK, 0, &s) == ERR_TIMED_OUT)
        result = *attack_at(window);
    done = true;
    test_thread_rest();
}

static void server_after_keep(uint64_t from)
{
    struct syscall s;
    result = raw_recv(from, 0, 0, &s);
    window = s.lease & ~(uint64_t)(PAGE_SIZE - 1);
    result = *attack_at(window);
    if (raw_keep() != 0)
        result = *attack_at(window);
    done = true;
    test_thread_rest();
}

// Answer everybody; `done` if anything came.
static void server_answer(uint64_t from)
{
    struct syscall s;
    err_t err = raw_recv(from, 0, 0, &s);
    while (err == ERR_OK) {
        done = true;
        err = raw_reply_recv(from, 0, ERR_OK, 0, &s);
    }
    test_thread_rest();
}

static void server_write(uint64_t from)
{
    struct syscall s;
    result = raw_recv(from, 0, 0, &s);
    *attack_at(s.lease & ~(uint64_t)(PAGE_SIZE - 1)) = 0;
    done = true;
    result = raw_reply_recv(from, 0, ERR_OK, 0, &s);
    test_thread_rest();
}

// --- lenders

static void lender_read_only(uint64_t to)
{
    result = raw_lend(to, 1, LEASE_LEND, TEST_PAGES_BASE, 1);
    test_thread_rest();
}

static void lender_all(uint64_t to)
{
    result = raw_lend(to, 1, LEASE_LEND_MUT, TEST_PAGES_BASE, 1);
    test_thread_rest();
}

static bool start(void (*run)(uint64_t argument), struct test_thread *t)
{
    return test_thread_start(t, run, endpoint, PRIORITY) == ERR_OK;
}

// One thread holds a page that another one lent.
static bool hold(void (*lender)(uint64_t argument), struct test_thread *server,
                 struct test_thread *client)
{
    if (!prepare() || !start(server_hold, server) || !start(lender, client))
        return false;
    await(&held);
    return true;
}

static const char *serve_with(void (*server)(uint64_t argument))
{
    struct test_thread t;
    if (!prepare() || !start(server, &t))
        return no_memory;
    err_t err = raw_lend(endpoint, 1, LEASE_LEND, TEST_PAGES_BASE, 1);
    (void)err; // kept or answered: what counts is what the server does then
    await(&done);
    return went_on;
}

const char *attack_use_returned(void)
{
    return serve_with(server_after_reply);
}

// The answer is kept, and the caller waits on; its page is back all the same, so this thread looks
// by itself.
const char *attack_use_kept(void)
{
    struct test_thread server, client;
    if (!prepare() || !start(server_after_keep, &server) || !start(lender_read_only, &client))
        return no_memory;
    await(&done);
    return went_on;
}

const char *attack_write_borrowed(void)
{
    return serve_with(server_write);
}

const char *attack_touch_lent(void)
{
    struct test_thread server, client;
    if (!hold(lender_all, &server, &client))
        return no_memory;
    result = *page();
    return went_on;
}

const char *attack_write_lent(void)
{
    struct test_thread server, client;
    if (!hold(lender_read_only, &server, &client))
        return no_memory;
    if (*page() != PATTERN)
        return "the lender could not read what it lent for reading";
    *page() = 0;
    return went_on;
}

// The same page to a second server, in every way; and what was borrowed, by somebody who did not
// borrow it.
const char *attack_lend_twice(void)
{
    struct test_thread server, client, second;
    if (!hold(lender_read_only, &server, &client) || !start(server_answer, &second))
        return no_memory;
    raw_yield();
    for (enum sys_lease kind = LEASE_LEND; kind <= LEASE_LEND_MUT; kind++) {
        if (raw_lend(endpoint, 1, kind, TEST_PAGES_BASE, 1) != ERR_BUSY)
            return "a page was lent twice";
        if (raw_lend(endpoint, 1, kind, TEST_PAGES_BASE, PAGES) != ERR_BUSY)
            return "a range with a lent page was lent";
        if (raw_lend(endpoint, 1, kind, window, 1) == ERR_OK)
            return "somebody else's borrowed page was lent";
    }
    return done ? "the second server got something" : NULL;
}

const char *attack_lend_ranges(void)
{
    const struct {
        uint64_t address, pages;
    } ranges[] = {
        {0x0,                         1        },
        {PAGE_SIZE,                   1        },
        {TEST_PAGES_BASE,             0        },
        {TEST_PAGES_BASE - PAGE_SIZE, 1        },
        {TEST_PAGES_BASE - PAGE_SIZE, 2        },
        {TEST_PAGES_BASE,             PAGES + 1},
        {TEST_PAGES_BASE,             4095     },
        {own_code(),                  1        },
        {CELL_WINDOW_BASE,            1        },
        {CELL_TOP - PAGE_SIZE,        1        },
        {CELL_TOP,                    1        },
        {0x0000800000000000,          1        },
        {0x7ffffffffffff000,          1        },
        {0xffff800000000000,          1        },
        {0xffffffff80000000,          16       },
        {0xfffffffffffff000,          1        },
        {0xfffffffffffff000,          2        },
        {0xfee00000,                  1        },
    };
    struct test_thread t;
    if (!prepare() || !start(server_answer, &t))
        return no_memory;
    raw_yield();
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
        for (enum sys_lease kind = LEASE_LEND; kind <= LEASE_LEND_MUT; kind++)
            if (raw_lend(endpoint, 1, kind, ranges[i].address, ranges[i].pages) == ERR_OK)
                return "a range that is not its own memory was lent";
    if (raw_lend(endpoint, 1, LEASE_LEND_MUT, CELL_START_BASE, 1) == ERR_OK)
        return "a page that it cannot write was lent for writing";
    if (raw_lend(endpoint, 1, LEASE_MOVE, TEST_PAGES_BASE, 1) == ERR_OK)
        return "a page was moved";
    return done ? "the server got something" : NULL;
}

// While a page is lent nothing can be done to it, and even without its frame the server keeps what
// it reads.
const char *attack_unmap_lent(void)
{
    struct test_thread server, client;
    cap_t again = 0;
    if (!hold(lender_all, &server, &client))
        return no_memory;
    if (frame_unmap(frame) != ERR_BUSY)
        return "a lent page was unmapped";
    if (frame_map(frame, CAP_SELF, TEST_PAGES_BASE + PAGES * PAGE_SIZE, ACCESS_READ) == ERR_OK)
        return "a lent page was mapped a second time";
    if (cell_delete(CAP_SELF, frame) != ERR_OK)
        return "a frame of its own could not be deleted";
    // Its memory cannot be carved again; if it could, this would write there.
    if (untyped_retype_frame(piece, test_slot(), PAGES, &again) == ERR_OK &&
        frame_map(again, CAP_SELF, TEST_PAGES_BASE + PAGES * PAGE_SIZE,
                  ACCESS_READ | ACCESS_WRITE) == ERR_OK)
        *attack_at(TEST_PAGES_BASE + PAGES * PAGE_SIZE) = 0x11;
    let_go = true;
    await(&done);
    return result == PATTERN ? NULL : "the server's page changed under it";
}

// The place where leases appear is the kernel's while a lease is there, and an obstacle is no way
// in.
const char *attack_fill_window(void)
{
    struct test_thread server, client, second;
    cap_t other = 0;
    if (!hold(lender_read_only, &server, &client) ||
        untyped_retype_frame(start_page()->untyped, test_slot(), 1, &other) != ERR_OK)
        return no_memory;
    if (frame_map(other, CAP_SELF, window, ACCESS_READ | ACCESS_WRITE) != ERR_EXISTS)
        return "something else was mapped over a lease";
    if (thread_window(server.thread, window, 1) != ERR_BUSY)
        return "a window was moved under a lease";
    if (!start(server_answer, &second))
        return no_memory;
    if (frame_map(other, CAP_SELF, second.window, ACCESS_READ | ACCESS_WRITE) != ERR_OK)
        return "its own page could not be mapped";
    raw_yield();
    if (raw_lend(endpoint, 1, LEASE_LEND, TEST_PAGES_BASE + PAGE_SIZE, 1) != ERR_BUSY)
        return "a lease appeared over something else";
    return done ? "the second server got something" : NULL;
}

// The lender ends while its page is in use: the server keeps it until it answers.
const char *attack_stop_lender(void)
{
    struct test_thread server, client;
    if (!hold(lender_all, &server, &client))
        return no_memory;
    if (test_thread_end(&client) != ERR_OK)
        return "a thread of its own could not be ended";
    let_go = true;
    await(&done);
    if (result != PATTERN)
        return "the server's page changed under it";
    raw_yield();
    return *page() == PATTERN ? NULL : "the page did not come back whole";
}
