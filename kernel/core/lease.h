// SPDX-License-Identifier: GPL-3.0-or-later
// Leases: whole pages lent with a message, for as long as it is served.
//
// The lender's page table entries say what was lent (PTE_LENT) and what to restore; the borrower's
// window holds the pages meanwhile (PTE_BORROWED). Only the server ends a lease: by its reply, by
// keeping it, or by its death.
//
// A move copies instead: from the sender's pages into the receiver's own, in its inbox, wiping the
// sender's. Meanwhile the pages of both are lent and present for nobody; then the lease ends,
// before the receiver has the message. The copying is the receiver's next system call (SYS_MOVE),
// so that more urgent threads run between two pages.
//
// I12  A window is empty exactly when its thread has no lease, or one of a move.
// I13  While lent, no entry of the lender for that page is writable; for LEND_MUT none is present.
// I21  While a move goes on, no entry for its pages is present at either side.
#pragma once
#include "space.h"

struct thread;

struct window {
    vaddr_t address;
    uint64_t pages;
    pte_t *entries; // all in one page table
};

struct lease {
    struct thread *lender; // 0: none
    pte_t *entry;          // the lender's, of the first page
    vaddr_t address;       // in the lender's cell
    uint32_t pages;
    uint32_t kind;   // enum sys_lease
    uint32_t moved;  // a move: pages copied and wiped so far
    uint64_t result; // a move: the result word for afterwards
    bool dead;       // the last lease's lender died meanwhile and is to be taken apart
};

// Lend what `lender` named in r12 to `borrower`. Nothing changes on failure: BAD_ADDRESS (not
// mapped, not writable for LEND_MUT and MOVE, executable, sealed, misaligned, a device's; for MOVE
// borrowed, or the inbox itself), TOO_LARGE (the window or inbox is smaller), BUSY (lent already,
// at either side), BAD_STATE (the inbox is not made of the borrower's own writable pages).
MUST_USE err_t lease_begin(struct thread *lender, struct thread *borrower, uint64_t descriptor,
                           uint32_t kind);
void lease_end(struct thread *borrower);

// The lease has begun and all else of the message is in the borrower's registers. If it is a move,
// the copying comes before the borrower has them.
void lease_delivered(struct thread *borrower);

// SYS_MOVE: copy and wipe what is left, then let the thread have its message. BAD_STATE: there is
// no move; ERR_RESTART: somebody more urgent is waiting.
MUST_USE err_t lease_move(struct thread *t);

// `pages` pages of the thread's cell from `address` on become its window: reserved, empty, in one
// page table.
MUST_USE err_t window_set(struct thread *t, struct cell *cell, vaddr_t address, uint64_t pages);

// The same for its inbox, whose pages are mapped when something is moved there, not necessarily
// now.
MUST_USE err_t inbox_set(struct thread *t, struct cell *cell, vaddr_t address, uint64_t pages);
