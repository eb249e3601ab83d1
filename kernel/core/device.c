// SPDX-License-Identifier: GPL-3.0-or-later
#include "device.h"
#include "arch.h"
#include "cell.h"
#include "frame.h"

enum { KEPT_MAX = BOOT_MEMORY_MAX + 2 }; // RAM, the local interrupt controller and the I/O one

static struct {
    paddr_t from, to;
} kept[KEPT_MAX];
static uint32_t kept_count;

void device_keep(paddr_t from, uint64_t pages)
{
    ASSERT("I23", kept_count < KEPT_MAX);
    from &= ~(paddr_t)(PAGE_SIZE - 1);
    kept[kept_count].from = from;
    kept[kept_count].to = from + (pages << PAGE_SHIFT);
    kept_count++;
}

static bool is_kept(paddr_t from, uint64_t pages)
{
    for (uint32_t i = 0; i < kept_count; i++)
        if (from < kept[i].to && kept[i].from < from + (pages << PAGE_SHIFT))
            return true;
    return false;
}

// The cell whose table the capability is in (frame.h).
static struct cell *device_cell(const struct cap *c)
{
    const struct frame *f = frame_of_kernel(c);

    return f->use == FRAME_CELL ? f->cell : 0;
}

// The entries for `pages` pages from `address` on: all become `first` (0: none), which goes on page
// by page. These loops run over up to DEVICE_PAGES_MAX pages unbroken.
static void entries_set(const struct cell *cell, vaddr_t address, uint64_t pages, pte_t first)
{
    const pte_t step = first ? PAGE_SIZE : 0;

    for (uint64_t run; pages; pages -= run, address += run << PAGE_SHIFT) {
        pte_t *e = space_run(cell->top, address, pages, &run);

        for (uint64_t i = 0; i < run; i++, first += step)
            e[i] = first;
    }
}

static err_t entries_check(const struct cell *cell, vaddr_t address, uint64_t pages)
{
    for (uint64_t run; pages; pages -= run, address += run << PAGE_SHIFT) {
        const pte_t *e = space_run(cell->top, address, pages, &run);
        pte_t used = 0;

        if (!e)
            return ERR_BAD_ADDRESS;
        for (uint64_t i = 0; i < run; i++)
            used |= e[i];
        if (used)
            return ERR_EXISTS;
    }
    return ERR_OK;
}

err_t device_map(struct cap *c, vaddr_t address, uint32_t access)
{
    const struct cell *cell = device_cell(c);
    err_t err;

    if (access & ~7u || !(access & ACCESS_READ))
        return ERR_BAD_ARGUMENT;
    if (access & ~c->rights & 7 || access & ACCESS_EXECUTE)
        return ERR_DENIED;
    if (c->extent > DEVICE_PAGES_MAX)
        return ERR_TOO_LARGE;
    if (!cell || is_kept(c->object, c->extent)) // I23
        return ERR_DENIED;
    if (c->identity)
        return ERR_EXISTS;
    if (!space_range_is_user(address, c->extent))
        return ERR_BAD_ADDRESS;
    err = entries_check(cell, address, c->extent);
    if (err)
        return err;
    // commit
    entries_set(cell, address, c->extent,
                c->object | PTE_PRESENT | PTE_USER | PTE_NO_EXECUTE | PTE_UNCACHED |
                    (access & ACCESS_WRITE ? PTE_WRITE : 0));
    c->identity = address; // I22
    return ERR_OK;
}

void device_cut(struct cap *c)
{
    const struct cell *cell = device_cell(c);

    if (!c->identity)
        return;
    ASSERT("I22", cell != 0);
    entries_set(cell, c->identity, c->extent, 0);
    space_changed(cell);
    c->identity = 0;
}

err_t device_unmap(struct cap *c)
{
    if (!c->identity)
        return ERR_NOT_FOUND;
    // commit
    device_cut(c);
    return ERR_OK;
}
