// SPDX-License-Identifier: GPL-3.0-or-later
// Random system calls, grammar-aware: operations and methods with arguments of the right kind and
// near the right kind, on handles that exist, existed, or nearly exist.
//
// What the program itself stands on (its threads, their stacks, its pages) stays out of the game:
// taking that away is allowed to an app and ends it. The game has slots, addresses and a piece of
// memory of its own.
#pragma once
#include "os/syscall.h"
#include <stdbool.h>

enum {
    GAME_FIRST = 192, // slots of the game
    GAME_LAST = 447,
    GAME_PAGES = 64, // of address space, and windows of WINDOW_PAGES behind them
    WINDOW_PAGES = 16,
    CHILDREN = 8,
};
#define GAME_BASE 0x0000000080000000u

struct dice {
    uint64_t state;
};

uint64_t dice_roll(struct dice *d);

// A random call in `s`; afterwards what came of it, so that later calls know of it.
void call_make(struct dice *d, struct syscall *s);
void call_note(const struct syscall *before, const struct syscall *after);

// The game's memory (0: none), and a program for threads of the game with its arguments.
void call_begin(cap_t memory, uint64_t entry, uint64_t first_argument, uint64_t argument_size);

// Forget all handles; call before the game's slots are emptied.
void call_end(void);
