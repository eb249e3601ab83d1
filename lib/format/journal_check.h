// SPDX-License-Identifier: GPL-3.0-or-later
// Checking an exported event log, for the host. Rules as format/journal.h; no allocation.
#pragma once
#include "format/evidence.h"
#include "format/journal.h"

// Why a log was refused; journal_sentence() says it in words, and `entry` is about which entry.
enum journal_fault {
    JOURNAL_GOOD = 0,
    JOURNAL_NOT_LOG = 1,
    JOURNAL_TRUNCATED = 2,
    JOURNAL_TRAILING = 3,
    JOURNAL_HEAD = 4, // `head` says why
    JOURNAL_ENTRY = 5,
    JOURNAL_CUT_FRONT = 6,
    JOURNAL_CUT_END = 7,
    JOURNAL_ADDED = 8,
    JOURNAL_HOLE = 9,
    JOURNAL_ORDER = 10,
    JOURNAL_TIME = 11,
    JOURNAL_EDITED = 12,
    JOURNAL_START = 13,
    // journal_compare, up to JOURNAL_FORKED
    JOURNAL_OTHER_DEVICE = 14,
    JOURNAL_OLDER = 15,
    JOURNAL_FORKED = 16,
    JOURNAL_TWICE = 17,
    JOURNAL_FAULT_COUNT = 18,
};

struct journal_check {
    uint32_t fault; // enum journal_fault
    uint64_t entry; // sequence number, 0 if it is about none
    struct evidence_check head;
};

struct journal {
    struct evidence head;   // points into the bytes that were read
    const uint8_t *entries; // the first one's item
    size_t entries_size;
    size_t count;
};

// Read and verify a whole log. Whether its device key is to be believed is the caller's question.
// Errors: BAD_DATA, BAD_SIGNATURE; `check` says why. `out` is untouched on failure.
MUST_USE err_t journal_verify(const uint8_t *data, size_t size, struct evidence_work *work,
                              struct journal *out, struct journal_check *check);

// journal_verify, but the head's signature stays unchecked: for tests and fuzzing.
MUST_USE err_t journal_parse(const uint8_t *data, size_t size, struct evidence_work *work,
                             struct journal *out, struct journal_check *check);

// The next entry of a verified log; `*at` starts at 0. False at the end.
bool journal_next(const struct journal *j, size_t *at, struct journal_entry *out);

// Whether `now` is what became of `before`, both verified. `*lost`: entries between the two that
// are in neither. `*other_boot`: the log was begun anew between them, and nothing can be said.
// Errors: BAD_DATA; `check` says why.
MUST_USE err_t journal_compare(const struct journal *before, const struct journal *now,
                               uint64_t *lost, bool *other_boot, struct journal_check *check);

const char *journal_sentence(uint32_t fault);
