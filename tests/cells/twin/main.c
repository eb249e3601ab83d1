// SPDX-License-Identifier: GPL-3.0-or-later
// The same call twice, once through each of the kernel's two paths, must give the same to both
// sides. A capability that expires is never the common case (kernel/arch/x86_64/fast.S), so a copy
// that expires in a century takes the C path.
#include "gen/cell.h"
#include "gen/untyped.h"
#include "os/ipc.h"
#include "os/panic.h"
#include "tests/cells/probe.h"
#include "tests/cells/raw.h"
#include "tests/cells/thread.h"
#include <string.h>

enum { ROUNDS = 400, STATES = 100, PATHS = 2, SLOT_CLIENT = 200, SLOT_SERVER = 210 };
#define CENTURY 3153600000000000000u // ns

static uint64_t seed;
static cap_t server_caps[PATHS];
static volatile unsigned server_path;
static struct syscall seen;   // what the server got
static struct syscall answer; // what it answers: words and error
static err_t answer_error;

static uint64_t roll(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

static void serve_for_ever(uint64_t unused)
{
    struct syscall s;

    (void)unused;
    err_t err = raw_recv(server_caps[server_path], 0, 0, &s);
    for (;;) {
        ASSERT(err == ERR_OK, "receiving went wrong");
        seen = s;
        memcpy(s.w, answer.w, sizeof s.w);
        err = raw_reply_recv(server_caps[server_path], 0, answer_error, 0, &s);
    }
}

// One call through client path `client`; the server waits for the next message through path
// `server`.
static struct syscall call(const struct syscall *state, const cap_t *caps, unsigned client,
                           unsigned server)
{
    struct syscall s = *state;

    server_path = server;
    s.target = caps[client];
    memset(&seen, 0, sizeof seen);
    syscall_enter(&s);
    if (s.target == caps[client]) // refused: the register still holds what was called
        s.target = 0;
    return s;
}

// True if both sides saw the same in all four combinations.
static bool same(const struct syscall *state, const cap_t *caps)
{
    struct syscall first = {0}, first_seen = {0};

    for (unsigned i = 0; i < PATHS * PATHS; i++) {
        // The receive before this call went the way that the last one chose; two calls settle it.
        (void)call(state, caps, i / PATHS, i % PATHS);
        struct syscall got = call(state, caps, i / PATHS, i % PATHS);
        if (i == 0) {
            first = got;
            first_seen = seen;
        } else if (memcmp(&got, &first, sizeof got) != 0 ||
                   memcmp(&seen, &first_seen, sizeof seen) != 0) {
            return false;
        }
    }
    return true;
}

static bool round_good(cap_t endpoint)
{
    uint64_t methods = roll() | roll(), identity = 1 + roll() % 1000;
    cap_t caps[PATHS];

    for (unsigned p = 0; p < PATHS; p++)
        if (cell_derive(CAP_SELF, endpoint, SLOT_CLIENT + p, RIGHT_WRITE, methods, p ? CENTURY : 0,
                        identity, &caps[p]) != ERR_OK)
            return false;
    bool good = true;
    for (int i = 0; i < STATES && good; i++) {
        struct syscall state = {
            .word = roll() % 64, .slot = roll() % 4 ? 0 : roll() % 256, .deadline = roll()};
        for (int k = 0; k < MESSAGE_WORDS; k++) {
            state.w[k] = roll();
            answer.w[k] = roll();
        }
        state.lease = roll();
        state.cap = roll();
        answer_error = roll() & 0xff;
        good = same(&state, caps);
    }
    for (unsigned p = 0; p < PATHS; p++)
        good &= cell_delete(CAP_SELF, caps[p]) == ERR_OK;
    return good;
}

int main(void)
{
    struct leaks before;
    struct test_thread server;
    cap_t endpoint;
    bool good = true;

    __asm__ volatile("rdtsc\n\tshl $32, %%rdx\n\tor %%rdx, %%rax" : "=a"(seed) : : "rdx");
    seed |= 1;
    probe_number("seed", seed);
    ASSERT(untyped_retype_endpoint(start_page()->untyped, test_slot(), &endpoint) == ERR_OK,
           "an endpoint");
    for (unsigned p = 0; p < PATHS; p++)
        ASSERT(cell_derive(CAP_SELF, endpoint, SLOT_SERVER + p, RIGHT_READ, ~0ull, p ? CENTURY : 0,
                           0, &server_caps[p]) == ERR_OK,
               "a server's capability");
    ASSERT(test_thread_start(&server, serve_for_ever, 0, 100) == ERR_OK, "a server");
    before = leaks_now();
    for (int i = 0; i < ROUNDS && good; i++)
        good = round_good(endpoint);
    probe(good, "40,000 random calls are the same on both paths");
    leaks_probe(&before);
    return probe_end();
}
