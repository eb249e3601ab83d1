// SPDX-License-Identifier: GPL-3.0-or-later
// Capabilities: forged, guessed, replayed, widened, passed on, expired.
#include "attack.h"
#include "gen/cell.h"
#include "gen/steward.h"
#include "gen/thread.h"
#include "gen/untyped.h"
#include "os/ipc.h"
#include "tests/cells/raw.h"
#include "tests/cells/thread.h"

// BRIEF, the life of a capability that expires, is long enough for its owner to have its turn
// before, among 30 others.
enum { MSEC = 1000000, BRIEF = 1500 * MSEC, SLOTS = 512, NO_METHOD = 0 };

static const char no_memory[] = "no memory to try with";

// Whether the kernel finds anything behind a handle. No service has method 0, so a capability
// answers DENIED.
static bool handle_lives(cap_t handle)
{
    uint64_t w[MESSAGE_WORDS] = {0};
    return raw_call(handle, NO_METHOD, w) != ERR_BAD_CAPABILITY || sys_signal(handle, 1) == ERR_OK;
}

static bool handle_given(cap_t handle)
{
    const struct start_info *start = start_page();
    for (uint32_t s = 1; s < START_SERVICES; s++)
        if (start->services[s] == handle)
            return true;
    return handle == start->signal || handle == start->untyped || handle == CAP_SELF;
}

const char *attack_guess_handles(void)
{
    for (uint64_t generation = 0; generation < 8; generation++)
        for (uint64_t index = 0; index < 4 * SLOTS; index++) {
            cap_t handle = generation << 32 | index;
            if (!handle_given(handle) && handle_lives(handle))
                return "a capability that nobody gave";
        }
    for (int i = 0; i < 50000; i++) {
        cap_t handle = attack_random();
        if (i % 2)
            handle &= 0xf0000ffff;
        if (!handle_given(handle) && handle_lives(handle))
            return "a capability by chance";
    }
    return NULL;
}

// A slot is used again; what it was called before must not reach what is in it now.
const char *attack_replay_handle(void)
{
    uint32_t slot = test_slot();
    cap_t old = 0, now = 0;
    for (int round = 0; round < 100; round++) {
        if (untyped_retype_signal(start_page()->untyped, slot, &now) != ERR_OK ||
            sys_signal(now, 1) != ERR_OK)
            return no_memory;
        if (now == old || sys_signal(old, 1) == ERR_OK)
            return "a deleted capability by its old number";
        for (uint64_t bit = 1ull << 63; bit != 0; bit >>= 1)
            if (!handle_given(now ^ bit) && sys_signal(now ^ bit, 1) == ERR_OK)
                return "a capability by a number that is one bit off";
        old = now;
        if (cell_delete(CAP_SELF, now) != ERR_OK || sys_signal(old, 1) == ERR_OK)
            return "a deleted capability";
    }
    return NULL;
}

// One type of object where another is wanted.
const char *attack_confuse_types(void)
{
    const struct start_info *start = start_page();
    cap_t thread = 0, endpoint = 0, out = 0;
    uint64_t bits;
    if (untyped_retype_thread(start->untyped, test_slot(), &thread) != ERR_OK ||
        untyped_retype_endpoint(start->untyped, test_slot(), &endpoint) != ERR_OK)
        return no_memory;
    if (thread_start(thread, endpoint, own_code(), TEST_PAGES_BASE, 0, 1, 0) == ERR_OK)
        return "a thread in an endpoint";
    if (thread_bind(thread, endpoint) == ERR_OK)
        return "a thread bound to an endpoint";
    if (cell_supervise(CAP_SELF, endpoint) == ERR_OK)
        return "its own supervisor";
    if (cell_supervise(CAP_SELF, start->signal) == ERR_OK)
        return "a signal as supervisor";
    if (sys_signal(endpoint, 1) == ERR_OK || sys_wait(endpoint, 1, &bits) == ERR_OK)
        return "an endpoint as signal";
    if (sys_signal(start->untyped, 1) == ERR_OK || sys_signal(thread, 1) == ERR_OK)
        return "something else as signal";
    if (cell_derive(CAP_SELF, start->untyped, test_slot(), RIGHT_ALL, ~0ull, 0, 0, &out) == ERR_OK)
        return "the same memory twice";
    for (uint32_t method = 0; method <= METHOD_MAX; method++) {
        uint64_t w[MESSAGE_WORDS] = {0};
        if (raw_call(start->signal, method, w) == ERR_OK)
            return "a method of a signal";
    }
    return NULL;
}

// Whether an undeclared method of the steward gets through `to`. Without a lease it would be
// refused there, in other words; the word is a deadline that has passed.
static bool wider(cap_t to)
{
    for (uint32_t method = 0; method <= METHOD_MAX; method++) {
        uint64_t w[MESSAGE_WORDS] = {1};
        if (method != STEWARD_METHOD_USAGE && raw_call(to, method, w) != ERR_DENIED)
            return true;
    }
    return false;
}

const char *attack_widen_rights(void)
{
    cap_t steward = start_page()->services[STEWARD_SERVICE], copy = 0, again = 0;
    struct syscall s;
    if (wider(steward))
        return "a method that was not given";
    if (cell_derive(CAP_SELF, steward, test_slot(), RIGHT_ALL, ~0ull, 0, 0, &copy) != ERR_OK ||
        cell_derive(CAP_SELF, copy, test_slot(), RIGHT_ALL, ~0ull, 0, 0, &again) != ERR_OK)
        return "a copy could not be made to try with";
    if (wider(copy) || wider(again))
        return "more methods than were given";
    if (raw_recv(copy, 1, 0, &s) != ERR_DENIED || raw_recv(again, 1, 0, &s) != ERR_DENIED)
        return "the right to receive";
    if (cell_revoke(CAP_SELF, steward) != ERR_DENIED)
        return "the right to revoke";
    return NULL;
}

// The identity that servers see is the steward's to give.
const char *attack_borrow_identity(void)
{
    uint32_t slot = test_slot();
    cap_t out = 0;
    for (uint32_t service = 1; service < START_SERVICES; service++) {
        cap_t to = start_page()->services[service];
        for (uint64_t identity = 1; to != 0 && identity < 48; identity++)
            if (identity != start_page()->cell &&
                cell_derive(CAP_SELF, to, slot, RIGHT_ALL, ~0ull, 0, identity, &out) !=
                    ERR_BAD_ARGUMENT)
                return "somebody else's identity";
    }
    return NULL;
}

static volatile uint64_t thread_result;
static volatile bool thread_done;

static void pass_run(uint64_t endpoint)
{
    const struct start_info *start = start_page();
    thread_result = 0;
    for (uint32_t service = 1; service < START_SERVICES; service++) {
        struct syscall s = {.word = raw_word(SYS_CALL, 1) | CALL_CAP,
                            .target = endpoint,
                            .cap = start->services[service]};
        if (start->services[service] == 0)
            continue;
        syscall_enter(&s);
        thread_result += syscall_error(&s) != ERR_DENIED;
    }
    thread_done = true;
    test_thread_rest();
}

// An app's capabilities cannot be given away: not with a message, not into another table.
const char *attack_pass_on(void)
{
    struct test_thread t;
    struct syscall s;
    uint32_t slot = test_slot();
    cap_t endpoint = 0;
    if (untyped_retype_endpoint(start_page()->untyped, test_slot(), &endpoint) != ERR_OK ||
        test_thread_start(&t, pass_run, endpoint, 90) != ERR_OK)
        return no_memory;
    while (!thread_done)
        if (raw_recv(endpoint, sys_now() + MSEC, slot, &s) != ERR_TIMED_OUT)
            return "its permission went to somebody else";
    return thread_result == 0 ? NULL : "it was not refused";
}

// Answers everybody.
static void answer_run(uint64_t endpoint)
{
    struct syscall s;
    err_t err = raw_recv(endpoint, 0, 0, &s);
    while (err == ERR_OK)
        err = (s.word & RESULT_SEND) != 0 ? raw_recv(endpoint, 0, 0, &s)
                                          : raw_reply_recv(endpoint, 0, ERR_OK, 0, &s);
    test_thread_rest();
}

const char *attack_use_expired(void)
{
    const cap_t self = CAP_SELF;
    struct test_thread t;
    cap_t endpoint = 0, brief = 0, longer = 0;
    uint64_t w[MESSAGE_WORDS] = {0}, bits;
    nsec_t end = sys_now() + BRIEF, later = end + 10 * (nsec_t)BRIEF;
    if (untyped_retype_endpoint(start_page()->untyped, test_slot(), &endpoint) != ERR_OK ||
        test_thread_start(&t, answer_run, endpoint, 90) != ERR_OK ||
        cell_derive(self, endpoint, test_slot(), RIGHT_ALL, ~0ull, end, 0, &brief) != ERR_OK ||
        cell_derive(self, brief, test_slot(), RIGHT_ALL, ~0ull, later, 0, &longer) != ERR_OK)
        return no_memory;
    if (sys_wait(start_page()->signal, end + MSEC, &bits) != ERR_TIMED_OUT)
        return "the clock stands still";
    struct syscall s = {.word = raw_word(SYS_SEND, 1), .target = longer};
    syscall_enter(&s);
    if (syscall_error(&s) != ERR_EXPIRED)
        return "an expired capability that was derived with a later end";
    if (raw_call(brief, 1, w) != ERR_EXPIRED || raw_recv(brief, 1, 0, &s) != ERR_EXPIRED)
        return "an expired capability";
    if (cell_derive(self, brief, test_slot(), RIGHT_ALL, ~0ull, 0, 0, &longer) == ERR_OK &&
        raw_call(longer, 1, w) != ERR_EXPIRED)
        return "an expired capability, derived again";
    return NULL;
}

static void queue_run(uint64_t brief)
{
    uint64_t w[MESSAGE_WORDS] = {0};
    thread_result = raw_call(brief, 1, w);
    thread_done = true;
    test_thread_rest();
}

// A call that waits in the queue while its capability expires must not arrive.
const char *attack_expire_in_queue(void)
{
    struct test_thread t;
    struct syscall s;
    cap_t endpoint = 0, brief = 0;
    uint64_t bits;
    nsec_t end = sys_now() + BRIEF;
    if (untyped_retype_endpoint(start_page()->untyped, test_slot(), &endpoint) != ERR_OK ||
        cell_derive(CAP_SELF, endpoint, test_slot(), RIGHT_ALL, ~0ull, end, 0, &brief) != ERR_OK ||
        test_thread_start(&t, queue_run, brief, 90) != ERR_OK)
        return no_memory;
    if (sys_wait(start_page()->signal, end + MSEC, &bits) != ERR_TIMED_OUT)
        return "the clock stands still";
    if (raw_recv(endpoint, sys_now() + 20 * MSEC, 0, &s) != ERR_TIMED_OUT)
        return "a message through a capability that had expired";
    while (!thread_done)
        raw_yield();
    return thread_result == ERR_EXPIRED ? NULL : "the caller was told something else";
}

static void receive_run(uint64_t brief)
{
    struct syscall s;
    thread_result = raw_recv(brief, 0, 0, &s);
    thread_done = true;
    test_thread_rest();
}

static void wait_run(uint64_t brief)
{
    uint64_t bits;
    thread_result = sys_wait(brief, 0, &bits);
    thread_done = true;
    test_thread_rest();
}

// Start a thread that waits through a capability, and let that expire.
static bool wait_past(cap_t of, void (*run)(uint64_t brief))
{
    enum { WAITING = 2 }; // thread.info
    const nsec_t end = sys_now() + BRIEF;
    struct test_thread t;
    cap_t brief = 0;
    uint32_t state = 0;
    uint64_t ran, bits;
    thread_done = false;
    if (cell_derive(CAP_SELF, of, test_slot(), RIGHT_READ, ~0ull, end, 0, &brief) != ERR_OK ||
        test_thread_start(&t, run, brief, 90) != ERR_OK)
        return false;
    while (state != WAITING && thread_info(t.thread, &state, &ran) == ERR_OK)
        raw_yield();
    return sys_wait(start_page()->signal, end + MSEC, &bits) == ERR_TIMED_OUT;
}

// Somebody who waits through a capability that expires meanwhile must get nothing any more.
const char *attack_receive_expired(void)
{
    struct test_thread sender;
    cap_t endpoint = 0, signal = 0;
    if (untyped_retype_endpoint(start_page()->untyped, test_slot(), &endpoint) != ERR_OK ||
        untyped_retype_signal(start_page()->untyped, test_slot(), &signal) != ERR_OK ||
        !wait_past(endpoint, receive_run) ||
        test_thread_start(&sender, queue_run, endpoint, 90) != ERR_OK)
        return no_memory;
    for (int i = 0; i < 100 && !thread_done; i++)
        raw_yield();
    if (thread_done && thread_result == ERR_OK)
        return "a message through a capability to receive that had expired";
    if (!wait_past(signal, wait_run) || sys_signal(signal, 1) != ERR_OK)
        return no_memory;
    for (int i = 0; i < 100 && !thread_done; i++)
        raw_yield();
    return thread_done && thread_result == ERR_OK
               ? "bits through a capability to wait that had expired"
               : NULL;
}

const char *attack_raise_priority(void)
{
    uint32_t slot = test_slot();
    for (uint32_t priority = 91; priority < 256; priority++) {
        cap_t thread = 0;
        if (untyped_retype_thread(start_page()->untyped, slot, &thread) != ERR_OK)
            return no_memory;
        if (thread_start(thread, CAP_SELF, own_code(), TEST_PAGES_BASE, 0, priority, 0) !=
            ERR_DENIED)
            return "a thread above its own priority";
        if (cell_delete(CAP_SELF, thread) != ERR_OK)
            return "its own thread could not be deleted";
    }
    return NULL;
}

// Others' calls: an endpoint that one may call is not one to listen at.
const char *attack_receive_others(void)
{
    for (uint32_t service = 1; service < START_SERVICES; service++) {
        cap_t to = start_page()->services[service];
        struct syscall s;
        uint64_t bits;
        if (to == 0)
            continue;
        if (raw_recv(to, 1, test_slot(), &s) != ERR_DENIED)
            return "a call meant for a service";
        if (raw_reply_recv(to, 1, ERR_OK, 0, &s) != ERR_DENIED)
            return "a call meant for a service, by reply_recv";
        if (sys_signal(to, ~0ull) == ERR_OK || sys_wait(to, 1, &bits) == ERR_OK)
            return "a service's endpoint as signal";
    }
    return NULL;
}

// Somebody always waits for a kept answer (the prompt for a question, the drivers' callers for
// input). A token is a page's number and a count.
const char *attack_forge_replies(void)
{
    enum { PAGES = 8192, COUNTS = 64 }; // threads are in the lower 32 MiB, and young
    struct syscall s;
    for (uint64_t page = 0; page < PAGES; page++)
        for (uint64_t count = 0; count < COUNTS; count++)
            if (raw_reply(page << 32 | count, ERR_OK, 1) != ERR_BAD_CAPABILITY)
                return "an answer to somebody else's caller";
    for (int i = 0; i < 50000; i++)
        if (raw_reply(attack_random(), ERR_OK, 1) != ERR_BAD_CAPABILITY)
            return "an answer by chance";
    if (raw_keep() != 0)
        return "a reply without a call";
    return raw_recv(start_page()->signal, 1, 0, &s) == ERR_BAD_CAPABILITY ? NULL
                                                                          : "a signal as endpoint";
}

// Method 63 is how the kernel tells the steward of faults.
const char *attack_fake_fault(void)
{
    for (uint32_t service = 1; service < START_SERVICES; service++) {
        cap_t to = start_page()->services[service];
        uint64_t w[MESSAGE_WORDS] = {FAULT_EXIT};
        struct syscall s = {
            .word = raw_word(SYS_SEND, FAULT_METHOD), .target = to, .w = {FAULT_EXIT}};
        if (to == 0)
            continue;
        syscall_enter(&s);
        if (raw_call(to, FAULT_METHOD, w) != ERR_DENIED || syscall_error(&s) != ERR_DENIED)
            return "a fault report that the kernel did not write";
    }
    return NULL;
}

// After a revoke nothing that was derived works, however far down and wherever it was moved.
const char *attack_revoked(void)
{
    enum { DEPTH = 20 };
    cap_t first = 0, chain[DEPTH], moved = 0;
    if (untyped_retype_signal(start_page()->untyped, test_slot(), &first) != ERR_OK)
        return no_memory;
    for (int i = 0; i < DEPTH; i++)
        if (cell_derive(CAP_SELF, i ? chain[i - 1] : first, test_slot(), RIGHT_ALL, ~0ull, 0, 0,
                        &chain[i]) != ERR_OK)
            return no_memory;
    if (cell_move(CAP_SELF, chain[DEPTH / 2], test_slot(), &moved) != ERR_OK ||
        sys_signal(moved, 1) != ERR_OK)
        return "a derived capability does not work to begin with";
    if (cell_revoke(CAP_SELF, first) != ERR_OK)
        return "revoke failed";
    for (int i = 0; i < DEPTH; i++)
        if (sys_signal(chain[i], 1) == ERR_OK)
            return "a revoked capability";
    return sys_signal(moved, 1) == ERR_OK ? "a revoked capability that was moved" : NULL;
}
