// SPDX-License-Identifier: GPL-3.0-or-later
#include "frame.h"
#include "arch.h"
#include "cell.h"

enum { UNMAP_UNBROKEN = 128 }; // pages between two chances for others

struct frame *frame_table;

void frame_use_set(const void *first, uint64_t pages, enum frame_use use)
{
    struct frame *f = frame_of_kernel(first);

#pragma clang loop unroll_count(4)
    for (uint64_t i = 0; i < pages; i++)
        f[i] = (struct frame){.use = (uint16_t)use};
}

void frame_use_slots(const void *first, uint64_t pages, struct cell *cell)
{
    struct frame *f = frame_of_kernel(first);

    for (uint64_t i = 0; i < pages; i++)
        f[i] = (struct frame){.cell = cell, .use = FRAME_CELL};
}

void frame_small_begin(const void *body)
{
    struct frame *f = frame_of_kernel(body);

    ASSERT("I5", f->use == FRAME_FREE || f->use == FRAME_SMALL);
    f->use = FRAME_SMALL;
    f->refs++;
}

void frame_small_end(const void *body)
{
    struct frame *f = frame_of_kernel(body);

    ASSERT("I5", f->use == FRAME_SMALL && f->refs > 0);
    if (--f->refs == 0)
        f->use = FRAME_FREE;
}

static pte_t frame_entry(paddr_t page, uint32_t access)
{
    pte_t e = page | PTE_PRESENT | PTE_USER | PTE_NO_EXECUTE;

    if (access & ACCESS_WRITE)
        e |= PTE_WRITE;
    return e;
}

// Somebody has one of these: is it a lease? What is only being hashed thaws.
static err_t frame_taken(struct frame *f, const pte_t *e, uint64_t run)
{
    uint64_t taken = 0;

    for (uint64_t i = 0; i < run; i++) {
        if (e[i] & PTE_LENT || (f[i].cell && *f[i].entry & PTE_LENT))
            return ERR_BUSY;
        if (f[i].state == FRAME_FROZEN)
            f[i].state = FRAME_OPEN; // I30
        taken |= e[i] | (uint64_t)f[i].cell | f[i].state;
    }
    return taken ? ERR_EXISTS : ERR_OK;
}

// All pages of `c` are mapped nowhere, and nothing is mapped from `address` on (I4). These loops
// run over up to FRAME_PAGES_MAX pages unbroken: they are as short as they can be.
static err_t frame_may_map(const struct cap *c, const struct cell *cell, vaddr_t address)
{
    struct frame *f = frame_of_kernel((void *)c->object);

    for (uint64_t left = c->extent, run; left; left -= run, f += run) {
        const pte_t *e = space_run(cell->top, address, left, &run);
        uint64_t taken = 0;
        err_t err;

        if (!e)
            return ERR_BAD_ADDRESS;
#pragma clang loop unroll_count(4)
        for (uint64_t i = 0; i < run; i++)
            taken |= e[i] | (uint64_t)f[i].cell | f[i].state;
        err = taken ? frame_taken(f, e, run) : ERR_OK;
        if (err)
            return err;
        address += run << PAGE_SHIFT;
    }
    return ERR_OK;
}

// The common case: one page.
static err_t map_page(struct frame *f, struct cell *cell, vaddr_t address, pte_t entry)
{
    pte_t *e = space_entry(cell, address);
    err_t err = ERR_OK;

    if (!e)
        return ERR_BAD_ADDRESS;
    if (*e || f->cell || f->state) // I4
        err = frame_taken(f, e, 1);
    if (err)
        return err;
    // commit
    *e = entry;
    f->cell = cell;
    f->entry = e;
    cell->pages++;
    return ERR_OK;
}

static err_t unmap_page(struct frame *f)
{
    struct cell *cell = f->cell;

    if (!cell)
        return ERR_NOT_FOUND;
    if (*f->entry & PTE_LENT) // I7
        return ERR_BUSY;
    if (*f->entry & PTE_SEALED) // I31
        return ERR_DENIED;
    // commit
    *f->entry = 0;
    f->cell = 0;
    cell->pages--;
    space_changed(cell);
    return ERR_OK;
}

err_t frame_map(const struct cap *c, struct cell *cell, vaddr_t address, uint32_t access)
{
    struct frame *f = frame_of_kernel((void *)c->object);
    pte_t entry = frame_entry(kernel_to_phys((void *)c->object), access);
    err_t err;

    if (access & ~7u || !(access & ACCESS_READ))
        return ERR_BAD_ARGUMENT;
    if (access & (~c->rights | ACCESS_EXECUTE) & 7) // I6: what can be executed is sealed
        return ERR_DENIED;
    if (!space_range_is_user(address, c->extent))
        return ERR_BAD_ADDRESS;
    if (c->extent == 1)
        return map_page(f, cell, address, entry);
    err = frame_may_map(c, cell, address);
    if (err)
        return err;
    // commit
    for (uint64_t left = c->extent, run; left; left -= run, f += run) {
        pte_t *e = space_run(cell->top, address, left, &run);

#pragma clang loop unroll_count(4)
        for (uint64_t i = 0; i < run; i++, entry += PAGE_SIZE) {
            e[i] = entry;
            f[i].cell = cell;
            f[i].entry = &e[i];
        }
        address += run << PAGE_SHIFT;
    }
    cell->pages += c->extent;
    return ERR_OK;
}

err_t frame_unmap(const struct cap *c)
{
    struct frame *f = frame_of_kernel((void *)c->object), *end = f + c->extent;
    struct cell *cell; // all that are not sealed are mapped in the same
    uint64_t unbroken = 0;
    pte_t seen = 0;

    if (c->extent == 1)
        return unmap_page(f);
    while (f < end && !f->cell)
        f++;
    if (f == end)
        return ERR_NOT_FOUND;
#pragma clang loop unroll_count(4)
    for (const struct frame *g = f; g < end; g++)
        seen |= g->cell ? *g->entry : 0;
    if (seen & PTE_LENT) // I7
        return ERR_BUSY;
    if (seen & PTE_SEALED) // I31
        return ERR_DENIED;
    // commit
    cell = f->cell;
    space_changed(cell);
    for (; f < end; f++) {
        if (!f->cell)
            continue;
        if (unbroken++ == UNMAP_UNBROKEN) {
            cell->pages -= UNMAP_UNBROKEN;
            if (arch_preempt()) // the first page that is mapped says where to go on
                return ERR_RESTART;
            unbroken = 1;
        }
        *f->entry = 0;
        f->cell = 0;
    }
    cell->pages -= unbroken;
    return ERR_OK;
}

bool frame_end_step(const struct cap *c)
{
    struct frame *f, *end;
    uint64_t unbroken = 0;

    if (c->type != OBJECT_FRAME || frame_of_kernel((void *)c->object)->refs > 1)
        return true;
    f = frame_of_kernel((void *)c->object);
    end = f + c->extent;
    while (f < end && !f->cell)
        f++;
    for (; f < end && unbroken < UNMAP_UNBROKEN; f++) {
        if (!f->cell || *f->entry & PTE_LENT)
            continue;
        space_changed(f->cell);
        f->cell->pages--;
        *f->entry = 0;
        f->cell = 0;
        unbroken++;
    }
    return unbroken == 0;
}

void frame_end(const struct cap *c)
{
    struct frame *f = frame_of_kernel((void *)c->object), *end = f + c->extent;

    ASSERT("I4", f->refs == 0);
    for (; f < end; f++) {
        if (!f->cell) {
            f->use = FRAME_FREE;
            f->state = FRAME_OPEN;
            continue;
        }
        ASSERT("I7", *f->entry & PTE_LENT);
        *f->entry |= PTE_ORPHAN; // the lease's end frees it
    }
}
