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

// What an entry must say so that its page can be lent that way: present, not executable, nobody
// else's, no device's, not sealed (I31).
static inline pte_t lease_wanted(uint32_t kind)
{
    return PTE_PRESENT | PTE_NO_EXECUTE | (kind == LEASE_LEND ? 0 : PTE_WRITE);
}

// Where `entries` differ from that, all together. The loops over the pages of a lease run unbroken:
// they are as short as they can be.
static inline pte_t lease_differs(const pte_t *entries, uint64_t pages, uint32_t kind)
{
    const pte_t wanted = lease_wanted(kind);
    const pte_t looked_at = wanted | PTE_LENT | PTE_BORROWED | PTE_UNCACHED | PTE_SEALED;
    pte_t differs = 0;

#pragma clang loop unroll_count(4)
    for (uint64_t i = 0; i < pages; i++)
        differs |= (entries[i] & looked_at) ^ wanted;
    return differs;
}

// Is that a reason not to lend the pages from `address` on? What was borrowed is lent on only by
// the thread that borrowed it, so that the inner lease ends first, and never moved.
static __attribute__((noinline)) err_t lease_refusal(const struct thread *lender, vaddr_t address,
                                                     uint64_t pages, pte_t differs, uint32_t kind)
{
    const struct window *w = &lender->window;

    if (differs & PTE_LENT)
        return ERR_BUSY;
    if (differs & PTE_BORROWED &&
        (address < w->address ||
         address + (pages << PAGE_SHIFT) > w->address + (w->pages << PAGE_SHIFT)))
        return ERR_BUSY;
    return differs & ~PTE_BORROWED || kind == LEASE_MOVE ? ERR_BAD_ADDRESS : ERR_OK;
}

static inline pte_t lease_lent(pte_t e, uint32_t kind)
{
    e |= PTE_LENT;
    if (e & PTE_WRITE)
        e |= PTE_WAS_WRITABLE;
    e &= ~PTE_WRITE;
    if (kind != LEASE_LEND)
        e &= ~PTE_PRESENT;
    return e;
}

static inline pte_t lease_borrowed(pte_t e, uint32_t kind)
{
    return (e & PTE_ADDRESS) | PTE_PRESENT | PTE_USER | PTE_NO_EXECUTE | PTE_BORROWED |
           (kind == LEASE_LEND ? 0 : PTE_WRITE);
}

static inline void lease_note(struct thread *borrower, struct thread *lender, pte_t *entry,
                              uint64_t descriptor, uint32_t kind)
{
    uint32_t pages = descriptor & (PAGE_SIZE - 1);

    ASSERT("I12", borrower->lease.lender == 0);
    borrower->lease = (struct lease){lender, entry, descriptor - pages, pages, kind, 0, 0, false};
}

static __attribute__((noinline)) err_t lend_many(struct thread *lender, struct thread *borrower,
                                                 uint64_t descriptor, uint32_t kind)
{
    uint64_t pages = descriptor & (PAGE_SIZE - 1), left, run;
    vaddr_t address = descriptor - pages, at = address;
    paddr_t top = lender->cell->top;
    pte_t *to = borrower->window.entries, *e, differs = 0, used = 0;

    if (pages > borrower->window.pages) // which is LEASE_PAGES_MAX at most
        return ERR_TOO_LARGE;
    if (!space_range_is_user(address, pages))
        return ERR_BAD_ADDRESS;
    for (left = pages; left; left -= run, at += run << PAGE_SHIFT) {
        e = space_run(top, at, left, &run);
        if (!e)
            return ERR_BAD_ADDRESS;
        differs |= lease_differs(e, run, kind);
    }
#pragma clang loop unroll_count(4)
    for (uint64_t i = 0; i < pages; i++)
        used |= to[i];
    if (differs || used) {
        err_t err = lease_refusal(lender, address, pages, differs, kind);

        if (err || used) // something else was mapped into the window meanwhile
            return err ? err : ERR_BUSY;
    }
    // commit
    at = address;
    for (left = pages; left; left -= run, at += run << PAGE_SHIFT) {
        e = space_run(top, at, left, &run);
        for (uint64_t i = 0; i < run; i++, to++) {
            *to = lease_borrowed(e[i], kind);
            e[i] = lease_lent(e[i], kind); // I13
        }
    }
    space_changed(lender->cell);
    lease_note(borrower, lender, space_walk(top, address), descriptor, kind);
    return ERR_OK;
}

// The pages of the inbox are the borrower's own, writable, and no lease has them.
static err_t inbox_check(const struct thread *borrower, uint64_t pages)
{
    pte_t differs;

    if (pages > borrower->inbox.pages)
        return ERR_TOO_LARGE;
    differs = lease_differs(borrower->inbox.entries, pages, LEASE_MOVE);
    return !differs ? ERR_OK : differs & PTE_LENT ? ERR_BUSY : ERR_BAD_STATE;
}

static bool overlap(vaddr_t a, vaddr_t b, uint64_t pages)
{
    return a < b + (pages << PAGE_SHIFT) && b < a + (pages << PAGE_SHIFT);
}

static __attribute__((noinline)) err_t move_begin(struct thread *sender, struct thread *receiver,
                                                  uint64_t descriptor)
{
    uint64_t pages = descriptor & (PAGE_SIZE - 1), left, run;
    vaddr_t address = descriptor - pages, at = address;
    paddr_t top = sender->cell->top;
    pte_t *to = receiver->inbox.entries, *e, differs = 0;
    err_t err = inbox_check(receiver, pages);

    if (err)
        return err;
    if (!space_range_is_user(address, pages) ||
        (sender->cell == receiver->cell && overlap(address, receiver->inbox.address, pages)))
        return ERR_BAD_ADDRESS;
    for (left = pages; left; left -= run, at += run << PAGE_SHIFT) {
        e = space_run(top, at, left, &run);
        if (!e)
            return ERR_BAD_ADDRESS;
        differs |= lease_differs(e, run, LEASE_MOVE);
    }
    if (differs)
        return lease_refusal(sender, address, pages, differs, LEASE_MOVE);
    // commit
    at = address;
    for (left = pages; left; left -= run, at += run << PAGE_SHIFT) {
        e = space_run(top, at, left, &run);
        for (uint64_t i = 0; i < run; i++, to++) {
            e[i] = lease_lent(e[i], LEASE_MOVE); // I21
            *to = lease_lent(*to, LEASE_MOVE);
        }
    }
    space_changed(sender->cell);
    space_changed(receiver->cell);
    lease_note(receiver, sender, space_walk(top, address), descriptor, LEASE_MOVE);
    return ERR_OK;
}

// One page is by far the most common lease.
static inline err_t lend_one(struct thread *lender, struct thread *borrower, uint64_t descriptor,
                             uint32_t kind)
{
    vaddr_t address = descriptor - 1;
    pte_t *e, differs;

    if (borrower->window.pages == 0)
        return ERR_TOO_LARGE;
    if (address < PAGE_SIZE || address >= CELL_TOP)
        return ERR_BAD_ADDRESS;
    e = space_walk(lender->cell->top, address);
    if (!e)
        return ERR_BAD_ADDRESS;
    differs = lease_differs(e, 1, kind);
    if (differs) {
        err_t err = lease_refusal(lender, address, 1, differs, kind);

        if (err)
            return err;
    }
    if (borrower->window.entries[0])
        return ERR_BUSY;
    // commit
    borrower->window.entries[0] = lease_borrowed(*e, kind);
    *e = lease_lent(*e, kind); // I13
    space_changed(lender->cell);
    lease_note(borrower, lender, e, descriptor, kind);
    return ERR_OK;
}

err_t lease_begin(struct thread *lender, struct thread *borrower, uint64_t descriptor,
                  uint32_t kind)
{
    if (kind == LEASE_MOVE)
        return move_begin(lender, borrower, descriptor);
    if ((descriptor & (PAGE_SIZE - 1)) == 1)
        return lend_one(lender, borrower, descriptor, kind);
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

static inline void borrowed_return(struct thread *borrower, uint64_t i)
{
    ASSERT("I7", !(borrower->window.entries[i] & PTE_LENT));
    borrower->window.entries[i] = 0;
}

static __attribute__((noinline)) void give_back_many(struct thread *borrower, struct thread *lender)
{
    const struct lease *l = &borrower->lease;
    bool move = l->kind == LEASE_MOVE;
    vaddr_t at = l->address;
    uint64_t page = 0;

    for (uint64_t left = l->pages, run; left; left -= run, at += run << PAGE_SHIFT) {
        pte_t *e = space_run(lender->cell->top, at, left, &run);

        for (uint64_t i = 0; i < run; i++, page++) {
            entry_return(lender->cell, &e[i]);
            if (move)
                entry_return(borrower->cell, &borrower->inbox.entries[page]);
            else
                borrowed_return(borrower, page);
        }
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
    if (borrower->lease.pages == 1 && borrower->lease.kind != LEASE_MOVE) {
        borrowed_return(borrower, 0);
        entry_return(lender->cell, borrower->lease.entry);
    } else {
        give_back_many(borrower, lender);
    }
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
