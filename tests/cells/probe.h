// SPDX-License-Identifier: GPL-3.0-or-later
// How a test cell says what it found: lines on the log that tests/runner understands.
//
//     ok NAME          not ok NAME: why          end N good, M bad
//
// Rules: one thread says things. `probe_end` is the last line of main; a cell that probed nothing
// is bad.
#pragma once
#include "abi/types.h"
#include <stdbool.h>

// One finding.
void probe(bool good, const char *name);
// The same, with both numbers if they differ.
void probe_eq(uint64_t got, uint64_t want, const char *name);
// A line that decides nothing.
void probe_say(const char *text);
void probe_number(const char *text, uint64_t value);
// What stands before the next finding's name in each line, e.g. "lend: "; null for nothing.
void probe_about(const char *topic);
// The count, and the status for main: 0 only if something was probed and nothing was bad.
int probe_end(void);

// Everything that can leak: the steward's pages and slots, this cell's slots, tables and pages, and
// its own memory.
struct leaks {
    uint64_t pages, slots;
    uint32_t cells;
    uint64_t own_slots, own_tables, own_pages, own_free;
};

// Needs steward.usage.
struct leaks leaks_now(void);
// Probes that nothing has leaked since `before`. Own page tables stay reserved and are not counted.
void leaks_probe(const struct leaks *before);

// Wait until only `cells` cells run besides the steward. Needs steward.usage and steward.take_event
// (whose signal it waits for; it takes no line).
void cells_await(uint32_t cells);
