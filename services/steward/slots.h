// SPDX-License-Identifier: GPL-3.0-or-later
// The steward's own capability slots, and the machine's untyped memory that it carves from.
#pragma once
#include "abi/start.h"

struct slots {
    uint64_t used[STEWARD_SLOTS / 64];
};

// An empty slot. Errors: NO_SLOT.
MUST_USE err_t slot_take(struct slots *s, uint32_t *slot);
void slot_give(struct slots *s, uint32_t slot);

// How many are not empty, as far as this book says.
uint32_t slots_taken(const struct slots *s);

// The slot that a handle of the steward's table stands in.
static inline uint32_t slot_of(cap_t handle)
{
    return (uint32_t)handle;
}

// Delete the capability and free its slot. Errors: as cell.delete; the slot then stays taken.
MUST_USE err_t slot_delete(struct slots *s, cap_t handle);

struct memory {
    struct slots slots;
    uint32_t untyped_count; // capabilities from slot INIT_UNTYPED on
};

// The memory as the kernel handed it over. `untyped_count` is at most INIT_FREE - INIT_UNTYPED.
void memory_begin(struct memory *m, uint32_t untyped_count);

// Carve `pages` of untyped memory, or an endpoint, from whichever piece has room. Errors:
// NO_MEMORY, NO_SLOT.
MUST_USE err_t memory_piece(struct memory *m, uint64_t pages, cap_t *piece);
MUST_USE err_t memory_endpoint(struct memory *m, cap_t *endpoint);

// Pages that are not carved.
uint64_t memory_free(const struct memory *m);
