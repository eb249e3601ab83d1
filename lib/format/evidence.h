// SPDX-License-Identifier: GPL-3.0-or-later
// Evidence: a signed statement about what a device did, which anybody can check offline.
//
// One envelope, COSE_Sign1 (RFC 9052 section 4.2) with Ed25519, over deterministic CBOR (RFC 8949
// section 4.2.1). docs/evidence.md gives every field. Rules:
// - There is exactly one encoding of a given struct evidence. Reading refuses every other one:
//   unknown, missing or repeated fields, longer forms of a number, bytes after the end.
// - What is verified is the encoding of the parsed value, made anew, never the bytes as received.
// - A good signature only says that the holder of `device_key` signed. Whether that key is to be
//   believed is the caller's question.
// Pure code: no allocation, no global state. All pointers in a parsed struct evidence point into
// the bytes that were read, and live as long as these.
#pragma once
#include "abi/types.h"
#include <stdbool.h>

// The registry of types. Numbers are permanent; docs/evidence.md lists the reserved ones.
enum evidence_type {
    EVIDENCE_SIGNATURE_RESULT = 5,
    EVIDENCE_JOURNAL = 9, // the head of an event log (format/journal.h)
};

enum {
    EVIDENCE_MAX = 65536,      // bytes of an envelope
    EVIDENCE_NAME = 32,        // longest profile, version, app name, app id
    EVIDENCE_TEXT = 32768,     // longest displayed text
    EVIDENCE_SIGNATURES = 256, // most signatures in one result
    EVIDENCE_SIGNATURE = 80,   // longest signature
    EVIDENCE_KEY = 32,
    EVIDENCE_DIGEST = 32,
    EVIDENCE_NONCE = 32,
    EVIDENCE_BOOT_ID = 16,
};

// Why evidence was refused. evidence_sentence() says it in words.
enum evidence_fault {
    EVIDENCE_GOOD = 0,
    EVIDENCE_TRUNCATED = 1,
    EVIDENCE_NOT_ENVELOPE = 2,
    EVIDENCE_HEADERS = 3,
    EVIDENCE_UNKNOWN_TYPE = 4,
    EVIDENCE_FIELD = 5,             // `field` is its number
    EVIDENCE_RANGE = 6,             // `field` is its number
    EVIDENCE_NOT_DETERMINISTIC = 7, // more bytes than needed, or lengths that are not definite
    EVIDENCE_TRAILING = 8,
    EVIDENCE_SIGNATURE_WRONG = 9,
    EVIDENCE_SIZE = 10,
    EVIDENCE_FAULT_COUNT = 11,
};

// Field numbers: the keys of the payload's map.
enum evidence_field {
    EVIDENCE_FIELD_TYPE = 1,
    EVIDENCE_FIELD_DEVICE_KEY = 2,
    EVIDENCE_FIELD_BUNDLE = 3,
    EVIDENCE_FIELD_PROFILE = 4,
    EVIDENCE_FIELD_VERSION = 5,
    EVIDENCE_FIELD_ENTRY = 6,
    EVIDENCE_FIELD_SECURE_BOOT = 7,
    EVIDENCE_FIELD_ENTROPY = 8,
    EVIDENCE_FIELD_SEQUENCE = 9,
    EVIDENCE_FIELD_APP = 10, // from here on: of a signature result
    EVIDENCE_FIELD_REQUEST = 11,
    EVIDENCE_FIELD_NONCE = 12,
    EVIDENCE_FIELD_TEXT = 13,
    EVIDENCE_FIELD_SIGNATURES = 14,
    EVIDENCE_FIELD_BOOT_ID = 18, // from here on, and the nonce: of an event log's head
    EVIDENCE_FIELD_FIRST = 19,
    EVIDENCE_FIELD_COUNT = 20,
    EVIDENCE_FIELD_BEFORE = 21,
    EVIDENCE_FIELD_LAST_HASH = 22,
    EVIDENCE_FIELD_TIME = 23,
    EVIDENCE_FIELD_LAST = 23,
};

struct evidence_name { // printable ASCII, at least one character
    const char *text;
    size_t length;
};

struct evidence_signature {
    uint32_t input; // number of the transaction's input
    const uint8_t *bytes;
    size_t length;
};

// The head of an event log: what of it there is, and where its chain of hashes starts and ends.
struct evidence_journal {
    uint8_t boot_id[EVIDENCE_BOOT_ID]; // drawn when this log began
    uint64_t first;                    // sequence number of its oldest entry, from 1
    uint64_t count;                    // entries, at least one
    uint8_t before[EVIDENCE_DIGEST];   // the chain's hash before the oldest entry
    uint8_t last[EVIDENCE_DIGEST];     // and after the newest
    uint64_t time;                     // of signing, nanoseconds since boot
};

struct evidence {
    uint32_t type; // enum evidence_type
    uint8_t device_key[EVIDENCE_KEY];
    uint8_t bundle[EVIDENCE_DIGEST];
    struct evidence_name profile;
    struct evidence_name version;
    uint32_t entry;                  // enum boot_entry
    uint32_t secure_boot;            // enum boot_secure
    uint32_t entropy_passed;         // bits of the sources that passed their health tests
    uint32_t entropy_failed;         // and of those that failed
    bool entropy_test;               // a test source is in use: keys and numbers are predictable
    uint64_t sequence;               // of the question (or of the signed head) since boot, from 1
    struct evidence_name app;        // who asked: name in the profile,
    uint8_t publisher[EVIDENCE_KEY]; // its publisher's key,
    struct evidence_name app_id;     // its permanent id
    uint8_t request[EVIDENCE_DIGEST];
    uint8_t nonce[EVIDENCE_NONCE]; // the requester's
    struct evidence_name text;     // what the person saw; may hold line feeds
    uint32_t signature_count;
    struct evidence_signature signatures[EVIDENCE_SIGNATURES];
    struct evidence_journal journal;
};

struct evidence_check {
    uint32_t fault; // enum evidence_fault
    uint32_t field; // enum evidence_field, or 0
};

// Room to work in, for the caller to provide. Nothing in it is secret.
struct evidence_work {
    uint8_t payload[EVIDENCE_MAX]; // the payload made anew
    uint8_t message[EVIDENCE_MAX]; // what is signed: Sig_structure (RFC 9052 section 4.4)
    struct evidence parsed;
};

// Encode `e` and sign it with the Ed25519 private key `seed` (RFC 8032 section 5.1.5), whose public
// key is e->device_key. Errors: BAD_ARGUMENT (a field is out of range), TOO_SMALL, BAD_SIGNATURE
// (the key is not the seed's).
MUST_USE err_t evidence_sign(const struct evidence *e, const uint8_t seed[32],
                             struct evidence_work *work, uint8_t *out, size_t cap, size_t *len);

// Read an envelope; its signature must verify with the device key inside. Errors: BAD_DATA,
// BAD_SIGNATURE. `check` says why in either case. `out` is untouched on failure.
MUST_USE err_t evidence_verify(const uint8_t *data, size_t len, struct evidence_work *work,
                               struct evidence *out, struct evidence_check *check);

// evidence_verify without the last step: for tests and fuzzing. The signature stays unchecked.
MUST_USE err_t evidence_parse(const uint8_t *data, size_t len, struct evidence_work *work,
                              struct evidence *out, struct evidence_check *check);

// The sentence for a person: what is wrong and what to do.
const char *evidence_sentence(uint32_t fault);

// The name of a field of the payload, for messages.
const char *evidence_field_name(uint32_t field);
