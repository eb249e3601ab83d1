// SPDX-License-Identifier: GPL-3.0-or-later
// Taking all there is. Those that never end are judged by whether others go on.
#include "attack.h"
#include "bare.h"
#include "gen/cell.h"
#include "gen/entropy.h"
#include "gen/untyped.h"
#include "os/ipc.h"
#include "tests/cells/raw.h"
#include "tests/cells/thread.h"

enum {
    MEMORY_PAGES = 256,
    SLOTS = 512,
    TABLES = 64,
    PRIORITY = 90,
    THREADS = 6
}; // as in the manifest

const char *attack_take_memory(void)
{
    uint64_t taken = 0, pages = 1024;
    cap_t piece = 0;
    uint32_t slot = START_SLOT_FREE;
    while (pages != 0 && slot < SLOTS) {
        if (untyped_retype_untyped(start_page()->untyped, slot, pages, RIGHT_ALL, &piece) !=
            ERR_OK) {
            pages /= 2;
            continue;
        }
        taken += pages;
        slot++;
    }
    if (taken > MEMORY_PAGES)
        return "more memory than its manifest gives";
    return untyped_retype_frame(start_page()->untyped, slot, 1, &piece) == ERR_NO_MEMORY
               ? NULL
               : "still more";
}

const char *attack_take_slots(void)
{
    cap_t copy = 0;
    uint32_t taken = 0;
    for (uint32_t slot = 0; slot < 4 * SLOTS; slot++)
        taken += cell_derive(CAP_SELF, start_page()->signal, slot, RIGHT_READ, ~0ull, 0, 0,
                             &copy) == ERR_OK;
    return taken < SLOTS ? NULL : "more slots than its manifest gives";
}

const char *attack_take_tables(void)
{
    uint32_t taken = 0;
    for (uint64_t address = TEST_PAGES_BASE; address < CELL_TOP - PAGE_SIZE; address += 1ull << 32)
        taken += cell_reserve(CAP_SELF, address, 1) == ERR_OK;
    // Once more, over a range that would need the whole machine.
    if (cell_reserve(CAP_SELF, PAGE_SIZE, (CELL_TOP >> PAGE_SHIFT) - 2) == ERR_OK)
        return "page tables for everything";
    return taken < TABLES ? NULL : "more page tables than it was given";
}

const char *attack_take_threads(void)
{
    uint64_t taken = 0;
    cap_t thread = 0;
    for (uint32_t slot = START_SLOT_FREE; slot < SLOTS; slot++)
        taken += untyped_retype_thread(start_page()->untyped, slot, &thread) == ERR_OK;
    return taken <= MEMORY_PAGES ? NULL : "more threads than it has memory for";
}

const char *attack_spin(void)
{
    for (;;)
        __asm__ volatile("pause");
}

static void spin_run(uint64_t argument)
{
    (void)argument;
    attack_spin();
}

const char *attack_spin_threads(void)
{
    struct test_thread t;
    for (int i = 0; i < THREADS; i++)
        if (test_thread_start(&t, spin_run, 0, PRIORITY) != ERR_OK)
            return "no memory to try with";
    return attack_spin();
}

// Without a lease, so that all of its threads can do it at once; the service refuses each call,
// which is work too.
static void flood_run(uint64_t to)
{
    for (;;) {
        uint64_t w[MESSAGE_WORDS] = {0};
        err_t err = raw_call(to, ENTROPY_METHOD_RANDOM, w);
        (void)err;
    }
}

const char *attack_flood_service(void)
{
    struct test_thread t;
    for (int i = 0; i < THREADS; i++)
        if (test_thread_start(&t, flood_run, start_page()->services[ENTROPY_SERVICE], PRIORITY) !=
            ERR_OK)
            return "no memory to try with";
    flood_run(start_page()->services[ENTROPY_SERVICE]);
    return NULL;
}

// Forty callers in the queue of a service, all the time.
const char *attack_flood_queue(void)
{
    enum { CALLERS = 40 };
    static struct bare calls[CALLERS];
    for (int i = 0; i < CALLERS; i++)
        calls[i] = (struct bare){.word = raw_word(SYS_CALL, ENTROPY_METHOD_RANDOM),
                                 .target = start_page()->services[ENTROPY_SERVICE]};
    return bare_start(calls, CALLERS, 128, PRIORITY) == CALLERS ? attack_spin()
                                                                : "no memory to try with";
}

static void timers_run(uint64_t signal)
{
    uint64_t bits;
    for (uint64_t i = 0;; i++) {
        err_t err = sys_wait(signal, sys_now() + i % 64 * 1000, &bits);
        (void)err;
    }
}

// Deadlines that come one right after the other.
const char *attack_flood_timers(void)
{
    struct test_thread t;
    cap_t never = 0;
    if (untyped_retype_signal(start_page()->untyped, test_slot(), &never) != ERR_OK)
        return "no memory to try with";
    for (int i = 0; i < THREADS; i++)
        if (test_thread_start(&t, timers_run, never, PRIORITY) != ERR_OK)
            return "no memory to try with";
    timers_run(never);
    return NULL;
}

// The longest operations that it may ask for: a deep tree taken back, pages zeroed.
const char *attack_flood_revoke(void)
{
    cap_t root = 0, last, next = 0;
    if (untyped_retype_signal(start_page()->untyped, test_slot(), &root) != ERR_OK)
        return "no memory to try with";
    for (;;) {
        last = root;
        for (uint32_t slot = 128; slot < SLOTS; slot++, last = next)
            if (cell_derive(CAP_SELF, last, slot, RIGHT_ALL, ~0ull, 0, 0, &next) != ERR_OK)
                return "a capability could not be derived";
        if (cell_revoke(CAP_SELF, root) != ERR_OK)
            return "what was derived could not be taken back";
    }
}

const char *attack_flood_memory(void)
{
    for (;;) {
        cap_t frame = 0;
        if (untyped_retype_frame(start_page()->untyped, 128, MEMORY_PAGES - 1, &frame) != ERR_OK ||
            cell_delete(CAP_SELF, frame) != ERR_OK)
            return "its own memory could not be carved again";
    }
}
