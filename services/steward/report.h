// SPDX-License-Identifier: GPL-3.0-or-later
// The steward's lines for the log: a short queue that forgets the oldest, and the words for faults.
#pragma once
#include "abi/plan.h"
#include "os/text.h"

enum { EVENT_TEXT = 256, EVENT_COUNT = 32 };

struct events {
    char text[EVENT_COUNT][EVENT_TEXT];
    uint32_t first, count;
    uint32_t lost; // overwritten since the last one was taken
};

// Add a line: write it into the text that is returned before the next call.
struct text events_add(struct events *e);

// Copy out the oldest line, at most `size` bytes of it, and forget it. The result is its length.
// `*lost` counts the lines before it that were overwritten. Without a line, both are 0.
size_t events_take(struct events *e, char *out, size_t size, uint32_t *lost);

// "cell NAME stopped: ..." for a fault message's four words (abi/syscall.h).
void fault_describe(struct text *t, const struct plan_cell *cell, uint64_t stack_end,
                    const uint64_t words[4]);
