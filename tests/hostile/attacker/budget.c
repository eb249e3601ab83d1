// SPDX-License-Identifier: GPL-3.0-or-later
// CPU time beyond what the manifest gives.
#include "attack.h"
#include "gen/thread.h"
#include "gen/untyped.h"
#include "os/ipc.h"
#include "tests/cells/raw.h"
#include "tests/cells/thread.h"

enum {
    PRIORITY = 89, // below who looks at them
    THREADS = 6,
    AMOUNT = 1000000,  // ns, as in the manifest
    PERIOD = 50000000, // ns
    PERIODS = 20,
    TRIES = 8,
    STALL = 25000000, // ns that pass for whoever runs while the host does not run the emulator
};

static const char no_memory[] = "no memory to try with";

// A budget of its own, and other things in the place of one.
const char *attack_make_budget(void)
{
    const struct start_info *start = start_page();
    cap_t budget = 0, piece = 0, thread = 0;
    if (untyped_retype_budget(start->untyped, test_slot(), &budget) != ERR_DENIED)
        return "a budget of its own";
    if (untyped_retype_untyped(start->untyped, test_slot(), 2, RIGHT_ALL, &piece) != ERR_OK ||
        untyped_retype_thread(start->untyped, test_slot(), &thread) != ERR_OK)
        return no_memory;
    if (untyped_retype_budget(piece, test_slot(), &budget) != ERR_DENIED)
        return "a budget of its own, from a piece of memory";
    const cap_t others[] = {0,      start->signal,      start->untyped, piece,
                            thread, start->services[1], cap_first(1),   ~0ull};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (thread_budget(thread, others[i]) == ERR_OK)
            return "something else as budget";
    return NULL;
}

static void spend_run(uint64_t unused)
{
    (void)unused;
    for (;;)
        __asm__ volatile("pause");
}

// What all of them have used so far; 0: it cannot be seen.
static uint64_t used_by(const struct test_thread threads[THREADS])
{
    uint64_t used = 0;
    for (int i = 0; i < THREADS; i++) {
        uint32_t state;
        uint64_t ran = 0;
        if (thread_info(threads[i].thread, &state, &ran) != ERR_OK)
            return 0;
        used += ran;
    }
    return used;
}

// Whether they have more than is theirs in a while, by the kernel's own account. A host that does
// not run the emulator makes whoever runs seem to have used that time.
static const char *outrun_once(const struct test_thread threads[THREADS], bool *more)
{
    const uint64_t before = used_by(threads);
    const nsec_t begin = sys_now(), end = begin + PERIODS * (nsec_t)PERIOD;
    uint64_t bits;
    while (sys_now() < end) {
        err_t err = sys_wait(start_page()->signal, end, &bits);
        if (err != ERR_OK && err != ERR_TIMED_OUT)
            return "it cannot wait";
    }
    const uint64_t used = used_by(threads) - before;
    const uint64_t periods = (sys_now() - begin) / PERIOD + 2;
    attack_say("used ns:", used);
    attack_say("of ns that were its:", periods * AMOUNT);
    *more = used > periods * AMOUNT + STALL;
    return used == 0 ? "it cannot see what its threads used" : NULL;
}

// More threads do not have more time: not each time that it is tried.
const char *attack_outrun_budget(void)
{
    struct test_thread threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        if (test_thread_start(&threads[i], spend_run, 0, PRIORITY) != ERR_OK)
            return no_memory;
    bool more = true;
    for (int i = 0; i < TRIES && more; i++) {
        const char *trouble = outrun_once(threads, &more);
        if (trouble != NULL)
            return trouble;
    }
    return more ? "more time than its manifest gives" : NULL;
}
