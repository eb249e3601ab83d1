// SPDX-License-Identifier: GPL-3.0-or-later
// The entries of the event log, in memory of fixed size, and how much of it anybody can take.
//
// K1 An entry gets the next number and extends the chain; none is changed after that. When there is
//    no room the oldest leaves, and `before` is the chain's hash after it.
// K2 What a cell can bring about by itself (denials, faults, restarts) is noise: of each kind, each
//    name has BOOK_SHARE entries, and gets one back every BOOK_REST. The first BOOK_BURST come at
//    once; before each further one there is a pause, of a second, then two, four, and so on. What
//    happens meanwhile is counted, and the next entry says how many it stands for. So no cell can
//    push the others out of the log faster than that, whatever it does; nothing goes uncounted.
// K3 Times never go back.
#pragma once
#include "format/journal.h"

enum {
    BOOK_ENTRIES = 512,
    BOOK_TALKERS = 128, // names and kinds that are told apart
    BOOK_BURST = 8,
    BOOK_SHARE = 20,
};
#define BOOK_PAUSE ((nsec_t)1000000000)    // doubled each time
#define BOOK_REST  ((nsec_t)3600000000000) // an hour

struct talker {
    char who[JOURNAL_NAME + 1];
    uint32_t kind;               // 0: the place is free
    uint32_t left;               // entries that it may still make,
    nsec_t next;                 //   not before this
    nsec_t refill;               // when it gets one more, if it has not all of them
    uint64_t untold;             // events that no entry stands for yet,
    struct journal_entry latest; // and the last one of them
};

struct book {
    uint8_t boot_id[JOURNAL_BOOT_ID];
    uint64_t first; // number of the oldest entry
    size_t count;
    uint8_t before[JOURNAL_HASH], last[JOURNAL_HASH];
    nsec_t time; // of the newest entry
    struct {
        uint16_t size;
        uint8_t bytes[JOURNAL_ENTRY_MAX];
    } entries[BOOK_ENTRIES]; // number n is at n % BOOK_ENTRIES
    struct talker talkers[BOOK_TALKERS];
};

// What the next run of this program needs to go on with the chain.
struct book_state {
    uint8_t boot_id[JOURNAL_BOOT_ID];
    uint64_t next; // number of the next entry
    nsec_t time;   // of the newest
    uint8_t last[JOURNAL_HASH];
};
_Static_assert(sizeof(struct book_state) == 64, "what the steward keeps");

// A new log, of which nothing was before.
void book_begin(struct book *b, const uint8_t boot_id[JOURNAL_BOOT_ID]);

// Begin where an earlier run ended: its entries are lost, the chain goes on. Errors: BAD_DATA.
MUST_USE err_t book_resume(struct book *b, const struct book_state *state);
void book_state(const struct book *b, struct book_state *state);

// Append it; number and time are set here.
void book_add(struct book *b, struct journal_entry *e, nsec_t now);

// Append it, or count it (K2). JOURNAL_COUNT of it, if there is one, says how many events it is.
void book_noise(struct book *b, struct journal_entry *e, nsec_t now);

// Make entries for what was counted, as far as they are due.
void book_tick(struct book *b, nsec_t now);

// Entry `index`, counted from the oldest; less than `count`.
const uint8_t *book_entry(const struct book *b, size_t index, size_t *size);
