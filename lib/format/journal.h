// SPDX-License-Identifier: GPL-3.0-or-later
// The event log: what a device has seen and done, as entries in a chain of hashes whose head the
// device key signs. docs/journal.md gives every field.
//
//     hash(start) = BLAKE3("cella journal 1\0" || boot id)
//     hash(n)     = BLAKE3("cella journal entry 1\0" || hash(n - 1) || entry n)
//
// An exported log is a deterministic CBOR array (RFC 8949 section 4.2.1) of two: the signed head
// (an evidence envelope of type EVIDENCE_JOURNAL) as a byte string, and an array of the entries,
// each a byte string. Rules: one encoding for each value, every other is refused; pure functions,
// total and bounded; the writing half needs no C library beyond memcpy and friends.
#pragma once
#include "abi/types.h"
#include <stdbool.h>

enum journal_kind {
    JOURNAL_STARTED = 1,     // the journal began, or began again; `count` entries before were lost
    JOURNAL_BOOT = 2,        // the steward has made all cells
    JOURNAL_FAULT = 3,       // a cell stopped; cause
    JOURNAL_RESTART = 4,     // it was started again
    JOURNAL_NOT_STARTED = 5, // it could not be; error
    JOURNAL_DENIAL = 6,      // a cell called what it may not; object, slot, method, error
    JOURNAL_TAMPER = 7,      // a page of its program changed in memory
    JOURNAL_APPROVAL = 8,    // the person said yes
    JOURNAL_REFUSAL = 9,     // the person said no, or nothing
    JOURNAL_INSTALL = 10,
    JOURNAL_REMOVE = 11,
    JOURNAL_UPDATE = 12,
    JOURNAL_LOST = 13,  // `count` events came too fast to be heard of
    JOURNAL_ENDED = 14, // a cell is not started again; cause: 1 if because it stopped too often
    JOURNAL_KIND_COUNT = 15,
};

// What an entry may say besides, by number: the keys of its map.
enum journal_field {
    JOURNAL_TEXT = 1,   // printable ASCII
    JOURNAL_DIGEST = 2, // 32 bytes: of a request, a package
    JOURNAL_CAUSE = 3,  // from here on numbers
    JOURNAL_OBJECT = 4,
    JOURNAL_SLOT = 5, // of a service: its number
    JOURNAL_METHOD = 6,
    JOURNAL_ERROR = 7,
    JOURNAL_COUNT = 8,  // this one stands for so many
    JOURNAL_DETAIL = 9, // of a fault: the exit's status; of tampering: the page's number
    JOURNAL_FIELD_COUNT = 10,
};

enum {
    JOURNAL_NAME = 32,
    JOURNAL_TEXT_MAX = 96,
    JOURNAL_DIGEST_SIZE = 32,
    JOURNAL_HASH = 32,
    JOURNAL_BOOT_ID = 16,
    // Array and five members, map and its fields, each with the longest head.
    JOURNAL_ENTRY_MAX = 1 + 9 + 9 + 1 + 2 + JOURNAL_NAME + 1 + 3 + JOURNAL_TEXT_MAX + 3 +
                        JOURNAL_DIGEST_SIZE + 7 * 10,
    JOURNAL_FILE_MAX = 1 << 20,
    JOURNAL_ENTRIES_MAX = 4096, // in one export
    JOURNAL_FILE_HEAD = 16,     // array, and the heads of what is in it
};

struct journal_entry {
    uint64_t sequence; // from 1, one more each time
    uint64_t time;     // nanoseconds since boot, never less than before
    uint32_t kind;     // enum journal_kind
    char who[JOURNAL_NAME + 1];
    uint32_t present; // bit n: field n
    char text[JOURNAL_TEXT_MAX + 1];
    uint8_t digest[JOURNAL_DIGEST_SIZE];
    uint64_t number[JOURNAL_FIELD_COUNT]; // from JOURNAL_CAUSE on
};

static inline void journal_number(struct journal_entry *e, uint32_t field, uint64_t value)
{
    e->present |= 1u << field;
    e->number[field] = value;
}

// Text of an event: cut to what fits; what is not printable becomes a question mark.
void journal_text(struct journal_entry *e, const void *text, size_t size);
void journal_who(struct journal_entry *e, const void *name, size_t size);

// Errors: BAD_ARGUMENT (a value out of range).
MUST_USE err_t journal_entry_put(const struct journal_entry *e, uint8_t out[JOURNAL_ENTRY_MAX],
                                 size_t *size);
// Errors: BAD_DATA.
MUST_USE err_t journal_entry_get(const uint8_t *data, size_t size, struct journal_entry *out);

void journal_chain_start(const uint8_t boot_id[JOURNAL_BOOT_ID], uint8_t hash[JOURNAL_HASH]);
void journal_chain(uint8_t hash[JOURNAL_HASH], const uint8_t *entry, size_t size);

// The frame of an exported log: its beginning up to the entries, and what goes before each of
// these. `out` has room for JOURNAL_FILE_HEAD and the head; the result is the length.
size_t journal_file_begin(uint8_t *out, const uint8_t *head, size_t head_size, size_t entries);
size_t journal_file_entry(uint8_t out[3], size_t entry_size);

const char *journal_kind_name(uint32_t kind);
