// SPDX-License-Identifier: GPL-3.0-or-later
// An honest app among hostile ones. Its argument: how many cells remain when all attacks are over
// that ever end (with `beside` behind it: it asks for service until then). Then every service must
// answer as before, and nothing may have leaked.
#include "gen/entropy.h"
#include "gen/link.h"
#include "gen/reader.h"
#include "gen/steward.h"
#include "gen/vault.h"
#include "os/ipc.h"
#include "own.h"
#include "tests/cells/probe.h"
#include <string.h>

enum { NETWORK_TEST = 2, ROUNDS = 50 };

static void probe_steward(void)
{
    uint8_t name[32], publisher[32], app_id[32], version[32], digest[32];
    uint32_t app, entry, secure;
    uint64_t index;
    probe_eq(steward_identify(start_page()->cell, name, publisher, app_id, &app), ERR_OK,
             "steward.identify");
    probe(strcmp((const char *)name, start_page()->name) == 0, "it knows this cell");
    probe_eq(steward_boot_report(name, version, digest, &entry, &secure, &index), ERR_OK,
             "steward.boot_report");
}

static void probe_keys(void)
{
    uint8_t key[32] = {0}, zero[32] = {0};
    uint32_t state, network, fingerprint;
    probe_eq(vault_status(&state, &network, &fingerprint), ERR_OK, "vault.status");
    probe_eq(vault_device_key(key), ERR_OK, "vault.device_key");
    probe(memcmp(key, zero, sizeof key) != 0, "the device has a key");
}

static void probe_reader(void)
{
    uint8_t nonce[32] = {1};
    uint32_t code = 0, index, length, previous;
    static const uint8_t wrong[] = "psbt\xff";
    probe_eq(reader_begin(0, NETWORK_TEST, sizeof wrong, nonce), ERR_OK, "reader.begin");
    probe_eq(reader_append(wrong, sizeof wrong), ERR_OK, "reader.append");
    probe(reader_finish(&code, &index, &length, &previous) == ERR_OK && code != 0,
          "it refuses what is no payment");
    probe_eq(reader_end(), ERR_OK, "reader.end");
}

static void probe_entropy(void)
{
    uint8_t a[32] = {0}, b[32] = {0};
    size_t length;
    uint64_t bad = 0;
    for (int i = 0; i < ROUNDS; i++) {
        bad += entropy_random(a, sizeof a, &length) != ERR_OK || memcmp(a, b, sizeof a) == 0;
        memcpy(b, a, sizeof a);
    }
    probe_eq(bad, 0, "entropy.random, each time new bytes");
}

// Ask for service without a pause until only `remain` cells run: each time it is given.
static void probe_beside(uint32_t remain)
{
    uint8_t bytes[32];
    size_t length;
    uint64_t pages, slots, bad = 0, rounds = 0;
    uint32_t cells = remain + 1, state, network, fingerprint;
    while (cells > remain) {
        bad += entropy_random(bytes, sizeof bytes, &length) != ERR_OK;
        bad += vault_status(&state, &network, &fingerprint) != ERR_OK;
        bad += steward_usage(&pages, &slots, &cells) != ERR_OK;
        rounds++;
    }
    probe_number("served", rounds);
    probe_eq(bad, 0, "served while others run");
}

int main(void)
{
    uint32_t remain = 0;
    for (const char *c = start_page()->argument; *c >= '0' && *c <= '9'; c++)
        remain = 10 * remain + (uint32_t)(*c - '0');
    if (strchr(start_page()->argument, 'b')) {
        probe_beside(remain + 1); // this one
        return probe_end();
    }
    cells_await(remain);
    if (start_page()->untyped != 0)
        await_go();
    struct leaks before = leaks_now();
    if (start_page()->untyped != 0)
        probe_own();
    probe_steward();
    probe_keys();
    probe_reader();
    probe_entropy();
    probe_eq(link_write((const uint8_t *)"witness", 7), ERR_OK, "link.write");
    leaks_probe(&before);
    probe_number("slots", before.slots);
    return probe_end();
}
