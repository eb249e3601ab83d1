// SPDX-License-Identifier: GPL-3.0-or-later
// Each fills one kind of table, queue, window or slot as far as it can, says `full:` and how much
// that was, and holds it. What the others can still do is for the honest app beside to show.
#include "attack.h"
#include "bare.h"
#include "gen/cell.h"
#include "gen/entropy.h"
#include "gen/frame.h"
#include "gen/link.h"
#include "gen/log.h"
#include "gen/reader.h"
#include "gen/steward.h"
#include "gen/thread.h"
#include "gen/untyped.h"
#include "gen/vault.h"
#include "os/ipc.h"
#include "tests/cells/raw.h"
#include "tests/cells/thread.h"
#include <string.h>

enum {
    PRIORITY = 90,
    SLOTS = 512,
    MEMORY = 256,
    FIRST = 128,
    MANY = 120,
    PAIRS = 75,
    ROUNDS = 200
};

static const char no_memory[] = "no memory to try with";
static const nsec_t hour = 3600ull * 1000000000;
static struct bare calls[SLOTS];
static cap_t never, endpoint;

// Full: hold it for ever.
static const char *hold(uint64_t count)
{
    uint64_t bits;
    attack_say("full:", count);
    while (sys_wait(start_page()->signal, 0, &bits) == ERR_OK)
        ;
    return "it could not rest";
}

static bool prepare(void)
{
    return untyped_retype_signal(start_page()->untyped, test_slot(), &never) == ERR_OK &&
           untyped_retype_endpoint(start_page()->untyped, test_slot(), &endpoint) == ERR_OK;
}

// `count` threads that make the same call, once; all of them must exist.
static bool threads(struct bare call, uint32_t count)
{
    call.rest = never;
    for (uint32_t i = 0; i < count; i++)
        calls[i] = call;
    uint32_t made = bare_start(calls, count, FIRST, PRIORITY);
    raw_yield();
    return made == count;
}

const char *attack_fill_slots(void)
{
    cap_t copy = 0;
    uint64_t taken = 0;
    for (uint32_t slot = 0; slot < 4 * SLOTS; slot++)
        taken += cell_derive(CAP_SELF, start_page()->signal, slot, RIGHT_READ, ~0ull, 0, 0,
                             &copy) == ERR_OK;
    return taken < SLOTS ? hold(taken) : "more slots than its manifest gives";
}

const char *attack_fill_memory(void)
{
    uint64_t taken = 0, pages = 1024;
    cap_t piece = 0;
    for (uint32_t slot = FIRST; pages != 0 && slot < SLOTS;) {
        if (untyped_retype_untyped(start_page()->untyped, slot, pages, RIGHT_ALL, &piece) !=
            ERR_OK) {
            pages /= 2;
            continue;
        }
        taken += pages;
        slot++;
    }
    return taken <= MEMORY ? hold(taken) : "more memory than its manifest gives";
}

const char *attack_fill_tables(void)
{
    uint64_t taken = 0;
    for (uint64_t address = TEST_PAGES_BASE; address < CELL_TOP - PAGE_SIZE; address += 1ull << 32)
        taken += cell_reserve(CAP_SELF, address, 1) == ERR_OK;
    return hold(taken);
}

// As many threads as fit into its memory.
const char *attack_fill_threads(void)
{
    if (!prepare())
        return no_memory;
    for (uint32_t i = 0; i < SLOTS - FIRST; i++)
        calls[i] = (struct bare){.word = raw_word(SYS_WAIT, 0), .target = never, .rest = never};
    uint32_t made = bare_start(calls, SLOTS - FIRST, FIRST, PRIORITY);
    raw_yield();
    return made <= MEMORY ? hold(made) : "more threads than it has memory for";
}

const char *attack_fill_timers(void)
{
    if (!prepare() || !threads((struct bare){.word = raw_word(SYS_WAIT, 0),
                                             .target = never,
                                             .deadline = sys_now() + hour},
                               MANY))
        return no_memory;
    return hold(MANY);
}

// Every bit of a signal that nobody takes, and threads that wait for another one.
const char *attack_fill_signals(void)
{
    if (!prepare() || sys_signal(start_page()->signal, 1) != ERR_OK ||
        !threads((struct bare){.word = raw_word(SYS_WAIT, 0), .target = never}, MANY))
        return no_memory;
    return hold(MANY);
}

// Callers in the queue of an endpoint where nobody receives.
const char *attack_fill_senders(void)
{
    if (!prepare() ||
        !threads((struct bare){.word = raw_word(SYS_CALL, 1), .target = endpoint}, MANY))
        return no_memory;
    return hold(MANY);
}

// Callers whose replies are kept for ever.
const char *attack_fill_kept(void)
{
    struct syscall s;
    uint64_t kept = 0;
    if (!prepare() ||
        !threads((struct bare){.word = raw_word(SYS_CALL, 1), .target = endpoint}, MANY))
        return no_memory;
    for (uint32_t i = 0; i < MANY; i++)
        if (raw_recv(endpoint, sys_now() + 1000000000, 0, &s) == ERR_OK)
            kept += raw_keep() != 0;
    return hold(kept);
}

// Pages lent to threads that never answer, each in a window of its own.
const char *attack_fill_leases(void)
{
    cap_t frame = 0;
    uint64_t lent = 0;
    if (!prepare() || test_pages(TEST_PAGES_BASE, PAIRS, &frame) != ERR_OK ||
        cell_reserve(CAP_SELF, TEST_WINDOWS_BASE, PAIRS) != ERR_OK)
        return no_memory;
    for (uint32_t i = 0; i < PAIRS; i++) {
        struct bare *server = &calls[2 * i], *client = &calls[2 * i + 1];
        *server = (struct bare){.word = raw_word(SYS_RECV, 0), .target = endpoint, .rest = never};
        *client = (struct bare){.word = raw_word(SYS_CALL, 1) | LEASE_LEND_MUT << CALL_LEASE_SHIFT,
                                .target = endpoint,
                                .lease = (TEST_PAGES_BASE + i * PAGE_SIZE) | 1,
                                .rest = never};
        if (bare_start(server, 1, FIRST + 2 * i, PRIORITY) != 1 ||
            thread_window(bare_thread(FIRST + 2 * i), TEST_WINDOWS_BASE + i * PAGE_SIZE, 1) !=
                ERR_OK ||
            bare_start(client, 1, FIRST + 2 * i + 1, PRIORITY) != 1)
            return no_memory;
    }
    for (int i = 0; i < ROUNDS; i++)
        raw_yield();
    for (uint32_t i = 0; i < PAIRS; i++)
        lent += calls[2 * i].ends == 1 && calls[2 * i + 1].ends == 0;
    return hold(lent);
}

// --- services

const char *attack_fill_log(void)
{
    static uint8_t line[LOG_WRITE_TEXT_SIZE];
    uint64_t taken = 0;
    memset(line, 'x', sizeof line);
    for (int i = 0; i < ROUNDS; i++)
        taken += log_write(line, sizeof line) == ERR_OK;
    return hold(taken);
}

// Bytes for the other machine, and the one wait that the link keeps, for ever.
const char *attack_fill_link(void)
{
    static uint8_t data[LINK_WRITE_DATA_SIZE];
    uint64_t taken = 0;
    memset(data, 0x55, sizeof data);
    for (int i = 0; i < 64; i++)
        taken += link_write(data, sizeof data) == ERR_OK;
    calls[0] = (struct bare){.word = raw_word(SYS_CALL, LINK_METHOD_WAIT),
                             .target = start_page()->services[LINK_SERVICE]};
    if (bare_start(calls, 1, FIRST, PRIORITY) != 1)
        return no_memory;
    return hold(taken);
}

const char *attack_fill_entropy(void)
{
    uint8_t data[ENTROPY_RANDOM_DATA_SIZE];
    size_t length;
    uint64_t taken = 0;
    for (int i = 0; i < ROUNDS; i++)
        taken += entropy_random(data, sizeof data, &length) == ERR_OK;
    return hold(taken);
}

// Sessions begun one after the other, the last one filled to the brim.
const char *attack_fill_reader(void)
{
    enum { WHOLE = 1 << 20, PART = 65536 };
    static uint8_t part[PART];
    const uint8_t nonce[32] = {1};
    uint64_t taken = 0;
    for (int i = 0; i < ROUNDS; i++)
        taken += reader_begin(0, 2, WHOLE, nonce) == ERR_OK;
    for (int i = 0; i < WHOLE / PART; i++)
        taken += reader_append(part, sizeof part) == ERR_OK;
    return hold(taken);
}

// Requests that cannot become any, questions about them, and its own place in the vault's table.
const char *attack_fill_vault(void)
{
    static uint8_t request[4096];
    uint32_t a = 0, b = 0, c = 0, d = 0, e = 0;
    uint64_t taken = 0;
    for (int i = 0; i < ROUNDS; i++) {
        taken += vault_status(&a, &b, &c) == ERR_OK;
        err_t err = vault_offer(request, sizeof request, &a, &b);
        if (err == ERR_OK)
            err = vault_ask(&a, &b);
        taken += vault_result(&a, &b, &c, &d, &e) == ERR_OK;
    }
    return hold(taken);
}

// Questions about everybody, and waits of which the steward keeps one.
const char *attack_fill_steward(void)
{
    uint8_t name[32], publisher[32], app_id[32];
    uint32_t app;
    uint64_t taken = 0;
    for (uint64_t i = 0; i < ROUNDS; i++)
        taken += steward_identify(i, name, publisher, app_id, &app) == ERR_OK;
    if (!prepare() || !threads((struct bare){.word = raw_word(SYS_CALL, STEWARD_METHOD_WAIT_EVENT),
                                             .target = start_page()->services[STEWARD_SERVICE]},
                               20))
        return no_memory;
    return hold(taken);
}
