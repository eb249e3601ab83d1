// SPDX-License-Identifier: GPL-3.0-or-later
#include "untyped.h"
#include "arch.h"
#include "frame.h"
#include "object.h"
#include "revoke.h"

/*@ requires \valid(c) && bytes < 274877906944 && bytes % 64 == 0;
    assigns c->extent;
    ensures mark: mark_of(c) == bytes;
    ensures size: size_of(c) == \old(size_of(c));
 */
static void untyped_carved_set(struct cap *c, uint64_t bytes)
{
    c->extent = c->extent % UNTYPED_MARK + bytes / UNTYPED_UNIT * UNTYPED_MARK;
}

void untyped_make(struct cap *parent, struct cap *c, uint64_t base, uint64_t pages, uint8_t rights)
{
    uint64_t most = pages < UNTYPED_PAGES_MAX ? pages : UNTYPED_PAGES_MAX;

    cap_make(parent, c, OBJECT_UNTYPED, base, most, rights);
}

// Wait for the end of what is in this page: help until it is there. What was looked up before may
// be gone then, so that the call starts again.
/*@ requires \valid_read(f);
    assigns object_counts, tree_counts, interrupts;
    ensures never: \result != ERR_OK;
 */
static err_t untyped_wait(const struct frame *f)
{
    //@ loop assigns object_counts, tree_counts, interrupts;
    while (f->use != FRAME_FREE) {
        if (!object_reap_one())
            return ERR_BUSY; // a lease, or a thread that runs on a budget
        if (arch_preempt())
            break;
    }
    return ERR_RESTART;
}

// Nothing carved is left: let the mark fall page by page, from the top (I17). Only the memory's own
// pages are looked at: whatever else is being taken apart does not matter.
/*@ requires \valid(c) && is_untyped(c) && c->identity <= size_of(c);
    assigns c->extent, c->identity, object_counts, tree_counts, interrupts;
    ensures empty: \result == ERR_OK ==> mark_of(c) == 0;
    ensures falls: mark_of(c) <= \old(mark_of(c));
    ensures dirty: c->identity <= \old(c->identity);
    ensures size: size_of(c) == \old(size_of(c));
 */
static err_t untyped_reset(struct cap *c)
{
    uint64_t carved = untyped_carved(c);

    /*@ loop invariant mark: carved == mark_of(c) <= \at(mark_of(c), Pre);
        loop invariant clean: c->identity <= \at(c->identity, Pre);
        loop invariant size: size_of(c) == \at(size_of(c), Pre);
        loop assigns carved, c->extent, c->identity, interrupts;
        loop variant carved;
     */
    while (carved) {
        const struct frame *f;

        carved -= ((carved - 1) & (PAGE_SIZE - 1)) + 1;
        f = frame_of_address(c->object + carved);
        if (f->use != FRAME_FREE)
            return untyped_wait(f);
        untyped_carved_set(c, carved);
        if (c->identity > carved)
            c->identity = carved;
        if (is_aligned(carved, 64 * PAGE_SIZE) && arch_preempt())
            return ERR_RESTART;
    }
    return ERR_OK;
}

// Raise the clean mark to `end`, at most a page at a time between two chances for others.
/*@ requires \valid(c) && end <= 274877906944;
    assigns c->identity, memory, interrupts;
    ensures clean: \result == ERR_OK ==> c->identity >= end;
    ensures rises: c->identity >= \old(c->identity);
    ensures bounded: c->identity <= end || c->identity == \old(c->identity);
 */
static err_t untyped_clean(struct cap *c, uint64_t end)
{
    /*@ loop invariant rises: c->identity >= \at(c->identity, Pre);
        loop invariant bounded: c->identity <= end || c->identity == \at(c->identity, Pre);
        loop assigns c->identity, memory, interrupts;
        loop variant end - c->identity;
     */
    while (c->identity < end) {
        uint64_t n = end - c->identity < PAGE_SIZE ? end - c->identity : PAGE_SIZE;

        address_clear(c->object + c->identity, n);
        c->identity += n;
        if (c->identity < end && arch_preempt())
            return ERR_RESTART;
    }
    return ERR_OK;
}

/*@ requires \valid(c) && is_untyped(c) && c->identity <= size_of(c) && \valid(out) &&
      \separated(c, out);
    requires bytes % 64 == 0 && (align == 64 || align == 128 || align == 4096);
    assigns *out, c->extent, c->identity, object_counts, tree_counts, interrupts, memory;
    ensures inside: \result == ERR_OK ==>
      c->object <= *out && *out + bytes <= c->object + size_of(c);
    ensures after: \result == ERR_OK && c->first != 0 ==>
      *out >= c->object + \old(mark_of(c));
    ensures mark: \result == ERR_OK ==> c->object + mark_of(c) == *out + bytes;
    ensures aligned: \result == ERR_OK ==> (*out - c->object) % align == 0;
    ensures clean: \result == ERR_OK ==> mark_of(c) <= c->identity;
    ensures rises: c->first != 0 ==> mark_of(c) >= \old(mark_of(c));
    ensures failed: \result != ERR_OK ==> *out == \old(*out) &&
      (c->first != 0 ==> mark_of(c) == \old(mark_of(c)));
    ensures kept: is_untyped(c) && c->identity <= size_of(c) && size_of(c) == \old(size_of(c));
 */
err_t untyped_carve(struct cap *c, uint64_t bytes, uint64_t align, bool clean, uint64_t *out)
{
    uint64_t start, end;
    err_t err;

    if (revoke_covers(c))
        return ERR_BUSY;
    if (!cap_has_child(c) && untyped_carved(c)) {
        err = untyped_reset(c);
        if (err)
            return err;
    }
    start = align_up(untyped_carved(c), align);
    //@ assert unit: start % 64 == 0;
    end = start + bytes;
    if (bytes > untyped_bytes(c) || end > untyped_bytes(c))
        return ERR_NO_MEMORY;
    if (clean) {
        err = untyped_clean(c, end);
        if (err)
            return err;
    } else if (c->identity < end) {
        c->identity = end; // in use from now on; whoever carves it cleans it
    }
    ASSERT("I16", c->identity >= end);
    // commit
    untyped_carved_set(c, end); // I15
    *out = c->object + start;
    return ERR_OK;
}
