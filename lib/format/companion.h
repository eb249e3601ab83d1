// SPDX-License-Identifier: GPL-3.0-or-later
// What the companion and the device say to each other in frames (docs/link.md).
//
// Rules. The host always asks and the device answers, one at a time. HELLO starts a session; each
// later request carries the next sequence number, and asking again with the same number gives the
// same answer. A request of a session that the device does not know is answered like a HELLO, with
// BAD_STATE. The upload belongs to the device, not to the session: after a dropped link the host
// says HELLO and then BEGIN with the same numbers, and is told how far they were. Numbers are
// little-endian. Neither side believes the other: the vault checks what it signs, and the host
// checks every signature.
#pragma once
#include "abi/types.h"
#include "format/link.h"

enum companion_type {          // request -> answer
    COMPANION_HELLO = 1,       // u32 version -> u32 version, u32 largest payload
    COMPANION_STATUS = 2,      // -> struct companion_status
    COMPANION_ACCOUNT = 3,     // u32 purpose, u32 account -> extended public key, text
    COMPANION_SIGN_BEGIN = 4,  // struct companion_begin -> struct companion_job
    COMPANION_SIGN_DATA = 5,   // u32 offset, bytes -> u32 received so far
    COMPANION_SIGN_END = 6,    // -> struct companion_job
    COMPANION_SIGN_RESULT = 7, // -> struct companion_job
    COMPANION_SIGNATURE = 8,   // u32 number -> u32 input, bytes
    COMPANION_EVIDENCE = 9,    // u32 offset -> u32 total, bytes
    COMPANION_CANCEL = 10,     // -> nothing
};

enum {
    COMPANION_VERSION = 1,
    COMPANION_PSBT_MAX = 1 << 20,
    COMPANION_DATA_MAX = LINK_PAYLOAD_MAX - 4, // bytes in one SIGN_DATA or EVIDENCE
    COMPANION_NONCE_SIZE = 32,
    COMPANION_KEY_SIZE = 32,
    COMPANION_XPUB_MAX = 128,
    COMPANION_SIGNATURE_MAX = 80,
    COMPANION_EVIDENCE_MAX = 65536,
    COMPANION_HELLO_SIZE = 8,
    COMPANION_BEGIN_SIZE = 8 + COMPANION_NONCE_SIZE,
    COMPANION_JOB_SIZE = 28,
    COMPANION_STATUS_SIZE = 16 + COMPANION_KEY_SIZE,
};

enum companion_state {
    COMPANION_IDLE = 0,      // no request
    COMPANION_RECEIVING = 1, // `received` bytes are there
    COMPANION_CHECKING = 2,  // reader and vault look at it
    COMPANION_WAITING = 3,   // for the person
    COMPANION_SIGNED = 4,    // signatures and evidence can be fetched
    COMPANION_REFUSED = 5,   // `code` (abi/refusals.def) about input or output `index`
    COMPANION_FAILED = 6,    // `error` (abi/errors.def): the device could not look at it
};

struct companion_begin {
    uint32_t size;
    uint32_t crc; // link_crc of the whole PSBT
    uint8_t nonce[COMPANION_NONCE_SIZE];
};

struct companion_job {
    uint32_t state; // enum companion_state
    uint32_t received;
    uint32_t code, index;
    uint32_t signatures; // how many
    uint32_t evidence;   // bytes
    uint32_t error;
};

struct companion_status {
    uint32_t seed;                   // 0 none, 1 ready
    uint32_t network;                // 1 main, 2 test
    uint32_t fingerprint;            // of the wallet's own master key (BIP-32)
    uint32_t state;                  // enum companion_state
    uint8_t key[COMPANION_KEY_SIZE]; // the device key of this boot
};

void companion_begin_put(const struct companion_begin *begin, uint8_t out[COMPANION_BEGIN_SIZE]);
void companion_job_put(const struct companion_job *job, uint8_t out[COMPANION_JOB_SIZE]);
void companion_status_put(const struct companion_status *s, uint8_t out[COMPANION_STATUS_SIZE]);

// Errors: BAD_DATA (another size, or a state that does not exist).
MUST_USE err_t companion_begin_get(const uint8_t *data, size_t size, struct companion_begin *out);
MUST_USE err_t companion_job_get(const uint8_t *data, size_t size, struct companion_job *out);
MUST_USE err_t companion_status_get(const uint8_t *data, size_t size, struct companion_status *out);
