// SPDX-License-Identifier: GPL-3.0-or-later
// The frame table: one record for each page of RAM, set aside at boot.
//
// I4  A page has at most one mapping by a frame capability, and the record says which.
// I5  A page whose record is not FRAME_FREE is not handed out anew.
// I30  A page that is being hashed (FRAME_FROZEN) is mapped nowhere: mapping thaws it, and the hash
//     begins anew.
#pragma once
#include "arch_pte.h"
#include "kernel.h"

struct cell;

enum frame_use {
    FRAME_FREE = 0,
    FRAME_PAGE = 1,   // behind a frame capability
    FRAME_CELL = 2,   // body, tables and slots of a cell
    FRAME_THREAD = 3, // a thread
    FRAME_SMALL = 4,  // endpoints, signals and budgets
};

enum frame_state {
    FRAME_OPEN = 0,
    FRAME_FROZEN = 1, // being hashed
    FRAME_SEALED = 2, // until it is destroyed and wiped
};

struct frame {
    struct cell
        *cell; // where it is mapped, 0 if nowhere; FRAME_CELL: the cell whose slots are in the page
    pte_t *entry;   // that maps it there; means nothing if `cell` is 0
    uint32_t refs;  // first page of a frame capability: how many capabilities name it; FRAME_SMALL:
                    // how many objects are in the page
    uint16_t use;   // enum frame_use
    uint16_t state; // enum frame_state
};

extern struct frame *frame_table;

static inline struct frame *frame_of(paddr_t p)
{
    return &frame_table[p >> PAGE_SHIFT];
}

static inline struct frame *frame_of_kernel(const void *k)
{
    return frame_of(kernel_to_phys(k));
}

/*@ assigns \nothing;
    ensures record: \valid_read(\result);
 */
static inline const struct frame *frame_of_address(uint64_t address)
{
    return frame_of_kernel((const void *)address);
}

void frame_use_set(const void *first, uint64_t pages, enum frame_use use);
void frame_use_slots(const void *first, uint64_t pages, struct cell *cell); // FRAME_CELL

// One small object more, one less in its page.
void frame_small_begin(const void *body);
void frame_small_end(const void *body);

// Map or unmap all pages of a frame capability (abi/frame.idl).
struct cap;
MUST_USE err_t frame_map(const struct cap *c, struct cell *cell, vaddr_t address, uint32_t access);
MUST_USE err_t frame_unmap(const struct cap *c);

// Before the capability goes: if it is the last of a frame, one bounded step of taking away the
// mappings of all pages that are not lent. False: there is more.
bool frame_end_step(const struct cap *c);

// The last capability is gone, after those steps: what is not lent is free.
APART void frame_end(const struct cap *c);
