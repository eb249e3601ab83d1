// SPDX-License-Identifier: GPL-3.0-or-later
// cella log: what its parts share: fetching and checking, and saying it.
#pragma once
#include "anchors.h"
#include "format/journal_check.h"
#include "quote_check.h"

struct log_verdict {
    const char *file;   // its name; null: it was fetched just now
    struct journal log; // points into the bytes that were read
    enum anchor anchor;
    struct anchors anchors;
    bool quoted; // the enrolled TPM's quote names this device key; `quote` says what was started
    struct quote_verdict quote;
    const char *since; // the earlier log's name, null: there is none,
    bool other_boot;   // and whether this one was begun anew since,
    uint64_t lost;     // else how many entries between the two are in neither
};

// Whether there is nothing to object to.
bool log_good(const struct log_verdict *v);

void log_print(const struct log_verdict *v);
void log_print_json(const struct log_verdict *v);

// What an entry says, as a sentence. The result is `out`.
enum { LOG_WORDS = 512 };
const char *log_words(const struct journal_entry *e, char out[LOG_WORDS]);
