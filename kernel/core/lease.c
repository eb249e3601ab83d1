// SPDX-License-Identifier: GPL-3.0-or-later
#include "lease.h"
#include "abi/layout.h"
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

// What an entry must say so that its page can be lent that way: present, not executable, not lent.
static pte_t lease_wanted(uint32_t kind)
{
    return PTE_PRESENT | PTE_NO_EXECUTE | (kind == LEASE_LEND_MUT ? PTE_WRITE : 0);
}

// Can this page of the lender, which is not as plain as `lease_wanted` says, be lent? What was
// borrowed is lent on only by the thread that borrowed it, so that the inner lease ends first.
static err_t lease_check(const struct thread *lender, vaddr_t address, pte_t e, uint32_t kind)
{
    if (e & PTE_LENT)
        return ERR_BUSY;
    if ((e & PTE_BORROWED) && address - lender->window.address >= lender->window.pages
                                                                      << PAGE_SHIFT)
        return ERR_BUSY;
    return (e & lease_wanted(kind)) == lease_wanted(kind) ? ERR_OK : ERR_BAD_ADDRESS;
}

static pte_t lease_lent(pte_t e, uint32_t kind)
{
    e |= PTE_LENT;
    if (e & PTE_WRITE)
        e |= PTE_WAS_WRITABLE;
    e &= ~PTE_WRITE;
    if (kind == LEASE_LEND_MUT)
        e &= ~PTE_PRESENT;
    return e;
}

static pte_t lease_borrowed(pte_t e, uint32_t kind)
{
    return (e & PTE_ADDRESS) | PTE_PRESENT | PTE_USER | PTE_NO_EXECUTE | PTE_BORROWED |
           (kind == LEASE_LEND_MUT ? PTE_WRITE : 0);
}

// One page is by far the most common lease: the compiler makes a version of its own for it.
#define ONCE_FOR_ONE_ONCE_FOR_ALL static inline __attribute__((always_inline))

ONCE_FOR_ONE_ONCE_FOR_ALL err_t lend(struct thread *lender, struct thread *borrower,
                                     vaddr_t address, uint64_t pages, uint32_t kind)
{
    pte_t *to = borrower->window.entries, *e = 0, *first = 0;
    pte_t wanted = lease_wanted(kind), looked_at = wanted | PTE_LENT | PTE_BORROWED;
    paddr_t top = lender->cell->top;

    if (pages > borrower->window.pages) // which is LEASE_PAGES_MAX at most
        return ERR_TOO_LARGE;
    if (address < PAGE_SIZE || address > CELL_TOP - (pages << PAGE_SHIFT))
        return ERR_BAD_ADDRESS;
    ASSERT("I12", borrower->lease.lender == 0);
    for (uint64_t i = 0; i < pages; i++) {
        e = space_walk_on(top, e, address + (i << PAGE_SHIFT));
        if (!e)
            return ERR_BAD_ADDRESS;
        if ((*e & looked_at) != wanted) {
            err_t err = lease_check(lender, address + (i << PAGE_SHIFT), *e, kind);

            if (err)
                return err;
        }
        if (to[i]) // something else was mapped into the window meanwhile
            return ERR_BUSY;
        if (i == 0)
            first = e;
    }
    // commit
    e = first;
    for (uint64_t i = 0;;) {
        to[i] = lease_borrowed(*e, kind);
        *e = lease_lent(*e, kind); // I13
        if (++i == pages)
            break;
        e = space_walk_on(top, e, address + (i << PAGE_SHIFT));
    }
    space_changed(lender->cell);
    borrower->lease = (struct lease){lender, first, address, (uint32_t)pages, kind};
    return ERR_OK;
}

static __attribute__((noinline)) err_t lend_many(struct thread *lender, struct thread *borrower,
                                                 uint64_t descriptor, uint32_t kind)
{
    uint64_t pages = descriptor & (PAGE_SIZE - 1);

    if (pages == 0)
        return ERR_BAD_ADDRESS;
    return lend(lender, borrower, descriptor - pages, pages, kind);
}

err_t lease_begin(struct thread *lender, struct thread *borrower, uint64_t descriptor,
                  uint32_t kind)
{
    if ((descriptor & (PAGE_SIZE - 1)) == 1)
        return lend(lender, borrower, descriptor - 1, 1, kind);
    return lend_many(lender, borrower, descriptor, kind);
}

// Give one page back. If its frame's last capability went meanwhile, the page is free now.
static __attribute__((noinline)) void return_orphan(struct cell *cell, pte_t *e)
{
    struct frame *f = frame_of(*e & PTE_ADDRESS);

    *e = 0;
    f->cell = 0;
    f->entry = 0;
    f->use = FRAME_FREE;
    cell->pages--;
}

static pte_t lease_returned(pte_t e)
{
    e |= PTE_PRESENT;
    if (e & PTE_WAS_WRITABLE)
        e |= PTE_WRITE;
    return e & ~(PTE_LENT | PTE_WAS_WRITABLE);
}

ONCE_FOR_ONE_ONCE_FOR_ALL void give_back(struct thread *borrower, struct thread *lender,
                                         uint64_t pages)
{
    const struct lease *l = &borrower->lease;
    pte_t *from = borrower->window.entries, *e = l->entry;

    for (uint64_t i = 0;;) {
        ASSERT("I7", !(from[i] & PTE_LENT));
        from[i] = 0;
        if (*e & PTE_ORPHAN)
            return_orphan(lender->cell, e);
        else
            *e = lease_returned(*e);
        if (++i == pages)
            break;
        e = space_walk_on(lender->cell->top, e, l->address + (i << PAGE_SHIFT));
    }
}

static __attribute__((noinline)) void give_back_many(struct thread *borrower, struct thread *lender)
{
    give_back(borrower, lender, borrower->lease.pages);
}

// The lender died meanwhile and waited for this.
static __attribute__((noinline)) void lender_ends(struct thread *lender)
{
    endpoint_abandon(lender);
    object_die(&lender->object);
}

void lease_end(struct thread *borrower)
{
    struct thread *lender = borrower->lease.lender;

    if (!lender)
        return;
    if (borrower->lease.pages == 1)
        give_back(borrower, lender, 1);
    else
        give_back_many(borrower, lender);
    space_changed(borrower->cell);
    space_changed(lender->cell);
    borrower->lease.lender = 0; // I12
    if (lender->state == THREAD_STOPPED)
        lender_ends(lender);
}
