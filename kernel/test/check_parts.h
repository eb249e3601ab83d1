// SPDX-License-Identifier: GPL-3.0-or-later
// What the files of check.h share: what is broken, and what was found where in memory.
#pragma once
#include "../core/thread.h"
#include "check.h"

extern const char *parts_broken;

#define PARTS_TEXT(x) #x
#define PARTS_LINE(x) PARTS_TEXT(x)
#define REQUIRE(invariant, cond)                                                                   \
    do {                                                                                           \
        if (!(cond)) {                                                                             \
            parts_broken = invariant ": " #cond " (" __FILE__ ":" PARTS_LINE(__LINE__) ")";        \
            return false;                                                                          \
        }                                                                                          \
    } while (0)

// Where a thread was found. Each can be true once.
enum found {
    FOUND_READY = 1,
    FOUND_SENDING = 2,
    FOUND_RECEIVING = 4,
    FOUND_WAITING = 8,
    FOUND_SPENT = 16,
    FOUND_TIMER = 32,
    FOUND_KEPT = 64,
};

bool parts_in_memory(uint64_t address);  // not a device's
uint32_t *parts_owner(uint64_t address); // of 64 bytes: parts_name of the object, 0: nobody
uint32_t parts_name(uint64_t object);
uint32_t *parts_refs(uint64_t object);

// An endpoint, signal or budget: look at its queues, once.
bool parts_small(void *body, uint32_t type);
bool parts_found(const struct thread *t, enum found where);

// The pages of a device's capability are mapped in its own cell, or nowhere.
bool parts_device(const struct cap *c);

bool check_caps(void);
bool check_pages(void);
bool check_threads(bool left);
