// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/cells/thread.h"
#include "gen/cell.h"
#include "gen/frame.h"
#include "gen/thread.h"
#include "gen/untyped.h"
#include "os/ipc.h"
#include "os/panic.h"
#include "os/syscall.h"

static uint32_t next_slot = START_SLOT_FREE;
static uint32_t next_thread;
static cap_t never; // a signal that nobody raises

uint32_t test_slot(void)
{
    ASSERT(next_slot < 256, "no slot is left");
    return next_slot++;
}

err_t test_pages(uint64_t address, uint64_t pages, cap_t *frame)
{
    err_t err = cell_reserve(CAP_SELF, address, pages);
    if (err == ERR_OK)
        err = untyped_retype_frame(start_page()->untyped, test_slot(), pages, frame);
    if (err == ERR_OK)
        err = frame_map(*frame, CAP_SELF, address, ACCESS_READ | ACCESS_WRITE);
    return err;
}

err_t test_thread_start(struct test_thread *t, void (*run)(uint64_t argument), uint64_t argument,
                        uint32_t priority)
{
    uint32_t n = next_thread++;
    ASSERT(n < TEST_THREADS, "too many threads");
    // One unmapped page between two stacks.
    uint64_t stack = TEST_STACKS_BASE + (uint64_t)n * (TEST_STACK_PAGES + 1) * PAGE_SIZE;
    t->window = TEST_WINDOWS_BASE + (uint64_t)n * TEST_WINDOW_PAGES * PAGE_SIZE;
    err_t err = test_pages(stack, TEST_STACK_PAGES, &t->stack);
    if (err == ERR_OK)
        err = cell_reserve(CAP_SELF, t->window, TEST_WINDOW_PAGES);
    if (err == ERR_OK)
        err = untyped_retype_thread(start_page()->untyped, test_slot(), &t->thread);
    if (err == ERR_OK && never == 0)
        err = untyped_retype_signal(start_page()->untyped, test_slot(), &never);
    // A called function finds the stack 8 bytes below a multiple of 16.
    if (err == ERR_OK)
        err = thread_start(t->thread, CAP_SELF, (uint64_t)(uintptr_t)run,
                           stack + TEST_STACK_PAGES * PAGE_SIZE - 8, argument, priority, 0);
    if (err == ERR_OK)
        err = thread_window(t->thread, t->window, TEST_WINDOW_PAGES);
    return err;
}

void test_thread_rest(void)
{
    uint64_t bits;
    for (;;)
        ASSERT(sys_wait(never, 0, &bits) == ERR_OK, "a thread cannot rest");
}

err_t test_thread_end(struct test_thread *t)
{
    err_t err = thread_stop(t->thread);
    if (err == ERR_OK)
        err = cell_delete(CAP_SELF, t->thread);
    if (err == ERR_OK)
        err = cell_delete(CAP_SELF, t->stack);
    return err;
}

void test_rest_end(void)
{
    if (never != 0)
        ASSERT(cell_delete(CAP_SELF, never) == ERR_OK, "a capability of our own cannot be deleted");
    never = 0;
}
