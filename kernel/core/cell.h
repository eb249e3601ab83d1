// SPDX-License-Identifier: GPL-3.0-or-later
// A cell: an address space and a capability table. It is one contiguous piece of memory:
//
//     struct cell (1 page) | top page table | capability slots | pool of page tables
//
// so that its memory is one object's, and mapping never allocates.
#pragma once
#include "cap.h"
#include "space.h"

struct thread;

struct cell {
    struct object object;
    struct cap supervisor; // who is told of faults; empty: nobody
    struct cap *slots;
    uint32_t slot_count; // a power of two
    uint32_t slot_mask;  // slot_count - 1
    uint32_t slots_used;
    paddr_t top; // physical address of the top page table
    uint8_t *pool;
    uint32_t pool_pages;
    uint32_t pool_used;
    uint64_t pages;                        // mapped by frame capabilities
    uint64_t bytes;                        // of the whole object
    vaddr_t code;                          // where its code begins
    uint32_t code_pages;                   // 0: its code root is not known yet (seal.h)
    bool tampered;                         // a sealed page changed: nothing of it runs any more
    uint32_t root[8];                      // its code root
    uint32_t (*leaves)[8];                 // of its sealed pages, by index; at the end of its pool
    struct cell *audit_next, **audit_prev; // the cells with a code root (audit.h)
    struct thread *threads;
    uint32_t ending;  // threads taken off that list whose end is not over
    uint64_t reap_at; // progress of its taking apart: slots first, then page tables
};
_Static_assert(sizeof(struct cell) <= PAGE_SIZE, "one page");

enum { CELL_SLOTS_MIN = 64, CELL_SLOTS_MAX = 65536, CELL_TABLES_MAX = 1024 };

// Bytes that a cell of that size takes; 0 if the numbers are out of range.
uint64_t cell_size(uint32_t slots, uint32_t tables);
void cell_init(struct cell *cell, uint32_t slots, uint32_t tables);

/*@ // A cell whose table can be read.
    predicate is_table{L}(struct cell *cell) =
      \valid_read(cell) && \valid_read(cell->slots + (0 .. cell->slot_mask)) &&
      cell->slot_count == cell->slot_mask + 1;

    // Handle and slot name each other: by index and generation.
    predicate is_named{L}(struct cell *cell, cap_t handle, struct cap *c) =
      (uint32_t)handle < cell->slot_count && c == cell->slots + (uint32_t)handle &&
      c->generation == handle >> 32;
 */

// The capability behind a handle, 0 if the handle is empty or stale (I3).
/*@ requires is_table(cell);
    assigns \result \from cell, handle;
    ensures named: \result != \null ==> is_named(cell, handle, \result);
    ensures used: \result != \null ==> \result->type != OBJECT_NONE;
 */
static inline struct cap *cell_find(const struct cell *cell, cap_t handle)
{
    uint32_t index = (uint32_t)handle & cell->slot_mask;
    struct cap *c = &cell->slots[index];

    if (index != (uint32_t)handle || c->generation != handle >> 32 || c->type == OBJECT_NONE)
        return 0;
    return c;
}

// The empty slot with this index, 0 if there is none such (`*why` says which error). Slot 0 is
// never used.
struct cap *cell_slot(const struct cell *cell, uint64_t index, err_t *why);

static inline cap_t cell_handle(const struct cell *cell, const struct cap *c)
{
    return (cap_t)c->generation << 32 | (uint32_t)(c - cell->slots);
}

// Take one step of a dying cell apart. False: there is more. True: nothing is left, or the rest
// waits for its threads, the last of which goes on with it.
bool cell_reap(struct cell *cell);
