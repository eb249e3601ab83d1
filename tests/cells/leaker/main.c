// SPDX-License-Identifier: GPL-3.0-or-later
// Makes and ends everything that can be made, many times over. Afterwards all of its memory must be
// one free piece again, and the numbers of slots and pages must be what they were.
#include "../pong/pong.h"
#include "gen/cell.h"
#include "gen/frame.h"
#include "gen/thread.h"
#include "gen/untyped.h"
#include "os/ipc.h"
#include "tests/cells/probe.h"
#include "tests/cells/raw.h"
#include "tests/cells/thread.h"

enum {
    ROUNDS = 200,
    SERVICE_LINK = 4,
    PRIORITY = 90,
    COPIES = 10,
    PIECE_PAGES = 32,
    LENT_PAGES = 8
};

// Fixed slots: a round uses those of the round before.
enum slot {
    AT_PIECE = START_SLOT_FREE,
    AT_FRAME,
    AT_STACK,
    AT_THREAD,
    AT_ENDPOINT,
    AT_SIGNAL,
    AT_COPIES,
};

#define PAGES_AT TEST_PAGES_BASE
#define STACK_AT TEST_STACKS_BASE

static cap_t pong;
static uint64_t errors; // of all rounds

static void note(err_t err)
{
    errors += err != ERR_OK;
}

static void lend_and_send(cap_t signal)
{
    note(raw_lend(pong, PONG_LEASE, LEASE_LEND, PAGES_AT, LENT_PAGES) == ERR_BAD_DATA
             ? ERR_OK
             : ERR_BAD_STATE);
    struct syscall s = {.word = raw_word(SYS_CALL, PONG_SIGNAL) | CALL_CAP,
                        .target = pong,
                        .w = {1},
                        .cap = signal};
    syscall_enter(&s);
    note(syscall_error(&s));
}

// A thread that is stopped while it waits for an answer that nobody will give.
static void caller_run(uint64_t endpoint)
{
    uint64_t w[MESSAGE_WORDS] = {0};
    errors += raw_call(endpoint, 1, w) != ERR_OK;
    for (;;)
        raw_yield();
}

static void thread_round(cap_t piece, cap_t endpoint)
{
    cap_t stack = 0, thread = 0;
    note(untyped_retype_frame(piece, AT_STACK, 1, &stack));
    note(frame_map(stack, CAP_SELF, STACK_AT, ACCESS_READ | ACCESS_WRITE));
    note(untyped_retype_thread(piece, AT_THREAD, &thread));
    note(thread_start(thread, CAP_SELF, (uint64_t)(uintptr_t)caller_run, STACK_AT + PAGE_SIZE - 8,
                      endpoint, PRIORITY, 0));
    raw_yield();
    note(thread_stop(thread));
    note(cell_delete(CAP_SELF, thread));
    note(cell_delete(CAP_SELF, stack));
}

static void copies_round(cap_t of, bool revoke)
{
    cap_t copy[COPIES] = {of};
    for (uint32_t i = 1; i < COPIES; i++)
        note(cell_derive(CAP_SELF, copy[i - 1], AT_COPIES + i, RIGHT_ALL, ~0ull, 0, 0, &copy[i]));
    if (revoke)
        note(cell_revoke(CAP_SELF, of));
    else
        for (uint32_t i = 1; i < COPIES; i++)
            note(cell_delete(CAP_SELF, copy[i]));
}

// `at_once`: the piece is revoked with everything in it; otherwise each object is ended by itself.
static void round_run(bool at_once)
{
    cap_t piece = 0, frame = 0, endpoint = 0, signal = 0;
    note(untyped_retype_untyped(start_page()->untyped, AT_PIECE, PIECE_PAGES, RIGHT_ALL, &piece));
    note(untyped_retype_frame(piece, AT_FRAME, LENT_PAGES, &frame));
    note(frame_map(frame, CAP_SELF, PAGES_AT, ACCESS_READ | ACCESS_WRITE));
    note(untyped_retype_endpoint(piece, AT_ENDPOINT, &endpoint));
    note(untyped_retype_signal(piece, AT_SIGNAL, &signal));
    lend_and_send(signal);
    thread_round(piece, endpoint);
    copies_round(endpoint, true);
    copies_round(signal, false);
    note(cell_revoke(CAP_SELF, signal)); // the server has it as well
    if (at_once) {
        note(cell_revoke(CAP_SELF, piece));
    } else {
        note(cell_delete(CAP_SELF, signal));
        note(cell_delete(CAP_SELF, endpoint));
        note(cell_delete(CAP_SELF, frame));
    }
    note(cell_delete(CAP_SELF, piece));
}

int main(void)
{
    uint64_t pages = 0, left = 0;
    cap_t all = 0;
    pong = ipc_service(SERVICE_LINK);
    note(cell_reserve(CAP_SELF, PAGES_AT, LENT_PAGES));
    note(cell_reserve(CAP_SELF, STACK_AT, 1));
    round_run(false);
    struct leaks before = leaks_now();
    for (int i = 0; i < ROUNDS; i++)
        round_run(i % 2 != 0);
    probe_eq(errors, 0, "nothing failed in all rounds");
    probe_eq(untyped_info(start_page()->untyped, &pages, &left), ERR_OK, "its memory");
    probe_eq(untyped_retype_untyped(start_page()->untyped, AT_PIECE, pages, RIGHT_ALL, &all),
             ERR_OK, "is one free piece again");
    probe_eq(cell_delete(CAP_SELF, all), ERR_OK, "which it gives back");
    leaks_probe(&before);
    return probe_end();
}
