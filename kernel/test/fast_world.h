// SPDX-License-Identifier: GPL-3.0-or-later
// The world in which all states of fast_state.h are: three cells with heaps, windows, endpoints,
// signals, budgets and capabilities to all of them, and ten threads that are ready but in no queue.
#pragma once
#include "bed.h"
#include "budget.h"
#include "fast_state.h"

// Slots in every cell's table. What the caller uses is made anew for each state.
enum {
    SLOT_SERVE = 40,  // the first endpoint, as its servers hold it
    SLOT_OTHER = 41,  // the second endpoint
    SLOT_SIGNAL = 42, // the parking place
    SLOT_BOUND = 43,
    SLOT_USED = 44, // what the caller uses
    SLOT_EMPTY = 45,
    SLOT_FRAME = 46,
    SLOT_CELL = 47,
    SLOT_THREAD = 48,
    SLOT_LAST = 50,   // in the root's cell, as all that follows
    SLOT_BUDGET = 51, // two of them
    SLOT_INBOX = 54,  // one for each cell
    SLOT_ROOT = 20,   // what the above come from
};
enum {
    CELLS = 3,
    SLOTS = 64,
    TABLES = 10,
    PAGES = 110,
    HEAP = 4,
    INBOX = 3,
    WINDOW = 4,
    EXTENTS = 64
};
enum { BUDGETS = 2, AMOUNT = 1000000, PERIOD = 1000000000 };
// What the threads are in a state. From READY on, and who is left over: ready, or parked.
enum { CALLER, PEER, SECOND, THIRD, OTHER, LATER, READY, PARKED = STATE_THREADS - 1 };

struct world {
    struct cell *cells[CELLS];
    struct thread *threads[STATE_THREADS], *role[STATE_THREADS];
    struct signal *bound;
    struct budget *budgets[BUDGETS];
};
extern struct world world;

// Back to the state in which state_open left everything.
void world_restore(void);

// Random numbers, from `world_seed` on.
void world_seed(uint64_t seed);
uint64_t roll64(void);
uint32_t roll(uint32_t n); // below n
bool one_in(uint32_t n);
