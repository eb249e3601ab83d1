// SPDX-License-Identifier: GPL-3.0-or-later
// Leases: whole pages lent with a message, for as long as it is served.
//
// The lender's page table entries say what was lent (PTE_LENT) and what to restore; the borrower's
// window holds the pages meanwhile (PTE_BORROWED). Only the server ends a lease: by its reply, by
// keeping it, or by its death.
//
// I12  A window is empty exactly when its thread has no lease.
// I13  While lent, no entry of the lender for that page is writable; for LEND_MUT none is present.
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
    uint32_t kind; // enum sys_lease
};

// Lend what `lender` named in r12 to `borrower`. Nothing changes on failure: BAD_ADDRESS (not
// mapped, not writable for LEND_MUT, executable, misaligned), TOO_LARGE (the window is smaller),
// BUSY (lent already).
MUST_USE err_t lease_begin(struct thread *lender, struct thread *borrower, uint64_t descriptor,
                           uint32_t kind);
void lease_end(struct thread *borrower);

// `pages` pages of the thread's cell from `address` on become its window: reserved, empty, in one
// page table.
MUST_USE err_t window_set(struct thread *t, struct cell *cell, vaddr_t address, uint64_t pages);
