// SPDX-License-Identifier: GPL-3.0-or-later
// What a test cell makes out of memory of its own (`memory` in its manifest): slots, pages,
// threads.
#pragma once
#include "abi/start.h"
#include "abi/types.h"

enum {
    TEST_THREADS = 8,
    TEST_STACK_PAGES = 4,
    TEST_WINDOW_PAGES = 16,
};

// Where the pages and threads made here are in the address space; each area begins on 2 MiB.
#define TEST_PAGES_BASE   0x0000000080000000u
#define TEST_STACKS_BASE  0x0000000080200000u
#define TEST_WINDOWS_BASE 0x0000000080400000u

// A slot that nobody uses; panics when the table is full.
uint32_t test_slot(void);

// `pages` zeroed pages, mapped read and write at `address` (reserved by this), and their frame.
MUST_USE err_t test_pages(uint64_t address, uint64_t pages, cap_t *frame);

struct test_thread {
    cap_t thread, stack;
    uint64_t window; // address of TEST_WINDOW_PAGES pages, reserved
};

// Start `run(argument)` in this cell on a stack of its own, with a window for leases. `run` must
// not return.
MUST_USE err_t test_thread_start(struct test_thread *t, void (*run)(uint64_t argument),
                                 uint64_t argument, uint32_t priority);

// The end of what a thread has to do: it rests until it is stopped.
_Noreturn void test_thread_rest(void);

// Stop it and give back what it was made of.
MUST_USE err_t test_thread_end(struct test_thread *t);

// Delete what the functions above keep for themselves.
void test_rest_end(void);
