// SPDX-License-Identifier: GPL-3.0-or-later
#include "cell.h"
#include "abi/layout.h"
#include "arch.h"
#include "audit.h"
#include "frame.h"
#include "seal.h"
#include "thread.h"

enum { CELL_END_UNBROKEN = 256 }; // pages that are freed at a time

static bool is_power_of_two(uint64_t x)
{
    return x && (x & (x - 1)) == 0;
}

uint64_t cell_size(uint32_t slots, uint32_t tables)
{
    if (slots < CELL_SLOTS_MIN || slots > CELL_SLOTS_MAX || !is_power_of_two(slots) ||
        tables > CELL_TABLES_MAX)
        return 0;
    return 2 * PAGE_SIZE + (uint64_t)slots * sizeof(struct cap) + (uint64_t)tables * PAGE_SIZE;
}

void cell_init(struct cell *cell, uint32_t slots, uint32_t tables)
{
    uint8_t *base = (uint8_t *)cell;

    cell->object.type = OBJECT_CELL;
    cell->top = kernel_to_phys(base + PAGE_SIZE);
    cell->slots = (struct cap *)(base + 2 * PAGE_SIZE);
    cell->slot_count = slots;
    cell->slot_mask = slots - 1;
    cell->pool = base + 2 * PAGE_SIZE + (uint64_t)slots * sizeof(struct cap);
    cell->pool_pages = tables;
    cell->code = CELL_CODE_BASE;
    cell->bytes = cell_size(slots, tables);
    seal_forget();
    frame_use_set(cell, 2, FRAME_CELL);
    frame_use_slots(cell->slots, (uint64_t)slots * sizeof(struct cap) >> PAGE_SHIFT, cell);
    frame_use_set(cell->pool, tables, FRAME_CELL);
    arch_space_init(base + PAGE_SIZE);
}

struct cap *cell_slot(const struct cell *cell, uint64_t index, err_t *why)
{
    struct cap *c;

    if (index == 0 || index >= cell->slot_count) {
        *why = ERR_NO_SLOT;
        return 0;
    }
    c = &cell->slots[index & cell->slot_mask];
    *why = c->type == OBJECT_NONE ? ERR_NO_SLOT : ERR_EXISTS;
    return cap_slot_is_empty(c) ? c : 0;
}

// Forget one page of page table entries: what is mapped there is mapped nowhere from now on.
static void cell_reap_table(pte_t *table)
{
    for (int i = 0; i < 1 << PTE_BITS; i++) {
        pte_t e = table[i];
        struct frame *f = frame_of(e & PTE_ADDRESS);

        if (!(e & (PTE_PRESENT | PTE_LENT)))
            continue;
        ASSERT("I7", !(e & PTE_LENT));
        // Only a last-level entry points to a page whose record points back at this very entry.
        if (f->cell && f->entry == &table[i])
            f->cell = 0;
    }
}

bool cell_reap(struct cell *cell)
{
    uint64_t table_count = cell->pool_used, at = cell->reap_at;

    if (cell->threads) {
        struct thread *t = cell->threads;

        thread_unlink(t);
        cell->ending++;
        thread_stop(t);
        return false;
    }
    if (cell->ending)
        return true;
    audit_leave(cell);
    if (cell->supervisor.type != OBJECT_NONE) {
        cap_delete(&cell->supervisor);
        return false;
    }
    if (at < cell->slot_count) {
        if (!frame_end_step(&cell->slots[at]))
            return false;
        if (cell->slots[at].type != OBJECT_NONE)
            cap_delete(&cell->slots[at]);
        cell->reap_at++;
        return false;
    }
    if (at < cell->slot_count + table_count) {
        cell_reap_table((pte_t *)(cell->pool + (at - cell->slot_count) * PAGE_SIZE));
        cell->reap_at++;
        return false;
    }
    arch_space_end(cell->top);
    if (cell->bytes > CELL_END_UNBROKEN << PAGE_SHIFT) {
        cell->bytes -= CELL_END_UNBROKEN << PAGE_SHIFT;
        frame_use_set((uint8_t *)cell + cell->bytes, CELL_END_UNBROKEN, FRAME_FREE);
        return false;
    }
    frame_use_set(cell, cell->bytes >> PAGE_SHIFT, FRAME_FREE);
    return true;
}
