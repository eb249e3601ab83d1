// SPDX-License-Identifier: GPL-3.0-or-later
// Pages that are moved with a message: what both sides may do with them.
#include "attack.h"
#include "gen/cell.h"
#include "gen/frame.h"
#include "gen/thread.h"
#include "gen/untyped.h"
#include "os/ipc.h"
#include "tests/cells/raw.h"
#include "tests/cells/thread.h"

enum { PRIORITY = 90, PATTERN = 0x5a, PAGES = 4 };
#define INBOX (TEST_PAGES_BASE + 16 * PAGE_SIZE)

static const char no_memory[] = "no memory to try with";
static cap_t endpoint, frame, inbox;
static volatile uint64_t received, result, lease;
static volatile bool held, let_go;

static void server_run(uint64_t unused)
{
    struct syscall s;
    (void)unused;
    err_t err = raw_recv(endpoint, 0, 0, &s);
    while (err == ERR_OK) {
        received++;
        lease = s.lease;
        held = true;
        while (!let_go)
            raw_yield();
        err = raw_reply_recv(endpoint, 0, ERR_OK, 0, &s);
    }
    test_thread_rest();
}

static void lender_run(uint64_t unused)
{
    (void)unused;
    result = raw_lend(endpoint, 1, LEASE_LEND, TEST_PAGES_BASE, 1);
    test_thread_rest();
}

static bool prepare(struct test_thread *server)
{
    bool good = test_pages(TEST_PAGES_BASE, PAGES, &frame) == ERR_OK &&
                test_pages(INBOX, PAGES, &inbox) == ERR_OK &&
                untyped_retype_endpoint(start_page()->untyped, test_slot(), &endpoint) == ERR_OK &&
                test_thread_start(server, server_run, 0, PRIORITY) == ERR_OK &&
                thread_inbox(server->thread, INBOX, PAGES) == ERR_OK;
    for (uint64_t i = 0; good && i < PAGES; i++)
        *attack_at(TEST_PAGES_BASE + i * PAGE_SIZE) = PATTERN;
    raw_yield();
    return good;
}

static err_t move(uint64_t address, uint64_t pages)
{
    return raw_lend(endpoint, 1, LEASE_MOVE, address, pages);
}

// What was moved is the receiver's alone: the sender's page is empty, and not the same page.
const char *attack_use_moved(void)
{
    struct test_thread server;
    let_go = true;
    if (!prepare(&server) || move(TEST_PAGES_BASE, 2) != ERR_OK)
        return no_memory;
    if (*attack_at(INBOX) != PATTERN || *attack_at(INBOX + PAGE_SIZE) != PATTERN)
        return "what was moved did not arrive";
    if (*attack_at(TEST_PAGES_BASE) == PATTERN)
        return "what it had moved";
    *attack_at(INBOX) = 1;
    if (*attack_at(TEST_PAGES_BASE) != 0)
        return "the receiver's page";
    *attack_at(TEST_PAGES_BASE) = 2;
    return *attack_at(INBOX) == 1 ? NULL : "the receiver's page, for writing";
}

// Pages that are lent, borrowed, not there, or the receiver's own; an inbox that has gone; and the
// kernel's way to go on with a move, without one.
const char *attack_move_wrong(void)
{
    struct test_thread server, second, lender;
    struct syscall s = {.word = raw_word(SYS_MOVE, 0)};
    if (!prepare(&server) || test_thread_start(&lender, lender_run, 0, PRIORITY) != ERR_OK)
        return no_memory;
    while (!held)
        raw_yield();
    held = false;
    if (test_thread_start(&second, server_run, 0, PRIORITY) != ERR_OK ||
        thread_inbox(second.thread, INBOX, PAGES) != ERR_OK)
        return no_memory;
    raw_yield();
    const uint64_t before = received;
    if (move(TEST_PAGES_BASE, 1) != ERR_BUSY || move(TEST_PAGES_BASE, PAGES) != ERR_BUSY)
        return "a lent page was moved";
    if (move(lease & ~(uint64_t)(PAGE_SIZE - 1), 1) == ERR_OK)
        return "a borrowed page was moved";
    if (move(INBOX, 1) == ERR_OK || move(TEST_PAGES_BASE + PAGE_SIZE, PAGES) == ERR_OK ||
        move(CELL_START_BASE, 1) == ERR_OK || move(own_code(), 1) == ERR_OK ||
        move(0xffff800000000000, 1) == ERR_OK || move(TEST_PAGES_BASE + PAGE_SIZE, 0) == ERR_OK)
        return "a page that is not its own to move";
    if (frame_unmap(inbox) != ERR_OK || move(TEST_PAGES_BASE + PAGE_SIZE, 1) == ERR_OK)
        return "a page was moved to where nothing is";
    syscall_enter(&s);
    if (syscall_error(&s) != ERR_BAD_STATE)
        return "a move that nobody began";
    return received == before ? NULL : "a message came all the same";
}
