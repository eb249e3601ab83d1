// SPDX-License-Identifier: GPL-3.0-or-later
// Threads as small as they get: one page each and no stack. Each makes one system call again and
// again, or once, and then rests.
#pragma once
#include "abi/types.h"
#include <stdbool.h>

struct bare { // bare.c knows the order
    uint64_t word, target, w[2];
    uint64_t lease, deadline;
    uint64_t rest;          // a signal to rest on; 0: the call is made for ever
    volatile uint64_t ends; // how often it came back
};

// What they run; `call` is the address of a struct bare.
void bare_run(uint64_t call);

// Start one for each of `calls`, which must stay where they are; how many could be made, from slot
// `slot` on.
uint32_t bare_start(struct bare *calls, uint32_t count, uint32_t slot, uint32_t priority);

// The one in slot `slot`.
cap_t bare_thread(uint32_t slot);
