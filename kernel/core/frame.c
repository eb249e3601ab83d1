// SPDX-License-Identifier: GPL-3.0-or-later
#include "frame.h"
#include "cell.h"

struct frame *frame_table;

void frame_use_set(const void *first, uint64_t pages, enum frame_use use)
{
    struct frame *f = frame_of_kernel(first);

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

// The entries of the `left` pages from `address` on that lie in one table, and how many they are.
static pte_t *frame_run(const struct cell *cell, vaddr_t address, uint64_t left, uint64_t *run)
{
    *run = (1u << PTE_BITS) - pte_index(address, 0);
    if (*run > left)
        *run = left;
    return space_walk(cell->top, address);
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
        const pte_t *e = frame_run(cell, address, left, &run);
        uint64_t taken = 0;

        if (!e)
            return ERR_BAD_ADDRESS;
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
        pte_t *e = frame_run(cell, address, left, &run);

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

// A page is mapped no more. All mapped pages of one frame capability are in the same cell.
static inline void frame_forget(struct frame *f)
{
    *f->entry = 0;
    f->cell = 0;
    f->entry = 0;
}

err_t frame_unmap(const struct cap *c)
{
    struct frame *f = frame_of_kernel((void *)c->object);
    struct cell *cell = 0;
    uint64_t forgotten = 0;

    for (uint64_t i = 0; i < c->extent; i++) {
        if (!f[i].cell)
            continue;
        cell = f[i].cell;
        if (*f[i].entry & PTE_LENT) // I7
            return ERR_BUSY;
    }
    if (!cell)
        return ERR_NOT_FOUND;
    // commit
    for (uint64_t i = 0; i < c->extent; i++) {
        if (f[i].cell) {
            frame_forget(&f[i]);
            forgotten++;
        }
    }
    cell->pages -= forgotten;
    space_changed(cell);
    return ERR_OK;
}

void frame_end(const struct cap *c)
{
    struct frame *f = frame_of_kernel((void *)c->object);
    struct cell *cell = 0;
    uint64_t forgotten = 0;

    for (uint64_t i = 0; i < c->extent; i++) {
        if (f[i].cell) {
            cell = f[i].cell;
            if (*f[i].entry & PTE_LENT) {
                *f[i].entry |= PTE_ORPHAN; // the lease's end frees it
                continue;
            }
            frame_forget(&f[i]);
            forgotten++;
        }
        f[i].use = FRAME_FREE;
    }
    if (cell) {
        cell->pages -= forgotten;
        space_changed(cell);
    }
}
