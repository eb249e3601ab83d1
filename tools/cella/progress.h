// SPDX-License-Identifier: GPL-3.0-or-later
// One line on standard error that says how far something is, on a terminal, and only once it has
// taken longer than a second.
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct progress {
    const char *what; // "sending the payment"
    uint64_t start;   // milliseconds, clock_ms
    bool shown;
};

// Milliseconds of a clock that never goes back.
uint64_t clock_ms(void);

void progress_start(struct progress *p, const char *what);

// `done` of `total` (any unit; total 0: not known).
void progress_update(struct progress *p, uint64_t done, uint64_t total);

// Take the line away.
void progress_end(struct progress *p);
