// SPDX-License-Identifier: GPL-3.0-or-later
#include "space.h"
#include "abi/layout.h"
#include "arch.h"
#include "cell.h"
#include "sched.h"

enum { RESERVE_UNBROKEN = 16 }; // tables between two chances for others

static pte_t *table_at(pte_t e)
{
    return phys_to_kernel(e & PTE_ADDRESS);
}

pte_t *space_entry(const struct cell *cell, vaddr_t address)
{
    return space_walk(cell->top, address);
}

bool space_range_is_user(vaddr_t address, uint64_t pages)
{
    return is_aligned(address, PAGE_SIZE) && address >= PAGE_SIZE && pages > 0 &&
           pages <= CELL_TOP >> PAGE_SHIFT && address <= CELL_TOP - (pages << PAGE_SHIFT);
}

static bool space_reserve_one(struct cell *cell, vaddr_t address)
{
    pte_t *table = phys_to_kernel(cell->top);

    for (int level = PTE_LEVELS - 1; level > 0; level--) {
        pte_t *e = &table[pte_index(address, level)];

        if (!(*e & PTE_PRESENT)) {
            if (cell->pool_used == cell->pool_pages)
                return false;
            *e = kernel_to_phys(cell->pool + (uint64_t)cell->pool_used++ * PAGE_SIZE) | PTE_TABLE;
        }
        table = table_at(*e);
    }
    return true;
}

err_t space_reserve(struct cell *cell, vaddr_t *address, uint64_t *pages)
{
    const uint64_t span = (uint64_t)PAGE_SIZE << PTE_BITS; // what one last-level table covers

    if (!space_range_is_user(*address, *pages))
        return ERR_BAD_ADDRESS;
    // Bounded by the pool: each round but the first finds one of its tables in use, or uses one.
    for (uint32_t round = 1;; round++) {
        uint64_t here =
            (span - (*address & (span - 1))) >> PAGE_SHIFT; // pages up to the next table

        if (!space_reserve_one(cell, *address))
            return ERR_NO_MEMORY;
        if (here >= *pages)
            return ERR_OK;
        *address += here << PAGE_SHIFT;
        *pages -= here;
        if (round % RESERVE_UNBROKEN == 0 && arch_preempt())
            return ERR_RESTART;
    }
}

void space_changed(const struct cell *cell)
{
    if (cell->top == this_cpu()->top)
        this_cpu()->top = 0;
}
