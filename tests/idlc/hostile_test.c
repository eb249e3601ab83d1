// SPDX-License-Identifier: GPL-3.0-or-later
// Random messages to every dispatcher and random answers to every stub. The lease is exactly as
// long as the message says, so the address sanitizer sees the first byte read or written beyond it.
#include "tests/idlc/probe.h"
#include "tests/unit.h"

#include <stdbool.h>
#include <stdlib.h>

enum { ROUNDS = 20000, CALL_ROUNDS = 2000 };

static uint8_t area[24 * PAGE_SIZE] __attribute__((aligned(4096)));
static unsigned long reached, accepted, bad_answers;
static bool dying; // the server dies of every message
static unsigned sent, deaths;
static volatile uint8_t sink;

static uint64_t roll(uint64_t below)
{
    static uint64_t state = 0x9e3779b97f4a7c15u; // xorshift64*, a fixed start: failures repeat

    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (state * 0x2545f4914f6cdd1du >> 16) % below;
}

// Numbers that hurt: small ones, edges of types and pages, anything.
static uint64_t roll_word(void)
{
    static const uint64_t edges[] = {
        0,     1,          2,          127,  128,   129,       255,        256,         257,
        4087,  4088,       4089,       4096, 5000,  5001,      8184,       65535,       65536,
        65537, UINT32_MAX, 1ull << 32, ~0u,  ~0ull, ~0ull - 7, 1ull << 63, ~0ull - 4095};
    return roll(3) ? edges[roll(sizeof(edges) / sizeof(edges[0]))]
                   : roll(~0ull >> 16) * roll(70000);
}

void probe_read(const uint8_t *data, size_t size)
{
    reached++;
    for (size_t i = 0; i < size; i++)
        sink = (uint8_t)(sink ^ data[i]);
}

void probe_fill(uint8_t *data, size_t size)
{
    reached++;
    memset(data, 0x5a, size);
}

size_t probe_used(size_t capacity)
{
    return roll(8) ? (size_t)roll(capacity + 1) : capacity + 1 + (size_t)roll(100000);
}

uint64_t probe_word(void)
{
    return roll_word();
}

err_t probe_error(void)
{
    return roll(4) ? ERR_OK : (err_t)roll(ERR_COUNT);
}

size_t probe_size(size_t limit)
{
    return roll(8) || dying ? (size_t)roll(limit + 1) : limit + (size_t)roll(3);
}

uint8_t *probe_new(size_t size)
{
    uint8_t *data = malloc(size);

    if (!data && size)
        abort();
    memset(data, 0x33, size);
    return data;
}

void probe_free(uint8_t *data, size_t room, size_t used)
{
    CHECK(used <= room);
    free(data);
}

void probe_result(err_t error)
{
    bad_answers += error == ERR_BAD_DATA;
    accepted += error == ERR_OK;
    deaths += error == ERR_PEER_DEAD;
}

// `tame` messages are wrong in few places, so that they get past the first checks.
static void attack(const struct probe *probe, bool tame)
{
    static const uint64_t zero[MESSAGE_WORDS];
    struct message m = {.method = tame ? 1 + roll(9) : roll(66), .identity = roll(9)};
    uint64_t *length;

    for (size_t i = 0; i < MESSAGE_WORDS; i++)
        m.w[i] = roll(tame ? 16 : 2) ? roll(2) : roll_word();
    m.lease_kind = tame ? (uint32_t)roll(3) : (uint32_t)roll(5);
    m.lease_pages = roll(2) ? (size_t)roll(3) : (size_t)roll(40);
    if (m.lease_kind == LEASE_NONE && (tame || roll(10)))
        m.lease_pages = 0;
    m.lease = m.lease_pages ? aligned_alloc(PAGE_SIZE, m.lease_pages * PAGE_SIZE) : NULL;
    length = m.lease;
    for (size_t i = 0; m.lease && i < m.lease_pages * PAGE_SIZE / 8; i++)
        length[i] = roll(tame ? 4 : 2) ? roll(20) : roll_word();
    m.cap = roll(tame ? 8 : 2) ? 0 : roll_word();
    m.oneway = !roll(20);
    m.signal = !roll(20);
    probe->dispatch(&m);
    CHECK(m.error < ERR_COUNT);
    if (m.error != ERR_OK)
        CHECK(memcmp(m.w, zero, sizeof(zero)) == 0);
    if (m.oneway || m.signal)
        CHECK_EQ(m.error, ERR_DENIED);
    free(m.lease);
}

// The stubs' side: a server that answers anything at all.
static err_t answer(uint64_t w[MESSAGE_WORDS], uint32_t lease_kind, size_t pages)
{
    uint64_t *words = (uint64_t *)(void *)area;

    CHECK(pages <= sizeof(area) / PAGE_SIZE);
    for (size_t i = 0; i < MESSAGE_WORDS; i++)
        w[i] = roll(2) ? roll(2) : roll_word();
    for (size_t i = 0; lease_kind == LEASE_LEND_MUT && i < pages * PAGE_SIZE / 8; i++)
        words[i] = roll(2) ? roll(100) : roll_word();
    sent++;
    return dying ? ERR_PEER_DEAD : probe_error();
}

err_t ipc_call(cap_t to, uint32_t method, uint64_t w[MESSAGE_WORDS])
{
    (void)to, (void)method;
    return answer(w, LEASE_NONE, 0);
}

err_t ipc_call_lease(cap_t to, uint32_t method, uint64_t w[MESSAGE_WORDS], uint32_t lease_kind,
                     size_t pages)
{
    (void)to, (void)method;
    return answer(w, lease_kind, pages);
}

err_t ipc_call_cap(cap_t to, uint32_t method, uint64_t w[MESSAGE_WORDS], uint32_t lease_kind,
                   size_t pages, cap_t cap)
{
    (void)to, (void)method, (void)cap;
    return answer(w, lease_kind, pages);
}

uint8_t *ipc_lease_area(void)
{
    return area;
}

cap_t ipc_service(uint32_t service)
{
    return roll(50) || dying ? service : 0;
}

err_t ipc_reply(uint64_t token, err_t error, const uint64_t w[MESSAGE_WORDS])
{
    (void)token, (void)w;
    return error;
}

void wipe_bytes(void *data, size_t size)
{
    memset(data, 0, size);
}

// Of all services: what is not marked `idempotent` is sent once, whatever becomes of the server,
// and what is marked twice and not more.
static void test_dying(const struct probe *probe)
{
    dying = true;
    for (size_t i = 0; i < probe->call_count; i++) {
        sent = deaths = 0;
        probe->calls[i]();
        if (!CHECK(sent == probe->sends[i] && deaths == 1))
            fprintf(stderr, "    %s, call %zu: sent %u times\n", probe->name, i, sent);
    }
    dying = false;
}

int main(void)
{
    for (size_t i = 0; i < probe_count; i++) {
        const struct probe *probe = &probe_table[i];
        for (int round = 0; round < ROUNDS; round++)
            attack(probe, round % 4 != 0);
        for (int round = 0; round < CALL_ROUNDS; round++)
            probe->calls[roll(probe->call_count)]();
        test_dying(probe);
    }
    // A test whose messages never arrive proves nothing.
    if (!CHECK(reached > 1000 && accepted > 1000 && bad_answers > 1000))
        fprintf(stderr, "    %lu buffers reached, %lu answers accepted, %lu bad\n", reached,
                accepted, bad_answers);
    return unit_done();
}
