// SPDX-License-Identifier: GPL-3.0-or-later
// Measures the kernel's operations in TSC ticks: executed instructions under `-icount shift=0`.
// Each figure is two lines on the log, `bench NAME TICKS` and `brief NAME TICKS`: the smallest of
// several averages, over long and over short rounds. User stubs are included.
#include "child.h"
#include "gen/cell.h"
#include "gen/frame.h"
#include "gen/untyped.h"
#include "os/ipc.h"
#include "os/panic.h"
#include "os/syscall.h"
#include "os/text.h"
#include "seal.h"
#include "tests/cells/probe.h"
#include "tests/cells/thread.h"
#include <string.h>

enum { ROUNDS = 5, TIMES = 1000, PART = 100, METHOD = 1 };

// The smallest average so far: over a round of TIMES, and over PART, which others on this host
// disturb less often.
struct best {
    uint64_t whole, part;
};

#define MAP_BASE  0x00000000a0000000u
#define LEND_BASE 0x00000000b0000000u

static cap_t endpoint, spare;
static uint64_t lend_pages;
static cap_t page;

uint32_t child_slot(void)
{
    return test_slot();
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

static void say(const char *kind, const char *name, uint64_t value)
{
    char buffer[128];
    struct text t = text_begin(buffer, sizeof buffer - 1);

    text_string(&t, kind);
    text_string(&t, name);
    text_string(&t, " ");
    text_decimal(&t, value);
    buffer[t.length] = 0;
    probe_say(buffer);
}

static void best_begin(struct best *b)
{
    *b = (struct best){.whole = UINT64_MAX, .part = UINT64_MAX};
}

static uint64_t best_part(struct best *b, uint64_t since)
{
    uint64_t now = ticks(), took = (now - since) / PART;

    b->part = took < b->part ? took : b->part;
    return now;
}

static void best_whole(struct best *b, uint64_t since, uint64_t now)
{
    uint64_t took = (now - since) / TIMES;

    b->whole = took < b->whole ? took : b->whole;
}

static void best_say(const struct best *b, const char *name)
{
    say("bench ", name, b->whole);
    say("brief ", name, b->part);
}

static void measure(const char *name, void (*once)(void))
{
    struct best best;

    best_begin(&best);
    for (int round = 0; round < ROUNDS; round++) {
        uint64_t start = ticks(), now = start;

        for (int part = 0; part < TIMES / PART; part++) {
            for (int i = 0; i < PART; i++)
                once();
            now = best_part(&best, now);
        }
        best_whole(&best, start, now);
    }
    best_say(&best, name);
}

static void do_nothing(void)
{
    __asm__ volatile("" : : : "memory");
}

static void do_null(void)
{
    uint64_t word = (uint64_t)SYS_NULL << CALL_OP_SHIFT;

    // Safety: SYS_NULL touches the result word alone.
    __asm__ volatile("syscall" : "+a"(word) : : "rcx", "r11", "memory");
}

static void do_call_0(void)
{
    uint64_t w[MESSAGE_WORDS] = {0};
    (void)syscall_words(METHOD, endpoint, w);
}

static void do_call_6(void)
{
    static uint64_t w[MESSAGE_WORDS] = {1, 2, 3, 4, 5, 6};
    (void)syscall_words(METHOD, endpoint, w);
}

static void do_lend(void)
{
    struct syscall s = {.word = (uint64_t)SYS_CALL << CALL_OP_SHIFT | METHOD |
                                (uint64_t)LEASE_LEND_MUT << CALL_LEASE_SHIFT,
                        .target = endpoint,
                        .lease = LEND_BASE | lend_pages};
    syscall_enter(&s);
}

static void do_map(void)
{
    if (frame_map(page, CAP_SELF, MAP_BASE, ACCESS_READ | ACCESS_WRITE) != ERR_OK ||
        frame_unmap(page) != ERR_OK)
        panic(__FILE__, __LINE__, "map and unmap");
}

static void do_copy(void)
{
    cap_t copy;

    if (cell_derive(CAP_SELF, endpoint, 250, RIGHT_ALL, ~0ull, 0, 0, &copy) != ERR_OK ||
        cell_delete(CAP_SELF, copy) != ERR_OK)
        panic(__FILE__, __LINE__, "copy and delete");
}

static void serve_here(uint64_t argument)
{
    child_serve(argument);
}

// A fault, its message to this thread, the answer, and the instruction again.
static void measure_fault(void)
{
    struct child child;
    struct best best;
    struct syscall s = {.word = (uint64_t)SYS_RECV << CALL_OP_SHIFT};

    must(child_make(&child, child_fault, endpoint, RIGHT_WRITE, endpoint), "a child that faults");
    s.target = endpoint;
    best_begin(&best);
    for (int round = 0; round < ROUNDS; round++) {
        uint64_t start = ticks(), now = start;

        for (int part = 0; part < TIMES / PART; part++) {
            for (int i = 0; i < PART; i++) {
                syscall_enter(&s);
                ASSERT((s.word >> RESULT_METHOD_SHIFT & METHOD_MAX) == FAULT_METHOD,
                       "a fault's message");
                s.word = (uint64_t)SYS_REPLY_RECV << CALL_OP_SHIFT;
                s.target = endpoint;
            }
            now = best_part(&best, now);
        }
        best_whole(&best, start, now);
    }
    best_say(&best, "fault to handler and back");
}

// Each page can be sealed once, so cells are made anew.
static void measure_seal(void)
{
    struct best best;

    must(seal_begin(), "memory to seal");
    best_begin(&best);
    for (int round = 0; round < ROUNDS; round++) {
        must(seal_prepare(), "a cell to seal pages in");
        uint64_t start = ticks();
        must(seal_all(), "sealing");
        uint64_t took = (ticks() - start) / SEAL_PAGES;
        best.whole = best.part = took < best.whole ? took : best.whole;
        must(seal_end(), "the sealed cell's end");
    }
    best_say(&best, "seal one page");
}

static void do_page_copy(void)
{
    // Safety: pages that are mapped here.
    memcpy((void *)(uintptr_t)LEND_BASE, (const void *)(uintptr_t)(LEND_BASE + PAGE_SIZE),
           PAGE_SIZE);
}

int main(void)
{
    cap_t memory = start_page()->untyped, pages;
    struct test_thread here;
    struct child there;

    must(untyped_retype_endpoint(memory, test_slot(), &spare), "an endpoint");
    endpoint = spare;
    must(test_thread_start(&here, serve_here, endpoint, 100), "a server in this cell");
    must(test_pages(LEND_BASE, 16, &pages), "pages to lend");
    must(untyped_retype_frame(memory, test_slot(), 1, &page), "a page to map");
    must(cell_reserve(CAP_SELF, MAP_BASE, 1), "tables");
    measure("nothing", do_nothing);
    measure("null", do_null);
    measure("call 0 words, same space", do_call_0);
    measure("call 6 words, same space", do_call_6);
    measure("map + unmap", do_map);
    measure("copy one page", do_page_copy);
    measure_seal();
    measure("copy + delete", do_copy);
    must(test_thread_end(&here), "the server's end");
    must(child_make(&there, child_serve, endpoint, RIGHT_READ, 0), "a server in another cell");
    measure("call 0 words", do_call_0);
    measure("call 6 words", do_call_6);
    lend_pages = 1;
    measure("lend 1 page", do_lend);
    lend_pages = 16;
    measure("lend 16 pages", do_lend);
    must(untyped_retype_endpoint(memory, test_slot(), &endpoint), "an endpoint");
    measure_fault();
    probe_say("bench end");
    return 0;
}
