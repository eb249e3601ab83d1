// SPDX-License-Identifier: GPL-3.0-or-later
// Taking all there is. Those that never end are judged by whether others go on.
#include "attack.h"
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
