// SPDX-License-Identifier: GPL-3.0-or-later
#include "lease.h"
#include "abi/layout.h"
#include "arch.h"
#include "cell.h"
#include "endpoint.h"
#include "frame.h"
#include "syscall.h"

enum { LEASE_PAGES_MAX = 256 };

// The entries of `pages` pages from `address` on; 0 if they are not all in one reserved table.
static pte_t *area_entries(const struct cell *cell, vaddr_t address, uint64_t pages)
{
    if (pages > LEASE_PAGES_MAX || !space_range_is_user(address, pages) ||
        pte_index(address, 0) + pages > 1u << PTE_BITS)
        return 0;
    return space_entry(cell, address);
}

err_t window_set(struct thread *t, struct cell *cell, vaddr_t address, uint64_t pages)
{
    pte_t *first = area_entries(cell, address, pages);

    if (!first)
        return ERR_BAD_ADDRESS;
    for (uint64_t i = 0; i < pages; i++)
        if (first[i])
            return ERR_EXISTS;
    // commit
    t->window = (struct window){address, pages, first};
    return ERR_OK;
}

err_t inbox_set(struct thread *t, struct cell *cell, vaddr_t address, uint64_t pages)
{
    pte_t *first = area_entries(cell, address, pages);

    if (!first)
        return ERR_BAD_ADDRESS;
    // commit
    t->inbox = (struct window){address, pages, first};
    return ERR_OK;
}

// What an entry must say so that its page can be lent that way: present, not executable, not lent.
static pte_t lease_wanted(uint32_t kind)
{
    return PTE_PRESENT | PTE_NO_EXECUTE | (kind == LEASE_LEND ? 0 : PTE_WRITE);
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
    if (kind != LEASE_LEND)
        e &= ~PTE_PRESENT;
    return e;
}

static pte_t lease_borrowed(pte_t e, uint32_t kind)
{
    return (e & PTE_ADDRESS) | PTE_PRESENT | PTE_USER | PTE_NO_EXECUTE | PTE_BORROWED |
           (kind == LEASE_LEND ? 0 : PTE_WRITE);
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
    borrower->lease = (struct lease){lender, first, address, (uint32_t)pages, kind, 0, 0, false};
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

// The pages of the inbox are the borrower's own, writable, and no lease has them.
static err_t inbox_check(const struct thread *borrower, uint64_t pages)
{
    const pte_t *to = borrower->inbox.entries;

    if (pages > borrower->inbox.pages)
        return ERR_TOO_LARGE;
    for (uint64_t i = 0; i < pages; i++) {
        if (to[i] & PTE_LENT)
            return ERR_BUSY;
        if ((to[i] & (PTE_PRESENT | PTE_WRITE | PTE_BORROWED | PTE_UNCACHED)) !=
            (PTE_PRESENT | PTE_WRITE))
            return ERR_BAD_STATE;
    }
    return ERR_OK;
}

static bool overlap(vaddr_t a, vaddr_t b, uint64_t pages)
{
    return a < b + (pages << PAGE_SHIFT) && b < a + (pages << PAGE_SHIFT);
}

static __attribute__((noinline)) err_t move_begin(struct thread *sender, struct thread *receiver,
                                                  uint64_t descriptor)
{
    uint64_t pages = descriptor & (PAGE_SIZE - 1);
    vaddr_t address = descriptor - pages;
    pte_t *to = receiver->inbox.entries, *e = 0, *first = 0;
    err_t err = inbox_check(receiver, pages);

    if (err)
        return err;
    if (!space_range_is_user(address, pages) ||
        (sender->cell == receiver->cell && overlap(address, receiver->inbox.address, pages)))
        return ERR_BAD_ADDRESS;
    for (uint64_t i = 0; i < pages; i++) {
        e = space_walk_on(sender->cell->top, e, address + (i << PAGE_SHIFT));
        err =
            e ? lease_check(sender, address + (i << PAGE_SHIFT), *e, LEASE_MOVE) : ERR_BAD_ADDRESS;
        if (err)
            return err;
        if (i == 0)
            first = e;
    }
    ASSERT("I12", receiver->lease.lender == 0);
    // commit
    e = first;
    for (uint64_t i = 0; i < pages; i++) {
        if (i)
            e = space_walk_on(sender->cell->top, e, address + (i << PAGE_SHIFT));
        *e = lease_lent(*e, LEASE_MOVE); // I21
        to[i] = lease_lent(to[i], LEASE_MOVE);
    }
    space_changed(sender->cell);
    space_changed(receiver->cell);
    receiver->lease =
        (struct lease){sender, first, address, (uint32_t)pages, LEASE_MOVE, 0, 0, false};
    return ERR_OK;
}

err_t lease_begin(struct thread *lender, struct thread *borrower, uint64_t descriptor,
                  uint32_t kind)
{
    if (kind == LEASE_MOVE)
        return move_begin(lender, borrower, descriptor);
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

static inline void entry_return(struct cell *cell, pte_t *e)
{
    pte_t lent = *e;

    if (lent & PTE_ORPHAN) {
        return_orphan(cell, e);
        return;
    }
    lent |= PTE_PRESENT;
    if (lent & PTE_WAS_WRITABLE)
        lent |= PTE_WRITE;
    *e = lent & ~(PTE_LENT | PTE_WAS_WRITABLE);
}

ONCE_FOR_ONE_ONCE_FOR_ALL void give_back(struct thread *borrower, struct thread *lender,
                                         uint64_t pages)
{
    const struct lease *l = &borrower->lease;
    pte_t *from = borrower->window.entries, *e = l->entry;

    for (uint64_t i = 0;;) {
        ASSERT("I7", !(from[i] & PTE_LENT));
        from[i] = 0;
        entry_return(lender->cell, e);
        if (++i == pages)
            break;
        e = space_walk_on(lender->cell->top, e, l->address + (i << PAGE_SHIFT));
    }
}

static __attribute__((noinline)) void give_back_many(struct thread *borrower, struct thread *lender)
{
    const struct lease *l = &borrower->lease;
    pte_t *e = l->entry;

    if (l->kind != LEASE_MOVE) {
        give_back(borrower, lender, l->pages);
        return;
    }
    for (uint64_t i = 0; i < l->pages; i++) {
        if (i)
            e = space_walk_on(lender->cell->top, e, l->address + (i << PAGE_SHIFT));
        entry_return(lender->cell, e);
        entry_return(borrower->cell, &borrower->inbox.entries[i]);
    }
}

// The lender died meanwhile and waited for this.
static __attribute__((noinline)) void lender_ends(struct thread *borrower, struct thread *lender)
{
    borrower->lease.dead = true;
    endpoint_abandon(lender);
    object_die(&lender->object);
}

void lease_end(struct thread *borrower)
{
    struct thread *lender = borrower->lease.lender;

    if (!lender)
        return;
    if (borrower->lease.pages == 1 && borrower->lease.kind != LEASE_MOVE)
        give_back(borrower, lender, 1);
    else
        give_back_many(borrower, lender);
    space_changed(borrower->cell);
    space_changed(lender->cell);
    borrower->lease.lender = 0; // I12
    if (lender->state == THREAD_STOPPED)
        lender_ends(borrower, lender);
}

void lease_delivered(struct thread *borrower)
{
    struct lease *l = &borrower->lease;

    if (l->kind != LEASE_MOVE) {
        borrower->regs.r12 = borrower->window.address | l->pages;
        return;
    }
    borrower->regs.r12 = borrower->inbox.address | l->pages;
    l->result = borrower->regs.rax;
    borrower->regs.rax = (uint64_t)SYS_MOVE << CALL_OP_SHIFT;
    syscall_restart(borrower);
}

static void move_page(const struct thread *t, const struct lease *l, uint32_t i)
{
    pte_t from = *space_walk(l->lender->cell->top, l->address + ((uint64_t)i << PAGE_SHIFT));
    pte_t to = t->inbox.entries[i];
    void *page = phys_to_kernel(from & PTE_ADDRESS);

    ASSERT("I21", !((from | to) & PTE_PRESENT));
    memcpy(phys_to_kernel(to & PTE_ADDRESS), page, PAGE_SIZE);
    memset(page, 0, PAGE_SIZE);
}

err_t lease_move(struct thread *t)
{
    struct lease *l = &t->lease;

    if (!l->lender || l->kind != LEASE_MOVE)
        return ERR_BAD_STATE;
    while (l->moved < l->pages) {
        move_page(t, l, l->moved++);
        if (l->moved < l->pages && arch_preempt())
            return ERR_RESTART;
    }
    lease_end(t);
    t->regs.rax = l->result;
    return ERR_OK;
}
