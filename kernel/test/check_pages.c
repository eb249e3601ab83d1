// SPDX-License-Identifier: GPL-3.0-or-later
// Page tables, the frame table, leases and sealed pages: I4 to I7, I12, I13, I21, I22, I30, I31,
// I33.
#include "../core/cell.h"
#include "../core/frame.h"
#include "check_parts.h"

static struct {
    uint64_t tables, own, lent, borrowed, device;
} seen;

// At its place in its own cell, and as it was.
static bool check_sealed(const struct cell *cell, const pte_t *at)
{
    uint64_t index = 0;

    while (index < cell->code_pages && space_entry(cell, cell->code + (index << PAGE_SHIFT)) != at)
        index++;
    REQUIRE("I31", index < cell->code_pages);
    REQUIRE("I31", !(*at & (PTE_WRITE | PTE_WAS_WRITABLE | PTE_LENT | PTE_BORROWED)));
    return true;
}

static bool check_entry(const struct cell *cell, const pte_t *at)
{
    pte_t e = *at;
    const struct frame *f = frame_of(e & PTE_ADDRESS);

    REQUIRE("I6", !(e & PTE_WRITE) || e & PTE_NO_EXECUTE);
    REQUIRE("I4", e & (PTE_PRESENT | PTE_LENT));
    REQUIRE("I13", !(e & PTE_LENT) || !(e & PTE_WRITE));
    seen.lent += (e & PTE_LENT) != 0;
    seen.borrowed += (e & PTE_BORROWED) != 0;
    if (e & PTE_BORROWED)
        return true;
    if ((e & PTE_ADDRESS) >> PAGE_SHIFT >= physmap_pages) { // a device's: it has no record
        REQUIRE("I22", !(e & PTE_LENT) && (e & PTE_UNCACHED) == PTE_UNCACHED && e & PTE_NO_EXECUTE);
        seen.device++;
        return true;
    }
    seen.own++;
    REQUIRE("I5", f->use == FRAME_PAGE);
    REQUIRE("I4", f->cell == cell && f->entry == at);
    REQUIRE("I31", (f->state == FRAME_SEALED) == ((e & PTE_SEALED) != 0));
    return !(e & PTE_SEALED) || check_sealed(cell, at);
}

static uint64_t mapped; // pages of all device capabilities

bool parts_device(const struct cap *c)
{
    const struct frame *f = frame_of_kernel(c);

    if (!c->identity)
        return true;
    REQUIRE("I22", f->use == FRAME_CELL && f->cell);
    for (uint64_t i = 0; i < c->extent; i++) {
        const pte_t *e = space_entry(f->cell, c->identity + (i << PAGE_SHIFT));

        REQUIRE("I22", e && (*e & PTE_ADDRESS) == c->object + (i << PAGE_SHIFT));
    }
    mapped += c->extent;
    return true;
}

static bool check_table(const struct cell *cell, const pte_t *table, int level)
{
    int end = level == PTE_LEVELS - 1 ? 1 << (PTE_BITS - 1) : 1 << PTE_BITS;

    for (int i = 0; i < end; i++) {
        if (!table[i])
            continue;
        if (level == 0) {
            if (!check_entry(cell, &table[i]))
                return false;
            continue;
        }
        seen.tables++;
        if (!check_table(cell, phys_to_kernel(table[i] & PTE_ADDRESS), level - 1))
            return false;
    }
    return true;
}

static bool check_space(const struct cell *cell)
{
    seen.tables = seen.own = 0;
    if (cell->code_pages)
        REQUIRE("I33",
                *cell->audit_prev == cell && (!cell->audit_next || cell->audit_next->code_pages));
    if (cell->reap_at > cell->slot_count) // its tables are being taken apart
        return true;
    if (!check_table(cell, phys_to_kernel(cell->top), PTE_LEVELS - 1))
        return false;
    REQUIRE("I6", seen.tables == cell->pool_used);
    REQUIRE("I4", seen.own == cell->pages);
    return true;
}

// One page of a lease, at the lender and at the borrower.
static bool check_lent(const struct thread *t, uint64_t i, pte_t from)
{
    const struct lease *l = &t->lease;
    pte_t to = l->kind == LEASE_MOVE ? t->inbox.entries[i] : t->window.entries[i];

    REQUIRE("I7", from & PTE_LENT);
    REQUIRE("I13", !(from & PTE_WRITE));
    if (l->kind != LEASE_LEND)
        REQUIRE("I13", !(from & PTE_PRESENT));
    if (l->kind == LEASE_MOVE) {
        REQUIRE("I21", (to & PTE_LENT) && !(to & PTE_PRESENT));
        return true;
    }
    REQUIRE("I12", to & PTE_BORROWED && (to & PTE_ADDRESS) == (from & PTE_ADDRESS));
    REQUIRE("I12", !(to & PTE_WRITE) || l->kind == LEASE_LEND_MUT);
    return true;
}

static bool check_lease(const struct thread *t, uint64_t *lent, uint64_t *borrowed)
{
    const struct lease *l = &t->lease;

    if (!l->lender)
        return true;
    REQUIRE("I12", l->pages && l->pages <= (l->kind == LEASE_MOVE ? t->inbox : t->window).pages);
    REQUIRE("I7", l->lender->cell && l->entry == space_entry(l->lender->cell, l->address));
    *lent += l->pages * (l->kind == LEASE_MOVE ? 2u : 1u);
    *borrowed += l->kind == LEASE_MOVE ? 0 : l->pages;
    for (uint64_t i = 0; i < l->pages; i++) {
        const pte_t *from = space_entry(l->lender->cell, l->address + (i << PAGE_SHIFT));

        if (!from || !check_lent(t, i, *from))
            return false;
    }
    return true;
}

bool check_pages(void)
{
    uint64_t lent = 0, borrowed = 0;

    seen.lent = seen.borrowed = seen.device = 0;
    for (uint64_t p = 0; p < physmap_pages; p++) {
        const struct frame *f = &frame_table[p];
        const struct cell *cell = phys_to_kernel(p << PAGE_SHIFT);

        if (f->use == FRAME_PAGE && f->cell)
            REQUIRE("I4",
                    (*f->entry & PTE_ADDRESS) == p << PAGE_SHIFT && !(*f->entry & PTE_BORROWED));
        if (f->use == FRAME_PAGE && f->state == FRAME_FROZEN)
            REQUIRE("I30", !f->cell);
        if (f->use == FRAME_THREAD &&
            !check_lease(phys_to_kernel(p << PAGE_SHIFT), &lent, &borrowed))
            return false;
        if (f->use != FRAME_CELL)
            continue;
        if (!check_space(cell))
            return false;
        p += (cell->bytes >> PAGE_SHIFT) - 1;
    }
    REQUIRE("I22", mapped == seen.device);
    mapped = 0;
    REQUIRE("I7", lent == seen.lent);
    REQUIRE("I12", borrowed == seen.borrowed);
    return true;
}
