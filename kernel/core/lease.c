// SPDX-License-Identifier: GPL-3.0-or-later
#include "lease.h"
#include "cell.h"
#include "endpoint.h"
#include "frame.h"

enum { LEASE_PAGES_MAX = 256 };

err_t window_set(struct thread *t, struct cell *cell, vaddr_t address, uint64_t pages)
{
    pte_t *first;

    if (pages > LEASE_PAGES_MAX || !space_range_is_user(address, pages))
        return ERR_BAD_ADDRESS;
    if (pte_index(address, 0) + pages > 1u << PTE_BITS)
        return ERR_BAD_ADDRESS;
    first = space_entry(cell, address);
    if (!first)
        return ERR_BAD_ADDRESS;
    for (uint64_t i = 0; i < pages; i++)
        if (first[i])
            return ERR_EXISTS;
    // commit
    t->window = (struct window){address, pages, first};
    return ERR_OK;
}

// Can this page of the lender be lent that way? What was borrowed is lent on only by the thread
// that borrowed it, so that the inner lease ends first.
static err_t lease_check(const struct thread *lender, vaddr_t address, pte_t e, uint32_t kind)
{
    if (e & PTE_LENT)
        return ERR_BUSY;
    if ((e & PTE_BORROWED) &&
        (address < lender->window.address ||
         address - lender->window.address >= lender->window.pages << PAGE_SHIFT))
        return ERR_BUSY;
    if (!(e & PTE_PRESENT) || !(e & PTE_NO_EXECUTE))
        return ERR_BAD_ADDRESS;
    if (kind == LEASE_LEND_MUT && !(e & PTE_WRITE))
        return ERR_BAD_ADDRESS;
    return ERR_OK;
}

static pte_t lease_lent(pte_t e, uint32_t kind)
{
    e |= PTE_LENT;
    if (e & PTE_WRITE)
        e |= PTE_WAS_WRITABLE;
    e &= ~(pte_t)PTE_WRITE;
    if (kind == LEASE_LEND_MUT)
        e &= ~(pte_t)PTE_PRESENT;
    return e;
}

// The entry for `at`, which follows the page whose entry is `before` (0: there is none yet).
static pte_t *entry_at(const struct cell *cell, pte_t *before, vaddr_t at)
{
    return before && pte_index(at, 0) != 0 ? before + 1 : space_entry(cell, at);
}

err_t lease_begin(struct thread *lender, struct thread *borrower, uint64_t descriptor,
                  uint32_t kind)
{
    vaddr_t address = descriptor & ~(uint64_t)(PAGE_SIZE - 1);
    uint64_t pages = descriptor & (PAGE_SIZE - 1);
    vaddr_t at = address;
    pte_t *to = borrower->window.entries, *e = 0, *first = 0;

    if (pages == 0 || !space_range_is_user(address, pages))
        return ERR_BAD_ADDRESS;
    if (pages > borrower->window.pages)
        return ERR_TOO_LARGE;
    ASSERT("I12", borrower->lease.lender == 0);
    for (uint64_t i = 0; i < pages; i++, at += PAGE_SIZE) {
        e = entry_at(lender->cell, e, at);
        if (i == 0)
            first = e;
        err_t err = e ? lease_check(lender, at, *e, kind) : ERR_BAD_ADDRESS;

        if (err)
            return err;
        if (to[i]) // something else was mapped into the window meanwhile
            return ERR_BUSY;
    }
    // commit
    at = address;
    for (uint64_t i = 0; i < pages; i++, at += PAGE_SIZE) {
        e = i ? entry_at(lender->cell, e, at) : first;
        to[i] = (*e & PTE_ADDRESS) | PTE_PRESENT | PTE_USER | PTE_NO_EXECUTE | PTE_BORROWED |
                (kind == LEASE_LEND_MUT ? PTE_WRITE : 0);
        *e = lease_lent(*e, kind); // I13
    }
    space_changed(lender->cell);
    borrower->lease = (struct lease){lender, address, (uint32_t)pages, kind};
    return ERR_OK;
}

// Give one page back. If its frame's last capability went meanwhile, the page is free now.
static void lease_return(struct cell *cell, pte_t *e)
{
    if (*e & PTE_ORPHAN) {
        struct frame *f = frame_of(*e & PTE_ADDRESS);

        *e = 0;
        f->cell = 0;
        f->use = FRAME_FREE;
        cell->pages--;
        return;
    }
    *e |= PTE_PRESENT;
    if (*e & PTE_WAS_WRITABLE)
        *e |= PTE_WRITE;
    *e &= ~(pte_t)(PTE_LENT | PTE_WAS_WRITABLE);
}

void lease_end(struct thread *borrower)
{
    struct lease *l = &borrower->lease;
    struct thread *lender = l->lender;
    pte_t *e = 0;

    if (!lender)
        return;
    for (uint64_t i = 0; i < l->pages; i++) {
        ASSERT("I7", !(borrower->window.entries[i] & PTE_LENT));
        borrower->window.entries[i] = 0;
        e = entry_at(lender->cell, e, l->address + (i << PAGE_SHIFT));
        lease_return(lender->cell, e);
    }
    space_changed(borrower->cell);
    space_changed(lender->cell);
    *l = (struct lease){0};
    if (lender->state == THREAD_STOPPED) { // it waited for this
        endpoint_abandon(lender);
        object_die(&lender->object);
    }
}
