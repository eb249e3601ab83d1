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

// All pages of `c` are mapped nowhere, and nothing is mapped from `address` on.
static err_t frame_may_map(const struct cap *c, const struct cell *cell, vaddr_t address,
                           pte_t **first)
{
    const struct frame *f = frame_of_kernel((void *)c->object);
    pte_t *e = 0;

    for (uint64_t i = 0; i < c->extent; i++, address += PAGE_SIZE) {
        e = space_walk_on(cell->top, e, address);
        if (!e)
            return ERR_BAD_ADDRESS;
        if (*e || f[i].cell) // I4
            return (f[i].cell ? *f[i].entry : *e) & PTE_LENT ? ERR_BUSY : ERR_EXISTS;
        if (i == 0)
            *first = e;
    }
    return ERR_OK;
}

err_t frame_map(const struct cap *c, struct cell *cell, vaddr_t address, uint32_t access)
{
    struct frame *f = frame_of_kernel((void *)c->object);
    pte_t entry, *e;
    err_t err;

    if (access & ~7u || !(access & ACCESS_READ))
        return ERR_BAD_ARGUMENT;
    if (access & ~c->rights & 7)
        return ERR_DENIED;
    if ((access & ACCESS_WRITE) && (access & ACCESS_EXECUTE)) // I6
        return ERR_DENIED;
    if (!space_range_is_user(address, c->extent))
        return ERR_BAD_ADDRESS;
    err = frame_may_map(c, cell, address, &e);
    if (err)
        return err;
    // commit
    entry = frame_entry(kernel_to_phys((void *)c->object), access);
    *e = entry;
    f->cell = cell;
    f->entry = e;
    for (uint64_t i = 1; i < c->extent; i++) {
        address += PAGE_SIZE;
        entry += PAGE_SIZE;
        e = space_walk_on(cell->top, e, address);
        *e = entry;
        f[i].cell = cell;
        f[i].entry = e;
    }
    cell->pages += c->extent;
    return ERR_OK;
}

static void frame_forget(struct frame *f)
{
    struct cell *cell = f->cell;

    *f->entry = 0;
    cell->pages--;
    space_changed(cell);
    f->cell = 0;
    f->entry = 0;
}

err_t frame_unmap(const struct cap *c)
{
    struct frame *f = frame_of_kernel((void *)c->object);
    bool mapped = false;

    for (uint64_t i = 0; i < c->extent; i++) {
        if (!f[i].cell)
            continue;
        mapped = true;
        if (*f[i].entry & PTE_LENT) // I7
            return ERR_BUSY;
    }
    if (!mapped)
        return ERR_NOT_FOUND;
    // commit
    for (uint64_t i = 0; i < c->extent; i++)
        if (f[i].cell)
            frame_forget(&f[i]);
    return ERR_OK;
}

void frame_end(const struct cap *c)
{
    struct frame *f = frame_of_kernel((void *)c->object);

    for (uint64_t i = 0; i < c->extent; i++) {
        if (f[i].cell && (*f[i].entry & PTE_LENT)) {
            *f[i].entry |= PTE_ORPHAN; // the lease's end frees it
            continue;
        }
        if (f[i].cell)
            frame_forget(&f[i]);
        f[i].use = FRAME_FREE;
    }
}
