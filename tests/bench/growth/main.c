// SPDX-License-Identifier: GPL-3.0-or-later
// How cost grows: lines `bench grow WHAT N VALUE` for pages lent, cells that exist, and
// capabilities in one subtree. Ticks are executed instructions under `-icount shift=0`. Needs a
// large memory.
#include "gen/cell.h"
#include "gen/untyped.h"
#include "os/ipc.h"
#include "os/panic.h"
#include "os/syscall.h"
#include "os/text.h"
#include "tests/bench/bench/child.h"
#include "tests/cells/probe.h"
#include "tests/cells/thread.h"

enum {
    ROUNDS = 5,
    TIMES = 1000,
    METHOD = 1,
    LEND_PAGES = 256,
    CELLS = 1000,
    SLOT_FIRST = 1024, // above what tests/cells/thread.h hands out
    PARK_SLOTS = 65536,
    PARK_CELLS = 16,
    PARK_TABLES = 4,
    CAPS = 1000000,
    SPARE = 1000,          // capabilities made and deleted one by one beside a large subtree
    REVOKE_CAPS = 100000,  // how many are revoked at least for one figure
    EVERYTHING = RIGHT_ALL // of the rights
};
#define LEND_BASE 0x00000000b0000000u

static cap_t park[PARK_CELLS];
static cap_t endpoint, turns; // of one server; of many that take turns
static uint32_t slot_next = SLOT_FIRST;

uint32_t child_slot(void)
{
    return slot_next++;
}

static uint64_t ticks(void)
{
    uint32_t low, high;

    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
}

static void must(err_t err, const char *what)
{
    ASSERT(err == ERR_OK, what);
}

static void say(const char *what, uint64_t n, uint64_t value)
{
    char buffer[128];
    struct text t = text_begin(buffer, sizeof buffer - 1);

    text_string(&t, "bench grow ");
    text_string(&t, what);
    text_string(&t, " ");
    text_decimal(&t, n);
    text_string(&t, " ");
    text_decimal(&t, value);
    buffer[t.length] = 0;
    probe_say(buffer);
}

static uint64_t memory_free(void)
{
    uint64_t pages, left;

    must(untyped_info(start_page()->untyped, &pages, &left), "how much memory is left");
    return left;
}

// The smallest of several averages of a call that lends so many pages.
static uint64_t call_ticks(cap_t target, uint64_t pages)
{
    uint64_t best = UINT64_MAX;

    for (int round = 0; round < ROUNDS; round++) {
        uint64_t start = ticks();

        for (int i = 0; i < TIMES; i++) {
            struct syscall s = {.word = (uint64_t)SYS_CALL << CALL_OP_SHIFT | METHOD,
                                .target = target};

            if (pages) {
                s.word |= (uint64_t)LEASE_LEND_MUT << CALL_LEASE_SHIFT;
                s.lease = LEND_BASE | pages;
            }
            syscall_enter(&s);
        }
        uint64_t took = (ticks() - start) / TIMES;
        best = took < best ? took : best;
    }
    return best;
}

static void leases(void)
{
    struct child server;
    cap_t pages;

    must(test_pages(LEND_BASE, LEND_PAGES, &pages), "pages to lend");
    must(untyped_retype_endpoint(start_page()->untyped, child_slot(), &endpoint), "an endpoint");
    must(child_make(&server, child_serve, endpoint, RIGHT_READ, 0), "a server");
    for (uint64_t n = 1; n <= LEND_PAGES; n *= 2)
        say("lease", n, call_ticks(endpoint, n));
}

// Calls to the server that lends were made to, while others exist; and calls to those, of which
// every one goes to another cell, because servers of one endpoint take turns.
static void cells(void)
{
    static const uint64_t steps[] = {1, 2, 5, 10, 20, 50, 100, 200, 500, CELLS};
    uint64_t made = 0, before = memory_free();

    must(untyped_retype_endpoint(start_page()->untyped, child_slot(), &turns), "an endpoint");
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        for (; made < steps[i]; made++) {
            struct child one;
            must(child_make(&one, child_serve, turns, RIGHT_READ, 0), "one more cell");
        }
        say("cells", made, call_ticks(endpoint, 0));
        say("cells-in-turn", made, call_ticks(turns, 0));
        say("cell-memory", made, (before - memory_free()) * PAGE_SIZE / made);
    }
}

static cap_t place(uint64_t i)
{
    ASSERT(i / (PARK_SLOTS - 1) < PARK_CELLS, "no more room for capabilities");
    return park[i / (PARK_SLOTS - 1)];
}

static uint32_t place_slot(uint64_t i)
{
    return (uint32_t)(1 + i % (PARK_SLOTS - 1));
}

// `n` capabilities, all derived from `root`; what it took.
static uint64_t wide_make(cap_t root, uint64_t n)
{
    uint64_t start = ticks();
    cap_t made;

    for (uint64_t i = 0; i < n; i++)
        must(cell_derive(place(i), root, place_slot(i), EVERYTHING, ~0ull, 0, 0, &made), "derive");
    return ticks() - start;
}

// `n` capabilities, each derived from the one before.
static void deep_make(cap_t root, uint64_t n)
{
    cap_t last = root, made, moved;
    uint32_t here = child_slot(), there = child_slot();

    for (uint64_t i = 0; i < n; i++) {
        uint32_t slot = i % 2 ? here : there;
        must(cell_derive(CAP_SELF, last, slot, EVERYTHING, ~0ull, 0, 0, &made), "derive");
        if (last != root)
            must(cell_move(place(i), last, place_slot(i), &moved), "move");
        last = made;
    }
}

static uint64_t revoke_ticks(cap_t root)
{
    uint64_t start = ticks();

    must(cell_revoke(CAP_SELF, root), "revoke");
    return ticks() - start;
}

// One more derived and deleted, a thousand times, beside the `n` that are there.
static void beside(cap_t root, uint64_t n)
{
    static cap_t spare[SPARE];
    uint64_t start = ticks();

    for (uint32_t i = 0; i < SPARE; i++)
        must(cell_derive(CAP_SELF, root, slot_next + i, EVERYTHING, ~0ull, 0, 0, &spare[i]),
             "derive");
    uint64_t middle = ticks();
    for (uint32_t i = 0; i < SPARE; i++)
        must(cell_delete(CAP_SELF, spare[i]), "delete");
    say("derive", n, (middle - start) / SPARE);
    say("delete", n, (ticks() - middle) / SPARE);
}

static void subtree(uint64_t n)
{
    uint64_t times = n < REVOKE_CAPS ? REVOKE_CAPS / n : 1, wide = 0, deep = 0;
    cap_t root;

    must(untyped_retype_endpoint(start_page()->untyped, child_slot(), &root), "a root");
    (void)wide_make(root, n);
    beside(root, n);
    wide = revoke_ticks(root);
    for (uint64_t i = 1; i < times; i++) {
        (void)wide_make(root, n);
        wide += revoke_ticks(root);
    }
    for (uint64_t i = 0; i < times; i++) {
        deep_make(root, n);
        deep += revoke_ticks(root);
        slot_next -= 2;
    }
    say("revoke-wide", n, wide / (times * n));
    say("revoke-deep", n, deep / (times * n));
    must(cell_delete(CAP_SELF, root), "the root's end");
}

int main(void)
{
    leases();
    cells();
    for (uint32_t i = 0; i < PARK_CELLS; i++)
        must(untyped_retype_cell(start_page()->untyped, child_slot(), PARK_SLOTS, PARK_TABLES,
                                 &park[i]),
             "a cell that only keeps capabilities");
    for (uint64_t n = 10; n <= CAPS; n *= 10)
        subtree(n);
    probe_say("bench end");
    return 0;
}
