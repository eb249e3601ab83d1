// SPDX-License-Identifier: GPL-3.0-or-later
// Arguments at and beyond every limit: addresses, entry points, deadlines, the time of a
// capability.
#include "attack.h"
#include "gen/cell.h"
#include "gen/frame.h"
#include "gen/thread.h"
#include "gen/untyped.h"
#include "os/ipc.h"
#include "tests/cells/raw.h"
#include "tests/cells/thread.h"

enum { MSEC = 1000000, BRIEF = 300 * MSEC, PRIORITY = 90 };

static const char no_memory[] = "no memory to try with";

// Addresses that no cell has, and those that are not a page's.
static const uint64_t beyond[] = {
    0x0,
    0x1,
    0xfff,
    TEST_PAGES_BASE + 1,
    TEST_PAGES_BASE + 0x800,
    CELL_TOP,
    CELL_TOP + PAGE_SIZE,
    0x0000800000000000,
    0x0000800000001000,
    0x7ffffffffffff000,
    0x8000000000000000,
    0xffff7ffffffff000,
    0xffff800000000000,
    0xffffffff80000000,
    0xfffffffffffff000,
    0xffffffffffffffff,
};

enum { BEYOND = sizeof beyond / sizeof beyond[0] };

// Page tables and mappings outside user space, across its end, and not on a page.
const char *attack_map_edges(void)
{
    struct test_thread t;
    cap_t frame = 0, two = 0;
    if (untyped_retype_frame(start_page()->untyped, test_slot(), 1, &frame) != ERR_OK ||
        untyped_retype_frame(start_page()->untyped, test_slot(), 2, &two) != ERR_OK ||
        test_thread_start(&t, (void (*)(uint64_t))(uintptr_t)test_thread_rest, 0, PRIORITY) !=
            ERR_OK)
        return no_memory;
    for (size_t i = 0; i < BEYOND; i++)
        if (cell_reserve(CAP_SELF, beyond[i], 1) == ERR_OK)
            return "page tables outside user space";
    // The last page of user space is its own; what follows is nobody's.
    if (cell_reserve(CAP_SELF, CELL_TOP - PAGE_SIZE, 1) != ERR_OK ||
        cell_reserve(CAP_SELF, TEST_PAGES_BASE, 4) != ERR_OK)
        return no_memory;
    for (size_t i = 0; i < BEYOND; i++)
        if (frame_map(frame, CAP_SELF, beyond[i], ACCESS_READ | ACCESS_WRITE) == ERR_OK ||
            thread_window(t.thread, beyond[i], 1) == ERR_OK)
            return "a page outside user space";
    if (cell_reserve(CAP_SELF, CELL_TOP - PAGE_SIZE, 2) == ERR_OK ||
        cell_reserve(CAP_SELF, PAGE_SIZE, 1ull << 52) == ERR_OK ||
        cell_reserve(CAP_SELF, PAGE_SIZE, ~0ull) == ERR_OK ||
        cell_reserve(CAP_SELF, TEST_PAGES_BASE, 0) == ERR_OK)
        return "page tables across the end of user space";
    if (frame_map(two, CAP_SELF, CELL_TOP - PAGE_SIZE, ACCESS_READ) == ERR_OK ||
        thread_window(t.thread, CELL_TOP - PAGE_SIZE, 2) == ERR_OK ||
        thread_window(t.thread, TEST_PAGES_BASE, ~0ull) == ERR_OK ||
        thread_window(t.thread, TEST_PAGES_BASE + 511 * PAGE_SIZE, 2) == ERR_OK)
        return "pages across the end of what there is";
    if (frame_map(frame, CAP_SELF, CELL_TOP - PAGE_SIZE, ACCESS_READ | ACCESS_WRITE) != ERR_OK)
        return "the last page of user space could not be had";
    *attack_at(CELL_TOP - 1) = 1;
    return frame_unmap(frame) == ERR_OK ? NULL : "its own page could not be unmapped";
}

// Threads that would begin where the CPU cannot return to, or with more than they may.
const char *attack_start_edges(void)
{
    const uint32_t slot = test_slot();
    const uint64_t code = own_code(), stack = TEST_PAGES_BASE;
    for (size_t i = 5; i < BEYOND; i++) {
        cap_t thread = 0;
        if (untyped_retype_thread(start_page()->untyped, slot, &thread) != ERR_OK)
            return no_memory;
        if (thread_start(thread, CAP_SELF, beyond[i], stack, 0, 1, 0) == ERR_OK)
            return "a thread outside user space";
        if (beyond[i] > CELL_TOP &&
            thread_start(thread, CAP_SELF, code, beyond[i], 0, 1, 0) == ERR_OK)
            return "a stack outside user space";
        if (thread_start(thread, CAP_SELF, code, stack, 0, 1, 4u << (i % 8)) == ERR_OK ||
            thread_start(thread, CAP_SELF, code, stack, 0, 256 + 90, 0) == ERR_OK)
            return "flags or a priority that do not exist";
        if (cell_delete(CAP_SELF, thread) != ERR_OK)
            return "its own thread could not be deleted";
    }
    return NULL;
}

// Jumping to an address that no pointer may have: the CPU faults with that address as the place to
// go on at.
const char *attack_jump_noncanonical(void)
{
    __asm__ volatile("jmp *%0" : : "r"(0x8000000000001000ull));
    return "it went on";
}

static volatile bool woke;

static void far_run(uint64_t deadline)
{
    uint64_t bits;
    cap_t never = 0;
    if (untyped_retype_signal(start_page()->untyped, test_slot(), &never) == ERR_OK)
        woke = sys_wait(never, deadline, &bits) == ERR_TIMED_OUT;
    test_thread_rest();
}

// Deadlines so far away that arithmetic could go wrong: they do not come now, and nobody's near one
// waits for them.
const char *attack_far_deadlines(void)
{
    static const nsec_t ends[] = {1ull << 62, 1ull << 63, (1ull << 63) + 1, ~0ull - 1, ~0ull};
    uint64_t bits;
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        struct test_thread t;
        if (test_thread_start(&t, far_run, ends[i], PRIORITY) != ERR_OK)
            return no_memory;
        raw_yield();
    }
    for (int i = 0; i < 20; i++)
        if (sys_wait(start_page()->signal, sys_now() + MSEC, &bits) != ERR_TIMED_OUT)
            return "a near deadline did not come";
    for (nsec_t past = 1; past < 1 << 20; past <<= 1)
        if (sys_wait(start_page()->signal, past, &bits) != ERR_TIMED_OUT)
            return "a deadline that has passed did not come";
    return woke ? "a far deadline came at once" : NULL;
}

// An expired capability to something else than an endpoint, in every use that there is.
const char *attack_expired_objects(void)
{
    const nsec_t end = sys_now() + BRIEF;
    struct test_thread t;
    cap_t signal = 0, brief = 0, out = 0;
    uint64_t bits;
    if (untyped_retype_signal(start_page()->untyped, test_slot(), &signal) != ERR_OK ||
        test_thread_start(&t, far_run, 0, PRIORITY) != ERR_OK ||
        cell_derive(CAP_SELF, signal, test_slot(), RIGHT_ALL, ~0ull, end, 0, &brief) != ERR_OK ||
        sys_signal(brief, 1) != ERR_OK || sys_wait(brief, 1, &bits) != ERR_OK)
        return no_memory;
    if (sys_wait(start_page()->signal, end + MSEC, &bits) != ERR_TIMED_OUT)
        return "the clock stands still";
    if (sys_signal(brief, 1) == ERR_OK || sys_signal(signal, 2) != ERR_OK ||
        sys_wait(brief, 1, &bits) == ERR_OK)
        return "an expired capability to a signal";
    if (thread_bind(t.thread, brief) == ERR_OK)
        return "an expired capability bound a thread";
    if (cell_derive(CAP_SELF, brief, test_slot(), RIGHT_ALL, ~0ull, 0, 0, &out) == ERR_OK ||
        cell_move(CAP_SELF, brief, test_slot(), &out) == ERR_OK)
        return "an expired capability was derived or moved";
    return sys_wait(signal, 1, &bits) == ERR_OK && bits == 2 ? NULL : "its bits came all the same";
}
