// SPDX-License-Identifier: GPL-3.0-or-later
// Argument: a seed and a count, in hex. Makes that many random system calls, and shows that nothing
// of its memory is lost. With memory, threads of its own make the calls, and whoever waits too long
// is ended and made anew; without, the calls are such that come back.
#include "../attacker/bare.h"
#include "fuzzer.h"
#include "gen/cell.h"
#include "gen/frame.h"
#include "gen/thread.h"
#include "gen/untyped.h"
#include "os/ipc.h"
#include "os/panic.h"
#include "tests/cells/probe.h"
#include "tests/cells/raw.h"

enum {
    WORKERS = 3,
    PRIORITY = 90,
    MEMORY = 128, // pages of the game
    STACK = 8192,
    SLOT_MEMORY = 96,
    SLOT_FRAME,
    SLOT_REST,
    SLOT_WORKERS = 104, // two each: memory, thread
    MSEC = 1000000,
};

struct worker {
    cap_t memory, thread; // thread 0: it is being made
    struct dice dice;
    volatile uint64_t calls;
    uint64_t seen; // calls when it was last looked at
    uint32_t still;
    uint8_t stack[STACK] __attribute__((aligned(16)));
};

static struct worker workers[WORKERS];
static struct bare children[CHILDREN];
static cap_t memory, rest;
static uint64_t done; // calls that came back without an error

// Touch what came with a message.
static void lease_touch(const struct syscall *before, const struct syscall *s)
{
    const uint64_t op = before->word >> CALL_OP_SHIFT & 15;
    const uint64_t pages = s->lease & (PAGE_SIZE - 1);
    if ((op != SYS_RECV && op != SYS_REPLY_RECV) || syscall_error(s) != ERR_OK || pages == 0 ||
        (s->word & RESULT_SIGNAL))
        return;
    volatile uint8_t *at = (volatile uint8_t *)(s->lease - pages);
    uint8_t last = at[pages * PAGE_SIZE - 1];
    if ((s->word >> RESULT_LEASE_SHIFT & 3) != LEASE_LEND)
        at[0] = (uint8_t)(last + 1);
}

static void one_call(struct dice *d, bool must_return)
{
    struct syscall s, before;
    call_make(d, &s);
    if (must_return)
        s.deadline = 1;
    before = s;
    syscall_enter(&s);
    lease_touch(&before, &s);
    call_note(&before, &s);
    done += syscall_error(&s) == ERR_OK;
}

static void worker_run(uint64_t number)
{
    struct worker *w = &workers[number];
    for (;;) {
        one_call(&w->dice, false);
        w->calls++;
    }
}

// False while what its last life was made of is still in use.
static bool worker_start(uint32_t number)
{
    struct worker *w = &workers[number];
    const uint64_t window = GAME_BASE + (GAME_PAGES + number * WINDOW_PAGES) * PAGE_SIZE;
    if (untyped_retype_thread(w->memory, SLOT_WORKERS + 2 * number + 1, &w->thread) != ERR_OK)
        return false;
    ASSERT(thread_start(w->thread, CAP_SELF, (uint64_t)(uintptr_t)worker_run,
                        (uint64_t)(uintptr_t)w->stack + STACK - 8, number, PRIORITY, 0) == ERR_OK,
           "a thread cannot be started");
    err_t err = thread_window(w->thread, window, WINDOW_PAGES);
    (void)err; // the game may have mapped something there
    return true;
}

static void worker_end(struct worker *w)
{
    if (w->thread == 0)
        return;
    ASSERT(thread_stop(w->thread) == ERR_OK && cell_delete(CAP_SELF, w->thread) == ERR_OK,
           "a thread cannot be ended");
    w->thread = 0;
}

static void pause(nsec_t time)
{
    uint64_t bits;
    ASSERT(sys_wait(rest, sys_now() + time, &bits) == ERR_TIMED_OUT, "nobody raises this signal");
}

// Whoever has not moved since the last look but one begins anew.
static uint64_t workers_look(void)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < WORKERS; i++) {
        struct worker *w = &workers[i];
        w->still = w->calls == w->seen ? w->still + 1 : 0;
        w->seen = w->calls;
        sum += w->calls;
        if (w->still >= 2)
            worker_end(w);
        if (w->thread == 0 && !worker_start(i) && w->still > 100) {
            // It waits for somebody of the game who holds what it lent.
            err_t err = cell_revoke(CAP_SELF, memory);
            (void)err;
        }
    }
    return sum;
}

static void game_begin(uint64_t seed)
{
    cap_t root = start_page()->untyped;
    bool good = untyped_retype_untyped(root, SLOT_MEMORY, MEMORY, RIGHT_ALL, &memory) == ERR_OK &&
                untyped_retype_signal(root, SLOT_REST, &rest) == ERR_OK &&
                cell_reserve(CAP_SELF, GAME_BASE, 2 * GAME_PAGES) == ERR_OK;
    for (uint32_t i = 0; i < WORKERS && good; i++) {
        workers[i].dice.state = (seed ^ (i + 1) * 0x9e3779b97f4a7c15) | 1;
        good = untyped_retype_untyped(root, SLOT_WORKERS + 2 * i, 1, RIGHT_ALL,
                                      &workers[i].memory) == ERR_OK;
    }
    ASSERT(good, "no memory to play with");
    for (uint32_t i = 0; i < CHILDREN; i++)
        children[i] = (struct bare){.word = raw_word(i % 2 ? SYS_WAIT : SYS_RECV, 0),
                                    .target = start_page()->signal,
                                    .deadline = i % 4 < 2 ? 1 : 0,
                                    .rest = rest};
    call_begin(memory, (uint64_t)(uintptr_t)bare_run, (uint64_t)(uintptr_t)children,
               sizeof children[0]);
}

// Everything of the game goes; then its memory is whole and clean.
static void game_end(void)
{
    enum { PATIENCE = 500 };
    cap_t frame = 0;
    err_t err = ERR_BUSY;
    for (uint32_t i = 0; i < WORKERS; i++)
        worker_end(&workers[i]);
    call_end();
    for (int i = 0; i < PATIENCE && err != ERR_OK; i++) { // a partner may still hold a lease
        err = cell_revoke(CAP_SELF, memory);
        if (err == ERR_OK)
            err = untyped_retype_frame(memory, SLOT_FRAME, MEMORY, &frame);
        if (err != ERR_OK)
            pause(10 * MSEC);
    }
    probe_eq(err, ERR_OK, "all memory of the game can be carved again");
    err = frame_map(frame, CAP_SELF, GAME_BASE, ACCESS_READ | ACCESS_WRITE);
    probe_eq(err, ERR_OK, "nothing is left where the game's pages were");
    const volatile uint64_t *word = (const volatile uint64_t *)GAME_BASE;
    uint64_t found = 0;
    for (size_t i = 0; err == ERR_OK && i < MEMORY * PAGE_SIZE / sizeof *word; i++)
        found |= word[i];
    probe_eq(found, 0, "its pages are clean");
}

static uint64_t hex(const char **text)
{
    uint64_t value = 0;
    for (; **text > ' '; (*text)++)
        value = value << 4 | (uint64_t)(**text >= 'a' ? **text - 'a' + 10 : **text - '0');
    return value;
}

int main(void)
{
    const char *argument = start_page()->argument;
    uint64_t seed = hex(&argument), calls = 0;
    argument++;
    const uint64_t count = hex(&argument);
    probe_number("seed", seed);
    if (start_page()->untyped != 0) {
        game_begin(seed);
        while (calls < count) {
            calls = workers_look();
            pause(MSEC);
        }
        game_end();
    } else {
        struct dice d = {seed | 1};
        call_begin(0, 0, 0, 0);
        for (; calls < count; calls++)
            one_call(&d, true);
    }
    probe_number("calls", calls);
    probe_number("of them without an error", done);
    probe(calls >= count, "all calls were made");
    return probe_end();
}
