// SPDX-License-Identifier: GPL-3.0-or-later
#include "abi/layout.h"
#include "abi/start.h"
#include "fuzzer.h"
#include "gen/cell.h"
#include "gen/frame.h"
#include "gen/log.h"
#include "gen/thread.h"
#include "gen/untyped.h"
#include "os/ipc.h"
#include <string.h>

enum kind { UNTYPED, FRAME, THREAD, ENDPOINT, SIGNAL, OTHER, KINDS };
enum { KNOWN = 64, TOKENS = 16, SLOT_COUNT = 512, MSEC = 1000000 };

static struct {
    cap_t known[KINDS][KNOWN]; // the newest of each kind
    uint32_t count[KINDS];
    uint64_t tokens[TOKENS];
    uint32_t token_count;
    cap_t memory;
    uint64_t entry, argument, argument_size;
} game;

uint64_t dice_roll(struct dice *d)
{
    // xorshift64* (Vigna 2016).
    d->state ^= d->state >> 12;
    d->state ^= d->state << 25;
    d->state ^= d->state >> 27;
    return d->state * 0x2545f4914f6cdd1d;
}

static uint64_t below(struct dice *d, uint64_t n)
{
    return dice_roll(d) % n;
}

static bool one_in(struct dice *d, uint64_t n)
{
    return below(d, n) == 0;
}

static void know(enum kind kind, cap_t handle)
{
    game.known[kind][game.count[kind]++ % KNOWN] = handle;
}

void call_begin(cap_t memory, uint64_t entry, uint64_t first_argument, uint64_t argument_size)
{
    const struct start_info *start = start_page();
    memset(&game, 0, sizeof game);
    game.memory = memory;
    game.entry = entry;
    game.argument = first_argument;
    game.argument_size = argument_size;
    if (memory != 0)
        know(UNTYPED, memory);
    // Only the log is kept for what this program has to say.
    for (uint32_t i = 1; i < START_SERVICES; i++)
        if (start->services[i] != 0 && i != LOG_SERVICE)
            know(OTHER, start->services[i]);
    know(SIGNAL, start->signal);
}

void call_end(void)
{
    memset(&game, 0, sizeof game);
}

static cap_t known(struct dice *d, enum kind kind)
{
    uint32_t n = game.count[kind] < KNOWN ? game.count[kind] : KNOWN;
    return n == 0 ? 0 : game.known[kind][below(d, n)];
}

// A handle, most often of that kind; sometimes near one, sometimes nonsense.
static cap_t handle(struct dice *d, enum kind kind)
{
    cap_t near = known(d, one_in(d, 8) ? (enum kind)below(d, KINDS) : kind);
    switch (below(d, 16)) {
    case 0:
        return near ^ 1ull << below(d, 64);
    case 1:
        return (1 + below(d, 4)) << 32 | (GAME_FIRST + below(d, GAME_LAST - GAME_FIRST + 1));
    case 2:
        return dice_roll(d);
    default:
        return near;
    }
}

static uint64_t slot(struct dice *d)
{
    static const uint64_t edges[] = {0, SLOT_COUNT, SLOT_COUNT + 200, ~0ull, 1ull << 32};
    return one_in(d, 16) ? edges[below(d, 5)] : GAME_FIRST + below(d, GAME_LAST - GAME_FIRST + 1);
}

static uint64_t address(struct dice *d)
{
    static const uint64_t edges[] = {0,
                                     PAGE_SIZE,
                                     CELL_TOP,
                                     CELL_TOP - PAGE_SIZE,
                                     0x0000800000000000,
                                     0xffff800000000000,
                                     0xffffffff80000000,
                                     ~0ull - PAGE_SIZE + 1,
                                     GAME_BASE - PAGE_SIZE,
                                     GAME_BASE + 1,
                                     ~0ull,
                                     CELL_START_BASE};
    if (one_in(d, 8))
        return edges[below(d, sizeof edges / sizeof edges[0])];
    return GAME_BASE + below(d, 2 * GAME_PAGES) * PAGE_SIZE;
}

static uint64_t pages(struct dice *d)
{
    static const uint64_t edges[] = {0, 255, 256, 257, 1024, 1025, 1ull << 52, ~0ull};
    return one_in(d, 8) ? edges[below(d, 8)] : 1 + below(d, 4);
}

static uint64_t number(struct dice *d)
{
    return one_in(d, 2) ? below(d, 64) : one_in(d, 2) ? ~0ull : dice_roll(d);
}

static nsec_t deadline(struct dice *d)
{
    return one_in(d, 16)  ? 0
           : one_in(d, 2) ? 1
           : one_in(d, 8) ? ~0ull - below(d, 4)
                          : sys_now() + below(d, MSEC / 4);
}

static void words(struct syscall *s, uint64_t a, uint64_t b, uint64_t c, uint64_t e, uint64_t f)
{
    s->w[0] = a;
    s->w[1] = b;
    s->w[2] = c;
    s->w[3] = e;
    s->w[4] = f;
}

static void untyped_call(struct dice *d, struct syscall *s)
{
    s->target = handle(d, UNTYPED);
    s->word = 1 + below(d, 8);
    words(s, slot(d), pages(d), number(d), 0, 0);
}

static void cell_call(struct dice *d, struct syscall *s)
{
    const enum kind kind = (enum kind)below(d, KINDS);
    s->word = 1 + below(d, 7);
    words(s, handle(d, kind), slot(d), number(d), number(d),
          one_in(d, 4) ? sys_now() + below(d, MSEC) : 0);
    s->w[5] = one_in(d, 4) ? below(d, 40) : 0;
    if (s->word == CELL_METHOD_RESERVE)
        words(s, address(d), pages(d), 0, 0, 0);
}

static void thread_call(struct dice *d, struct syscall *s)
{
    s->target = handle(d, THREAD);
    s->word = 1 + below(d, 8);
    if (s->word == THREAD_METHOD_START) {
        bool good = !one_in(d, 8);
        words(s, one_in(d, 8) ? handle(d, OTHER) : 0,
              good ? game.entry : CELL_TOP + below(d, 1 << 20),
              one_in(d, 8) ? number(d) : CELL_PLACES,
              game.argument + below(d, CHILDREN) * game.argument_size,
              one_in(d, 8) ? number(d) : below(d, 91));
        s->w[5] = one_in(d, 8) ? number(d) : below(d, 4);
    } else if (s->word == THREAD_METHOD_WINDOW || s->word == THREAD_METHOD_INBOX) {
        words(s, address(d), pages(d), 0, 0, 0);
    } else {
        words(s, handle(d, SIGNAL), 0, 0, 0, 0);
    }
}

static void frame_call(struct dice *d, struct syscall *s)
{
    s->target = handle(d, FRAME);
    s->word = 1 + below(d, 3);
    words(s, one_in(d, 8) ? handle(d, OTHER) : 0, address(d),
          one_in(d, 4) ? number(d) : ACCESS_READ | ACCESS_WRITE, 0, 0);
}

// A message to a service or to an endpoint of the game.
static void message(struct dice *d, struct syscall *s)
{
    s->target = handle(d, one_in(d, 3) ? ENDPOINT : OTHER);
    s->word = one_in(d, 2) ? 1 + below(d, 8) : below(d, 64);
    words(s, number(d), number(d), number(d), number(d), number(d));
    if (one_in(d, 2)) {
        s->word |= below(d, 4) << CALL_LEASE_SHIFT;
        s->lease = address(d) | (pages(d) & (PAGE_SIZE - 1));
    }
    if (one_in(d, 8)) {
        s->word |= CALL_CAP;
        s->cap = handle(d, (enum kind)below(d, KINDS));
    }
}

static void receive(struct dice *d, struct syscall *s)
{
    s->word = (uint64_t)(one_in(d, 2) ? SYS_RECV : SYS_REPLY_RECV) << CALL_OP_SHIFT |
              below(d, 21) << CALL_ERROR_SHIFT;
    s->target = handle(d, ENDPOINT);
    if (one_in(d, 8)) {
        s->word |= CALL_CAP;
        s->cap = handle(d, SIGNAL);
    }
    words(s, number(d), number(d), number(d), number(d), number(d));
}

static void other(struct dice *d, struct syscall *s)
{
    static const uint8_t ops[] = {SYS_SEND,  SYS_REPLY, SYS_KEEP, SYS_SIGNAL, SYS_SIGNAL, SYS_WAIT,
                                  SYS_YIELD, SYS_NULL,  SYS_NOW,  SYS_REAP,   SYS_MOVE};
    const uint64_t op = ops[below(d, sizeof ops)];
    s->word = op << CALL_OP_SHIFT;
    if (op == SYS_SEND)
        s->word |= below(d, 64);
    s->target = handle(d, op == SYS_SEND ? ENDPOINT : SIGNAL);
    if (op == SYS_REPLY) {
        s->target = game.tokens[below(d, TOKENS)];
        if (one_in(d, 4))
            s->target ^= 1ull << below(d, 64);
        s->word |= below(d, 21) << CALL_ERROR_SHIFT;
    }
    words(s, number(d), number(d), number(d), number(d), number(d));
}

// What the program stands on: its slots are not the game's.
static bool own(cap_t handle)
{
    return (uint32_t)handle < GAME_FIRST || (uint32_t)handle > GAME_LAST;
}

// Of its own, services, the signal and the game's memory are there to be used.
static cap_t usable(cap_t handle)
{
    const struct start_info *start = start_page();
    if (!own(handle) || handle == CAP_SELF || handle == start->signal || handle == game.memory)
        return handle;
    for (uint32_t i = 1; i < START_SERVICES; i++)
        if (start->services[i] == handle && i != LOG_SERVICE)
            return handle;
    return (handle & ~0xffffffffull) | GAME_FIRST;
}

// Nothing that the program stands on is taken away, and none of it gets into the game.
static void keep_own(struct syscall *s)
{
    const uint64_t op = s->word >> CALL_OP_SHIFT & 15, method = s->word & METHOD_MAX;
    s->cap = usable(s->cap);
    if (op != SYS_REPLY)
        s->target = usable(s->target);
    if (op != SYS_CALL || s->target != CAP_SELF)
        return;
    s->w[0] = method == CELL_METHOD_RESERVE ? s->w[0] : usable(s->w[0]);
    if ((method == CELL_METHOD_MOVE || method == CELL_METHOD_DELETE) && own(s->w[0]))
        s->w[0] = GAME_FIRST;
}

void call_make(struct dice *d, struct syscall *s)
{
    static void (*const makers[])(struct dice * d, struct syscall * s) = {
        untyped_call, untyped_call, cell_call, cell_call, cell_call, thread_call,
        frame_call,   message,      message,   receive,   other,     other};
    *s = (struct syscall){.slot = slot(d), .deadline = deadline(d)};
    makers[below(d, sizeof makers / sizeof makers[0])](d, s);
    if (one_in(d, 32)) // any bits that a call word may have, but no exit
        s->word |= dice_roll(d) & CALL_VALID & ~(15ull << CALL_OP_SHIFT);
    keep_own(s);
}

void call_note(const struct syscall *before, const struct syscall *after)
{
    static const enum kind made[] = {OTHER,    UNTYPED, FRAME, OTHER, THREAD,
                                     ENDPOINT, SIGNAL,  OTHER, OTHER};
    const uint64_t op = before->word >> CALL_OP_SHIFT & 15, method = before->word & METHOD_MAX;
    if (syscall_error(after) != ERR_OK)
        return;
    if (op == SYS_KEEP)
        game.tokens[game.token_count++ % TOKENS] = after->w[0];
    if (after->word & RESULT_CAP)
        know(OTHER, after->cap);
    if (op != SYS_CALL || after->w[0] >> 32 == 0 || own(after->w[0]))
        return;
    if (before->target == CAP_SELF)
        know(SIGNAL, after->w[0]); // of whatever kind
    else if (method < sizeof made / sizeof made[0])
        know(made[method], after->w[0]);
}
