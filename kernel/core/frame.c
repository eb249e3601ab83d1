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
    pte_t e = page | PTE_PRESENT | PTE_USER;

    if (access & ACCESS_WRITE)
        e |= PTE_WRITE;
    if (!(access & ACCESS_EXECUTE))
        e |= PTE_NO_EXECUTE;
    return e;
}

// Somebody has one of these: is it a lease?
static err_t frame_taken(const struct frame *f, const pte_t *e, uint64_t run)
{
    for (uint64_t i = 0; i < run; i++)
        if (e[i] & PTE_LENT || (f[i].cell && *f[i].entry & PTE_LENT))
            return ERR_BUSY;
    return ERR_EXISTS;
}

// All pages of `c` are mapped nowhere, and nothing is mapped from `address` on (I4). These loops
// run over up to FRAME_PAGES_MAX pages unbroken: they are as short as they can be.
static err_t frame_may_map(const struct cap *c, const struct cell *cell, vaddr_t address)
{
    const struct frame *f = frame_of_kernel((void *)c->object);

    for (uint64_t left = c->extent, run; left; left -= run, f += run) {
        const pte_t *e = space_run(cell->top, address, left, &run);
        uint64_t taken = 0;

        if (!e)
            return ERR_BAD_ADDRESS;
#pragma clang loop unroll_count(4)
        for (uint64_t i = 0; i < run; i++)
            taken |= e[i] | (uint64_t)f[i].cell;
        if (taken)
            return frame_taken(f, e, run);
        address += run << PAGE_SHIFT;
    }
    return ERR_OK;
}

err_t frame_map(const struct cap *c, struct cell *cell, vaddr_t address, uint32_t access)
{
    struct frame *f = frame_of_kernel((void *)c->object);
    pte_t entry;
    err_t err;

    if (access & ~7u || !(access & ACCESS_READ))
        return ERR_BAD_ARGUMENT;
    if (access & ~c->rights & 7)
        return ERR_DENIED;
    if ((access & ACCESS_WRITE) && (access & ACCESS_EXECUTE)) // I6
        return ERR_DENIED;
    if (!space_range_is_user(address, c->extent))
        return ERR_BAD_ADDRESS;
    err = frame_may_map(c, cell, address);
    if (err)
        return err;
    // commit
    entry = frame_entry(kernel_to_phys((void *)c->object), access);
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
    struct cell *cell; // all mapped pages of one frame capability are in the same
    uint64_t unbroken = 0;
    pte_t seen = 0;

    while (f < end && !f->cell)
        f++;
    if (f == end)
        return ERR_NOT_FOUND;
#pragma clang loop unroll_count(4)
    for (const struct frame *g = f; g < end; g++)
        seen |= g->cell ? *g->entry : 0;
    if (seen & PTE_LENT) // I7
        return ERR_BUSY;
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

// One page of a frame that ends: is it mapped nowhere now?
static inline bool frame_end_page(struct frame *f)
{
    if (*f->entry & PTE_LENT) {
        *f->entry |= PTE_ORPHAN; // the lease's end frees it
        return false;
    }
    *f->entry = 0;
    f->cell = 0;
    f->use = FRAME_FREE;
    return true;
}

void frame_end(const struct cap *c)
{
    struct frame *f = frame_of_kernel((void *)c->object), *end = f + c->extent;
    struct cell *cell = 0;
    uint64_t forgotten = 0;

#pragma clang loop unroll_count(4)
    for (; f < end; f++) {
        if (f->cell) {
            cell = f->cell;
            forgotten += frame_end_page(f);
        } else {
            f->use = FRAME_FREE;
        }
    }
    if (cell) {
        cell->pages -= forgotten;
        space_changed(cell);
    }
}
