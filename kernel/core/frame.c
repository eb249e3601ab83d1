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

static pte_t frame_entry(paddr_t page, uint32_t access)
{
    pte_t e = page | PTE_PRESENT | PTE_USER;

    if (access & ACCESS_WRITE)
        e |= PTE_WRITE;
    if (!(access & ACCESS_EXECUTE))
        e |= PTE_NO_EXECUTE;
    return e;
}

err_t frame_map(const struct cap *c, struct cell *cell, vaddr_t address, uint32_t access)
{
    paddr_t page = kernel_to_phys((void *)c->object);
    uint64_t pages = c->extent;

    if (!(access & ACCESS_READ) || access & ~7u || (access & ~c->rights & 7))
        return access & ~7u || !(access & ACCESS_READ) ? ERR_BAD_ARGUMENT : ERR_DENIED;
    if ((access & ACCESS_WRITE) && (access & ACCESS_EXECUTE)) // I6
        return ERR_DENIED;
    if (!space_range_is_user(address, pages))
        return ERR_BAD_ADDRESS;
    for (uint64_t i = 0; i < pages; i++) {
        pte_t *e = space_entry(cell, address + (i << PAGE_SHIFT));

        if (!e)
            return ERR_BAD_ADDRESS;
        if (*e || frame_of(page)[i].cell) // I4
            return ERR_EXISTS;
    }
    // commit
    for (uint64_t i = 0; i < pages; i++, address += PAGE_SIZE, page += PAGE_SIZE) {
        struct frame *f = frame_of(page);

        *space_entry(cell, address) = frame_entry(page, access);
        f->cell = cell;
        f->address = address;
    }
    cell->pages += pages;
    return ERR_OK;
}

static void frame_forget(struct frame *f)
{
    f->cell->pages--;
    space_changed(f->cell);
    f->cell = 0;
    f->address = 0;
}

err_t frame_unmap(const struct cap *c)
{
    struct frame *f = frame_of_kernel((void *)c->object);
    uint64_t mapped = 0;

    for (uint64_t i = 0; i < c->extent; i++) {
        if (!f[i].cell)
            continue;
        mapped++;
        if (*space_entry(f[i].cell, f[i].address) & PTE_LENT) // I7
            return ERR_BUSY;
    }
    if (mapped == 0)
        return ERR_NOT_FOUND;
    // commit
    for (uint64_t i = 0; i < c->extent; i++) {
        if (f[i].cell) {
            *space_entry(f[i].cell, f[i].address) = 0;
            frame_forget(&f[i]);
        }
    }
    return ERR_OK;
}

void frame_end(const struct cap *c)
{
    struct frame *f = frame_of_kernel((void *)c->object);

    for (uint64_t i = 0; i < c->extent; i++) {
        pte_t *e = f[i].cell ? space_entry(f[i].cell, f[i].address) : 0;

        if (e && (*e & PTE_LENT)) {
            *e |= PTE_ORPHAN; // the lease's end frees it
            continue;
        }
        if (e) {
            *e = 0;
            frame_forget(&f[i]);
        }
        f[i].use = FRAME_FREE;
    }
}
