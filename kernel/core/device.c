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

err_t device_map(struct cap *c, vaddr_t address, uint32_t access)
{
    const struct cell *cell = device_cell(c);
    pte_t entry = c->object | PTE_PRESENT | PTE_USER | PTE_NO_EXECUTE | PTE_UNCACHED;

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
    for (uint64_t i = 0; i < c->extent; i++) {
        const pte_t *e = space_entry(cell, address + (i << PAGE_SHIFT));

        if (!e || *e)
            return e ? ERR_EXISTS : ERR_BAD_ADDRESS;
    }
    // commit
    for (uint64_t i = 0; i < c->extent; i++, entry += PAGE_SIZE)
        *space_entry(cell, address + (i << PAGE_SHIFT)) =
            entry | (access & ACCESS_WRITE ? PTE_WRITE : 0);
    c->identity = address; // I22
    return ERR_OK;
}

void device_cut(struct cap *c)
{
    const struct cell *cell = device_cell(c);

    if (!c->identity)
        return;
    ASSERT("I22", cell != 0);
    for (uint64_t i = 0; i < c->extent; i++)
        *space_entry(cell, c->identity + (i << PAGE_SHIFT)) = 0;
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
