// SPDX-License-Identifier: GPL-3.0-or-later
// Address spaces: the page tables of a cell. The kernel never reads or writes user memory; it only
// changes who sees a page.
//
// I6  No page table entry is both writable and executable.
// I7  An entry with PTE_LENT is unmapped, mapped anew or destroyed by nobody until the lease ends.
#pragma once
#include "arch_pte.h"
#include "kernel.h"

struct cell;

// The entry for `address` under this top table, 0 if its table is not reserved. Entries of
// consecutive pages are adjacent within one last-level table; a table stays until its cell's end.
static inline pte_t *space_walk(paddr_t top, vaddr_t address)
{
    pte_t *table = phys_to_kernel(top);

    for (int level = PTE_LEVELS - 1; level > 0; level--) {
        pte_t e = table[pte_index(address, level)];

        if (!(e & PTE_PRESENT))
            return 0;
        table = phys_to_kernel(e & PTE_ADDRESS);
    }
    return &table[pte_index(address, 0)];
}

// The same, and how many of the `left` pages from `address` on have their entries in that table.
static inline pte_t *space_run(paddr_t top, vaddr_t address, uint64_t left, uint64_t *run)
{
    *run = (1u << PTE_BITS) - pte_index(address, 0);
    if (*run > left)
        *run = left;
    return space_walk(top, address);
}

// The entry for `address` in this cell, 0 if its table is not reserved.
pte_t *space_entry(const struct cell *cell, vaddr_t address);

// Reserve the tables for `*pages` pages from `*address` on, from the cell's pool. NO_MEMORY leaves
// what was reserved so far. ERR_RESTART: somebody more urgent is waiting; the two say what is left.
MUST_USE err_t space_reserve(struct cell *cell, vaddr_t *address, uint64_t *pages);

// `pages` pages from `address` on lie in user space and are aligned.
bool space_range_is_user(vaddr_t address, uint64_t pages);

// The cell's translations changed: what any CPU remembers of them is dropped before it returns to
// user mode.
void space_changed(const struct cell *cell);
