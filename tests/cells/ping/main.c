// SPDX-License-Identifier: GPL-3.0-or-later
// The calling half of the message test: words, leases, kept replies, signals, deadlines, between
// two cells.
#include "../pong/pong.h"
#include "gen/cell.h"
#include "gen/frame.h"
#include "gen/thread.h"
#include "gen/untyped.h"
#include "os/ipc.h"
#include "tests/cells/probe.h"
#include "tests/cells/raw.h"
#include "tests/cells/thread.h"
#include <string.h>

enum { SERVICE_LINK = 4, PAGES = 256, MSEC = 1000000 };

static cap_t pong;
static uint8_t *const area = (uint8_t *)TEST_PAGES_BASE;

static void test_words(void)
{
    uint64_t w[MESSAGE_WORDS] = {1, 2, 3, 4, 5, ~(uint64_t)0};
    probe_eq(raw_call(pong, PONG_ECHO, w), ERR_OK, "a call is answered");
    probe(w[0] == ~(uint64_t)0 && w[1] == 5 && w[2] == 4 && w[3] == 3 && w[4] == 2,
          "six words, both ways");
    probe_eq(w[5], 1 + start_page()->cell, "the identity is that of the caller");
}

static void test_many(void)
{
    uint64_t bad = 0;
    for (uint64_t i = 0; i < 2000; i++) {
        uint64_t w[MESSAGE_WORDS] = {i, 1, 2, 3, 4, i ^ 0x5555};
        bad += raw_call(pong, PONG_ECHO, w) != ERR_OK || w[0] != (i ^ 0x5555);
    }
    probe_eq(bad, 0, "2000 calls");
}

static err_t lend(enum sys_lease kind, uint64_t pages, uint64_t *sum)
{
    struct syscall s = {.word = raw_word(SYS_CALL, PONG_LEASE) | (uint64_t)kind << CALL_LEASE_SHIFT,
                        .target = pong,
                        .w = {pages},
                        .lease = TEST_PAGES_BASE | pages};
    syscall_enter(&s);
    *sum = s.w[0];
    return syscall_error(&s);
}

static void test_lease(uint64_t pages)
{
    uint64_t sum = 0, bad = 0;
    memset(area, 3, pages * PAGE_SIZE);
    probe_eq(lend(LEASE_LEND, pages, &sum), ERR_OK, "lend");
    probe_eq(sum, 3 * pages * PAGE_SIZE, "lend: the server read all of it");
    for (uint64_t i = 0; i < pages * PAGE_SIZE; i++)
        bad += area[i] != 3;
    area[0] = 3; // it is writable again
    probe_eq(bad, 0, "lend: it came back unchanged");
    probe_eq(lend(LEASE_LEND_MUT, pages, &sum), ERR_OK, "lend_mut");
    for (uint64_t i = 0; i < pages * PAGE_SIZE; i++)
        bad += area[i] != (uint8_t)~3;
    probe_eq(bad, 0, "lend_mut: it came back changed");
}

static void test_lease_edges(void)
{
    uint64_t sum;
    probe_eq(lend(LEASE_LEND, 0, &sum), ERR_BAD_ADDRESS, "a lease of nothing");
    probe_eq(lend(LEASE_LEND, PAGES + 1, &sum), ERR_TOO_LARGE, "a lease longer than the window");
    probe_eq(lend(LEASE_MOVE, 1, &sum), ERR_TOO_LARGE, "a move to a server without an inbox");
}

// A second thread waits for an answer that comes later.
static volatile uint64_t later_word, later_error;
static cap_t later_done;

static void later_run(uint64_t word)
{
    uint64_t w[MESSAGE_WORDS] = {word};
    later_error = raw_call(pong, PONG_LATER, w);
    later_word = w[0];
    if (sys_signal(later_done, 1) != ERR_OK)
        later_error = ERR_COUNT;
    test_thread_rest();
}

static void test_later(void)
{
    struct test_thread t;
    uint64_t bits = 0, w[MESSAGE_WORDS] = {0};
    later_error = ERR_COUNT;
    probe_eq(untyped_retype_signal(start_page()->untyped, test_slot(), &later_done), ERR_OK,
             "a signal");
    // Above this thread: it has asked before this one goes on.
    probe_eq(test_thread_start(&t, later_run, 77, 90), ERR_OK, "a second thread");
    probe_eq(sys_wait(later_done, sys_now() + 20 * MSEC, &bits), ERR_TIMED_OUT,
             "a kept reply is not there yet");
    probe_eq(raw_call(pong, PONG_ECHO, w), ERR_OK, "the server goes on serving");
    probe_eq(sys_wait(later_done, 0, &bits), ERR_OK, "then the kept reply comes");
    probe_eq(later_error, ERR_OK, "kept reply");
    probe_eq(later_word, 78, "kept reply: its word");
    probe_eq(test_thread_end(&t), ERR_OK, "the thread ends");
    probe_eq(cell_delete(CAP_SELF, later_done), ERR_OK, "the signal ends");
}

// The server gets a signal of ours along with a call, raises it, and no longer can once it is
// revoked.
static void test_signal(void)
{
    cap_t signal = 0;
    uint64_t bits = 0;
    probe_eq(untyped_retype_signal(start_page()->untyped, test_slot(), &signal), ERR_OK,
             "a signal");
    struct syscall s = {.word = raw_word(SYS_CALL, PONG_SIGNAL) | CALL_CAP,
                        .target = pong,
                        .w = {0x30},
                        .cap = signal};
    syscall_enter(&s);
    probe_eq(syscall_error(&s), ERR_OK, "a capability travels with a call");
    probe_eq(sys_wait(signal, 0, &bits), ERR_OK, "the server raises it");
    probe_eq(bits, 0x30, "the bits");
    uint64_t w[MESSAGE_WORDS] = {0x400};
    probe_eq(raw_call(pong, PONG_SIGNAL, w), ERR_OK, "and again");
    probe_eq(sys_signal(signal, 1), ERR_OK, "own bits");
    probe_eq(sys_wait(signal, 0, &bits), ERR_OK, "bits add up");
    probe_eq(bits, 0x401, "bits add up: both are there");
    probe_eq(cell_revoke(CAP_SELF, signal), ERR_OK, "revoke");
    probe_eq(raw_call(pong, PONG_SIGNAL, w), ERR_BAD_CAPABILITY,
             "revoked: the server has it no more");
    probe_eq(cell_delete(CAP_SELF, signal), ERR_OK, "the signal ends");
}

static void test_deadline(void)
{
    uint64_t bits;
    nsec_t start = sys_now(), due = start + 30 * MSEC;
    probe_eq(sys_wait(start_page()->signal, due, &bits), ERR_TIMED_OUT,
             "a wait ends at its deadline");
    nsec_t end = sys_now();
    probe(end >= due, "not before");
    probe(end < due + 500 * MSEC, "and soon after");
    probe_eq(sys_wait(start_page()->signal, start, &bits), ERR_TIMED_OUT,
             "a deadline that has passed");
}

static void test_wrong(void)
{
    uint64_t w[MESSAGE_WORDS] = {0}, bits;
    struct syscall s;
    probe_eq(raw_call(pong, 5, w), ERR_DENIED, "a method that was not given");
    probe_eq(raw_call(pong + 1, PONG_ECHO, w), ERR_BAD_CAPABILITY, "an empty slot");
    probe_eq(raw_recv(pong, 1, 0, &s), ERR_DENIED, "receiving where one may only call");
    probe_eq(sys_signal(pong, 1), ERR_BAD_CAPABILITY, "an endpoint is no signal");
    probe_eq(sys_wait(pong, 1, &bits), ERR_BAD_CAPABILITY, "nor can it be waited for");
    probe_eq(raw_keep(), 0, "no reply to keep");
}

int main(void)
{
    cap_t frame = 0;
    struct leaks before = leaks_now();
    pong = ipc_service(SERVICE_LINK);
    probe_eq(test_pages(TEST_PAGES_BASE, PAGES, &frame), ERR_OK, "memory");
    test_words();
    test_many();
    probe_about("1 page: ");
    test_lease(1);
    probe_about("256 pages: ");
    test_lease(PAGES);
    probe_about(0);
    test_lease_edges();
    test_later();
    test_signal();
    test_deadline();
    test_wrong();
    probe_eq(cell_delete(CAP_SELF, frame), ERR_OK, "memory back");
    test_rest_end();
    leaks_probe(&before);
    return probe_end();
}
