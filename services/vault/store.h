// SPDX-License-Identifier: GPL-3.0-or-later
// What survives power-off: the root secret, closed under a PIN, in six sectors of a medium that may
// lose power at any moment.
//
//     sector 0, 1 | 2, 3    two records: of the whole ones the newer generation counts
//     sector 4    | 5       two counters of tries: of the whole ones the newer number counts
//
//              keep                  open, right PIN
//     EMPTY ---------> LOCKED <--------------------------- (the secret)
//       ^                |  open, wrong PIN STORE_TRIES times, or wipe
//       '----------------'
//
// S1  What is written goes where nothing counts: a cut leaves what counted, whole.
// S2  Before a PIN is tried, a counter that includes this try is on the medium.
// S3  When a new record counts, the older is overwritten before anything else is done; also after a
//     cut.
// S4  A counter that says `wiping` is on the medium before the records are overwritten, and they
//     are overwritten before anything else is done; also after a cut.
// S5  Secrets: PIN, stretched PIN, machine's half and key live in one call and are wiped on every
//     path out of it.
//
// The key is made of the PIN, stretched with Argon2id (RFC 9106), and of 32 bytes that the machine
// gives out only in the measured state and for that PIN (a TPM). Without a machine's half the PIN
// is all there is: whoever copies the medium can try PINs elsewhere, at the price of the
// stretching.
#pragma once
#include "abi/types.h"
#include <stdbool.h>

enum {
    STORE_SECTOR = 512,
    STORE_SECTORS = 6,
    STORE_TRIES = 10, // wrong PINs in a row; then everything is wiped
    STORE_PIN_MIN = 6,
    STORE_PIN_MAX = 12,
    STORE_KIB = 16384, // Argon2id's memory, one lane
    STORE_PASSES = 3,
    STORE_ENTROPY_MAX = 32,
    STORE_HALF = 32,      // bytes that the machine keeps
    STORE_BLOB_MAX = 640, // what it needs to give them back
    STORE_SALT = 16,
    STORE_NONCE = 12,
};

enum store_state {
    STORE_NONE = 0,    // no medium: what is restored is gone at power-off
    STORE_EMPTY = 1,   // nothing is kept
    STORE_LOCKED = 2,  // a record waits for its PIN
    STORE_DAMAGED = 3, // what is there is no whole record: it has to be wiped first
};

enum store_verdict {
    STORE_RIGHT = 1,
    STORE_WRONG = 2,         // `left` tries are left
    STORE_WIPED = 3,         // that was the last
    STORE_OTHER_SYSTEM = 4,  // the machine is not in the measured state; the try does not count
    STORE_LOCKED_OUT = 5,    // the machine wants a pause after wrong PINs; the try does not count
    STORE_OTHER_MACHINE = 6, // the machine's half is not to be had here; the try does not count
};

enum store_protection { STORE_PIN = 1, STORE_PIN_AND_MACHINE = 2 };

// Where the sectors are. `write` returns when the sector would survive a power cut.
struct medium {
    err_t (*read)(uint32_t sector, uint8_t out[STORE_SECTOR]);
    err_t (*write)(uint32_t sector, const uint8_t in[STORE_SECTOR]);
};

// Who keeps the other half of the key. `open` answers DENIED (wrong auth), BUSY (locked out),
// REFUSED (not the measured state), others (not this machine).
struct machine {
    err_t (*close)(const uint8_t half[STORE_HALF], const uint8_t auth[STORE_HALF],
                   uint8_t blob[STORE_BLOB_MAX], size_t *size);
    err_t (*open)(const uint8_t *blob, size_t size, const uint8_t auth[STORE_HALF],
                  uint8_t half[STORE_HALF]);
};

// The root secret: a mnemonic's entropy (BIP-39), and the network it is used on.
struct store_secret {
    uint32_t network;
    uint32_t size; // of `entropy`, at most STORE_ENTROPY_MAX
    uint8_t entropy[STORE_ENTROPY_MAX];
};

struct store_random { // fresh for each record
    uint8_t salt[STORE_SALT];
    uint8_t nonce[STORE_NONCE];
    uint8_t half[STORE_HALF];
};

struct store {
    const struct medium *medium;   // NULL: none
    const struct machine *machine; // NULL: none
    enum store_state state;
    enum store_protection protection; // of the record
    uint32_t slot;                    // 0 or 1: where the record that counts is
    uint64_t generation;              // of it
    uint32_t counter_slot;
    uint64_t counter_number;
    uint32_t tries; // wrong PINs so far
};

// Look at the medium, and finish what a cut left unfinished. Errors: the medium's.
MUST_USE err_t store_begin(struct store *s, const struct medium *medium,
                           const struct machine *machine);

// Is that a PIN at all: STORE_PIN_MIN to STORE_PIN_MAX digits, not all the same, not a run?
bool store_pin_good(const uint8_t *pin, size_t size);

// Keep the secret under this PIN, in place of what is kept. On an error what was kept still is,
// under its old PIN. Errors: BAD_STATE (no medium, or damaged); BAD_ARGUMENT (PIN, secret); the
// medium's; the machine's.
MUST_USE err_t store_keep(struct store *s, const struct store_secret *secret, const uint8_t *pin,
                          size_t size, const struct store_random *random);

// Try a PIN. `*secret` is written only if the verdict is RIGHT. Errors: BAD_STATE (nothing is
// kept); the medium's, and then nothing was tried.
MUST_USE err_t store_open(struct store *s, const uint8_t *pin, size_t size,
                          struct store_secret *secret, enum store_verdict *verdict, uint32_t *left);

// Overwrite everything. Errors: the medium's; the next store_begin goes on with it.
MUST_USE err_t store_wipe(struct store *s);
