// SPDX-License-Identifier: GPL-3.0-or-later
// A second cell for the measurements: the first pages of this program's code, one stack, one
// window, one thread.
#pragma once
#include "abi/types.h"

struct child {
    cap_t cell, thread;
    cap_t endpoint; // the bench's endpoint, as the child names it
};

// A slot of this program's own table that nobody uses; the program supplies this.
uint32_t child_slot(void);

// Make it, with `rights` to the endpoint, and start `run(endpoint)` there. `run` must be in section
// .text.entry and use nothing but its argument and its stack. Faults go to `supervisor`, 0:
// nowhere.
MUST_USE err_t child_make(struct child *c, void (*run)(uint64_t), cap_t endpoint, uint32_t rights,
                          cap_t supervisor);

// What children run: answer for ever; fault for ever.
void child_serve(uint64_t endpoint);
void child_fault(uint64_t unused);
