// SPDX-License-Identifier: GPL-3.0-or-later
// Reader and vault as the wallet sees them, played by a test: the generated client calls, answered
// from one structure that the test fills and reads. They sign nothing.
#pragma once
#include "abi/types.h"
#include <stdbool.h>

enum { SERVICES_PSBT_MAX = 1 << 20, SERVICES_PREVIOUS_MAX = 4, SERVICES_SIGNATURES_MAX = 8 };

// vault.result's `state`
enum { SERVICES_NONE, SERVICES_WAITING, SERVICES_SIGNED, SERVICES_REFUSED };

struct services_bytes {
    const uint8_t *data;
    size_t size;
};

struct services_fault { // what a call answers instead of doing its work
    err_t error;
    uint32_t code, index;
};

struct services {
    // Set by the test.
    uint32_t seed, network, fingerprint;
    const char *xpub[2]; // purposes 84 and 86, account 0
    uint8_t key[32];
    struct services_bytes request, evidence;
    struct services_bytes previous[SERVICES_PREVIOUS_MAX];
    uint32_t previous_count;
    struct {
        uint32_t input;
        struct services_bytes bytes;
    } signatures[SERVICES_SIGNATURES_MAX];
    uint32_t signature_count;
    size_t piece; // the most that reader.previous gives at once; 0: as much as fits
    struct services_fault begin, append, finish, offer, give, ask, result;
    uint32_t thinking;      // how often vault.result still says: waiting
    uint32_t verdict;       // what it says then
    void (*finished)(void); // called by reader.finish: the test looks at the PSBT; may be null

    // Read by the test.
    uint8_t psbt[SERVICES_PSBT_MAX];
    size_t psbt_size;
    uint32_t announced;
    uint8_t nonce[32];
    uint32_t offers, asks, cancels;
    size_t previous_seen[SERVICES_PREVIOUS_MAX]; // bytes that the vault was given
    uint32_t previous_done;
    uint8_t previous_bad; // a piece was out of order or had another content
    uint32_t state;
};

extern struct services services;

// A wallet with a seed, one previous transaction, one signature, and a person who says yes.
void services_reset(void);
