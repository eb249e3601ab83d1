// SPDX-License-Identifier: GPL-3.0-or-later
// Answers and who may give them; what becomes of messages, replies and leases when a partner, a
// capability or an endpoint goes away in the middle.
#include "attack.h"
#include "gen/cell.h"
#include "gen/frame.h"
#include "gen/thread.h"
#include "gen/untyped.h"
#include "os/ipc.h"
#include "tests/cells/raw.h"
#include "tests/cells/thread.h"

enum { PRIORITY = 90, PATTERN = 0x5a, CALLERS = 3, ROUNDS = 100, NOTHING = 0xff };

static const char no_memory[] = "no memory to try with";

static cap_t endpoint, derived;
static volatile bool held, let_go, done;
static volatile uint64_t result = NOTHING, token;
static volatile uint64_t answers[CALLERS]; // error << 32 | word

static void await(const volatile bool *flag)
{
    while (!*flag)
        raw_yield();
}

static void turns(void)
{
    for (int i = 0; i < ROUNDS; i++)
        raw_yield();
}

static bool endpoint_make(void)
{
    return untyped_retype_endpoint(start_page()->untyped, test_slot(), &endpoint) == ERR_OK;
}

static bool derive(uint32_t rights)
{
    return cell_derive(CAP_SELF, endpoint, test_slot(), rights, ~0ull, 0, 0, &derived) == ERR_OK;
}

static bool start(void (*run)(uint64_t argument), uint64_t argument, struct test_thread *t)
{
    return test_thread_start(t, run, argument, PRIORITY) == ERR_OK;
}

// --- what threads do

// Call once; what came back.
static void caller_run(uint64_t number)
{
    uint64_t w[MESSAGE_WORDS] = {number};
    err_t err = raw_call(endpoint, 1, w);
    answers[number] = (uint64_t)err << 32 | (uint32_t)w[0];
    test_thread_rest();
}

// Keep one call, and go on when told.
static void keeper_run(uint64_t unused)
{
    struct syscall s;
    (void)unused;
    result = raw_recv(endpoint, 0, 0, &s);
    token = raw_keep();
    held = true;
    await(&let_go);
    result = raw_reply(token, ERR_OK, 0x11);
    done = true;
    test_thread_rest();
}

// Call through `derived`.
static void derived_call_run(uint64_t unused)
{
    uint64_t w[MESSAGE_WORDS] = {0};
    (void)unused;
    held = true;
    result = raw_call(derived, 1, w);
    done = true;
    test_thread_rest();
}

// Receive through `derived`.
static void derived_recv_run(uint64_t unused)
{
    struct syscall s;
    (void)unused;
    held = true;
    result = raw_recv(derived, 0, 0, &s);
    done = true;
    test_thread_rest();
}

static void send_run(uint64_t to)
{
    struct syscall s = {
        .word = raw_word(SYS_SEND, 1), .target = to, .w = {1, 2, 3, 4, 5, 6}
    };
    syscall_enter(&s);
    test_thread_rest();
}

// --- replies

// The token is right; the thread that uses it is not the one that kept the reply.
const char *attack_reply_third(void)
{
    struct test_thread server, client;
    if (!endpoint_make() || !start(keeper_run, 0, &server) || !start(caller_run, 0, &client))
        return no_memory;
    await(&held);
    if (token == 0 || raw_reply(token, ERR_OK, 0x66) != ERR_BAD_CAPABILITY)
        return "a third party answered somebody else's caller";
    let_go = true;
    await(&done);
    turns();
    return result == ERR_OK && answers[0] == 0x11 ? NULL : "the caller got another answer";
}

// Calls for ever; the last answer.
static void calls_run(uint64_t unused)
{
    (void)unused;
    for (;;) {
        uint64_t w[MESSAGE_WORDS] = {0};
        err_t err = raw_call(endpoint, 1, w);
        answers[0] = (uint64_t)err << 32 | (uint32_t)w[0];
        answers[1]++;
    }
}

// A token works once, and not for the same caller's next call.
const char *attack_reply_twice(void)
{
    struct test_thread client;
    struct syscall s;
    if (!endpoint_make() || !start(calls_run, 0, &client))
        return no_memory;
    if (raw_recv(endpoint, 0, 0, &s) != ERR_OK)
        return "no call came";
    uint64_t old = raw_keep();
    if (old == 0 || raw_reply(old, ERR_OK, 1) != ERR_OK)
        return "a kept call could not be answered";
    if (raw_reply(old, ERR_OK, 2) != ERR_BAD_CAPABILITY)
        return "an answer was given twice";
    if (raw_recv(endpoint, 0, 0, &s) != ERR_OK || raw_keep() == 0)
        return "no second call came";
    if (raw_reply(old, ERR_OK, 3) != ERR_BAD_CAPABILITY)
        return "an old answer reached a new call";
    turns();
    return answers[0] == 1 && answers[1] == 1 ? NULL : "the caller got another answer";
}

// A caller dies while its reply is kept, the middle one of three: its answer goes nowhere, and the
// others get theirs.
const char *attack_reply_dead(void)
{
    struct test_thread callers[CALLERS];
    struct syscall s;
    uint64_t tokens[CALLERS];
    if (!endpoint_make())
        return no_memory;
    for (uint64_t i = 0; i < CALLERS; i++) {
        if (!start(caller_run, i, &callers[i]) || raw_recv(endpoint, 0, 0, &s) != ERR_OK)
            return no_memory;
        tokens[i] = raw_keep();
    }
    if (test_thread_end(&callers[1]) != ERR_OK)
        return "a thread of its own could not be ended";
    if (raw_reply(tokens[1], ERR_OK, 7) != ERR_BAD_CAPABILITY)
        return "a dead caller was answered";
    if (raw_reply(tokens[0], ERR_OK, 5) != ERR_OK || raw_reply(tokens[2], ERR_OK, 6) != ERR_OK)
        return "the other callers could not be answered";
    turns();
    return answers[0] == 5 && answers[2] == 6 ? NULL : "another caller got a wrong answer";
}

// A thread on one page of memory, which can be made again on that very page.
static bool reborn_start(cap_t piece, uint32_t slot, struct test_thread *t)
{
    return untyped_retype_thread(piece, slot, &t->thread) == ERR_OK &&
           thread_start(t->thread, CAP_SELF, (uint64_t)(uintptr_t)calls_run,
                        TEST_PAGES_BASE + PAGE_SIZE - 8, 0, PRIORITY, 0) == ERR_OK;
}

// A caller dies while its reply is kept, and a thread is made on the very page that was its own:
// the answer to the dead one must not reach it.
const char *attack_reply_reborn(void)
{
    struct test_thread caller;
    struct syscall s;
    cap_t piece = 0, stack = 0;
    uint64_t old = 0;
    const uint32_t slot = test_slot();
    if (!endpoint_make() || test_pages(TEST_PAGES_BASE, 1, &stack) != ERR_OK ||
        untyped_retype_untyped(start_page()->untyped, test_slot(), 1, RIGHT_ALL, &piece) != ERR_OK)
        return no_memory;
    for (int life = 0; life < CALLERS; life++) {
        if (!reborn_start(piece, slot, &caller) || raw_recv(endpoint, 0, 0, &s) != ERR_OK)
            return no_memory;
        uint64_t kept = raw_keep();
        if (kept == 0 || (old != 0 && raw_reply(old, ERR_OK, 8) != ERR_BAD_CAPABILITY))
            return "a dead caller's answer reached who lives on its page";
        old = kept;
        if (thread_stop(caller.thread) != ERR_OK || cell_delete(CAP_SELF, caller.thread) != ERR_OK)
            return "a thread of its own could not be ended";
    }
    return answers[1] == 0 ? NULL : "somebody got an answer";
}

// Nobody waits for an answer to a one-way message.
const char *attack_reply_oneway(void)
{
    struct test_thread sender;
    struct syscall s;
    if (!endpoint_make() || !start(send_run, endpoint, &sender))
        return no_memory;
    if (raw_recv(endpoint, 0, 0, &s) != ERR_OK || !(s.word & RESULT_SEND))
        return "no message came";
    if (raw_keep() != 0)
        return "a reply that nobody waits for was kept";
    return raw_reply_recv(endpoint, 1, ERR_OK, 0, &s) == ERR_TIMED_OUT
               ? NULL
               : "a reply that nobody waits for was given";
}

// --- revoke during use

// A thread waits for messages through a capability that is revoked meanwhile: it must get none.
const char *attack_revoke_receiver(void)
{
    struct test_thread server, sender;
    if (!endpoint_make() || !derive(RIGHT_READ) || !start(derived_recv_run, 0, &server))
        return no_memory;
    await(&held);
    turns();
    if (cell_revoke(CAP_SELF, endpoint) != ERR_OK)
        return "revoke failed";
    if (!start(caller_run, 0, &sender))
        return no_memory;
    turns();
    return done && result == ERR_BAD_CAPABILITY ? NULL : "a message through a revoked capability";
}

// A call waits in the queue while its capability is revoked: it must not arrive.
const char *attack_revoke_queued(void)
{
    struct test_thread caller;
    struct syscall s;
    if (!endpoint_make() || !derive(RIGHT_WRITE) || !start(derived_call_run, 0, &caller))
        return no_memory;
    await(&held);
    turns();
    if (cell_revoke(CAP_SELF, endpoint) != ERR_OK)
        return "revoke failed";
    if (raw_recv(endpoint, 1, 0, &s) != ERR_TIMED_OUT)
        return "a call through a revoked capability";
    await(&done);
    return result == ERR_BAD_CAPABILITY ? NULL : "the caller was told something else";
}

static void pass_run(uint64_t what)
{
    struct syscall s = {.word = raw_word(SYS_CALL, 1) | CALL_CAP, .target = endpoint, .cap = what};
    syscall_enter(&s);
    result = syscall_error(&s);
    test_thread_rest();
}

// What went on with a message, and was derived there once more, dies with what it came from.
const char *attack_revoke_passed(void)
{
    struct test_thread caller;
    struct syscall s;
    cap_t signal = 0, more = 0;
    if (!endpoint_make() ||
        untyped_retype_signal(start_page()->untyped, test_slot(), &signal) != ERR_OK ||
        !start(pass_run, signal, &caller))
        return no_memory;
    if (raw_recv(endpoint, 0, test_slot(), &s) != ERR_OK || !(s.word & RESULT_CAP) ||
        cell_derive(CAP_SELF, s.cap, test_slot(), RIGHT_ALL, ~0ull, 0, 0, &more) != ERR_OK ||
        sys_signal(s.cap, 1) != ERR_OK || sys_signal(more, 1) != ERR_OK)
        return "no capability came to try with";
    if (cell_revoke(CAP_SELF, signal) != ERR_OK)
        return "revoke failed";
    if (sys_signal(s.cap, 1) == ERR_OK || sys_signal(more, 1) == ERR_OK)
        return "a revoked capability that somebody else had received";
    return cell_revoke(CAP_SELF, signal) == ERR_OK && sys_signal(more, 1) == ERR_BAD_CAPABILITY &&
                   sys_signal(signal, 1) == ERR_OK
               ? NULL
               : "a second revoke changed something";
}

// --- leases and death

static uint64_t window;

static bool lend_prepare(cap_t *frame)
{
    if (!endpoint_make() || test_pages(TEST_PAGES_BASE, 2, frame) != ERR_OK)
        return false;
    *attack_at(TEST_PAGES_BASE) = PATTERN;
    return true;
}

static void lend_run(uint64_t unused)
{
    (void)unused;
    answers[0] = raw_lend(endpoint, 1, LEASE_LEND_MUT, TEST_PAGES_BASE, 1);
    answers[1] = 1;
    test_thread_rest();
}

// Take a lease and hold it; look once more when told, and answer without the endpoint.
static void hold_run(uint64_t unused)
{
    struct syscall s;
    (void)unused;
    result = raw_recv(endpoint, 0, 0, &s);
    window = s.lease & ~(uint64_t)(PAGE_SIZE - 1);
    held = true;
    await(&let_go);
    result = *attack_at(window);
    token = raw_keep();
    if (raw_reply(token, ERR_OK, 1) != ERR_OK)
        result = NOTHING;
    done = true;
    test_thread_rest();
}

static bool lend(struct test_thread *server, struct test_thread *client)
{
    if (!start(hold_run, 0, server) || !start(lend_run, 0, client))
        return false;
    await(&held);
    return true;
}

// The server dies with somebody's page: the page goes back, and the caller learns of it.
const char *attack_stop_server(void)
{
    struct test_thread server, client;
    cap_t frame = 0;
    if (!lend_prepare(&frame) || !lend(&server, &client))
        return no_memory;
    if (frame_unmap(frame) != ERR_BUSY)
        return "a lent page was unmapped";
    if (test_thread_end(&server) != ERR_OK)
        return "a thread of its own could not be ended";
    turns();
    if (answers[1] != 1 || answers[0] != ERR_PEER_DEAD)
        return "the caller does not know that its server died";
    if (*attack_at(TEST_PAGES_BASE) != PATTERN || frame_unmap(frame) != ERR_OK)
        return "the page did not come back whole";
    *attack_at(window) = 0;
    return "the dead server's window still has the page";
}

// The endpoint goes while its server works on a lease: the server keeps the page until it answers.
const char *attack_end_endpoint(void)
{
    struct test_thread server, client;
    cap_t frame = 0, old = 0;
    if (!lend_prepare(&frame))
        return no_memory;
    old = endpoint;
    if (!lend(&server, &client))
        return no_memory;
    if (cell_revoke(CAP_SELF, old) != ERR_OK || cell_delete(CAP_SELF, old) != ERR_OK)
        return "an endpoint of its own could not be ended";
    if (frame_unmap(frame) != ERR_BUSY)
        return "a page was taken from a working server";
    let_go = true;
    await(&done);
    turns();
    if (result != PATTERN || answers[1] != 1 || answers[0] != ERR_OK)
        return "the server could not finish";
    return *attack_at(TEST_PAGES_BASE) == PATTERN ? NULL : "the page did not come back whole";
}

// A page in two places at once: by a derived capability, from another place, while it is lent.
const char *attack_map_twice(void)
{
    const uint64_t other = TEST_PAGES_BASE + 4 * PAGE_SIZE;
    struct test_thread server, client;
    cap_t frame = 0, copy = 0, moved = 0;
    if (!lend_prepare(&frame) || cell_reserve(CAP_SELF, other, 4) != ERR_OK ||
        cell_derive(CAP_SELF, frame, test_slot(), RIGHT_ALL, ~0ull, 0, 0, &copy) != ERR_OK)
        return no_memory;
    if (frame_map(frame, CAP_SELF, other, ACCESS_READ) == ERR_OK ||
        frame_map(copy, CAP_SELF, other, ACCESS_READ) == ERR_OK)
        return "a page was mapped twice";
    if (!lend(&server, &client))
        return no_memory;
    if (frame_map(copy, CAP_SELF, other, ACCESS_READ) == ERR_OK ||
        cell_move(CAP_SELF, frame, test_slot(), &moved) != ERR_OK ||
        frame_map(moved, CAP_SELF, other, ACCESS_READ) == ERR_OK ||
        frame_map(moved, CAP_SELF, TEST_PAGES_BASE, ACCESS_READ) == ERR_OK)
        return "a lent page was mapped again";
    if (frame_unmap(copy) != ERR_BUSY || frame_unmap(moved) != ERR_BUSY)
        return "a lent page was unmapped";
    let_go = true;
    await(&done);
    return result == PATTERN ? NULL : "the server's page changed under it";
}
