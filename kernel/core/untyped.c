// SPDX-License-Identifier: GPL-3.0-or-later
#include "untyped.h"
#include "arch.h"
#include "frame.h"
#include "object.h"
#include "revoke.h"

static void untyped_carved_set(struct cap *c, uint64_t bytes)
{
    c->extent = (c->extent & 0xffffffff) | bytes >> 6 << 32;
}

void untyped_make(struct cap *parent, struct cap *c, void *base, uint64_t pages, uint8_t rights)
{
    cap_make(parent, c, OBJECT_UNTYPED, (uint64_t)base, pages, rights);
}

// Wait for the end of what is in this page: help until it is there. What was looked up before may
// be gone then, so that the call starts again.
static err_t untyped_wait(const struct frame *f)
{
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
static err_t untyped_reset(struct cap *c)
{
    uint64_t carved = untyped_carved(c);

    while (carved) {
        const struct frame *f;

        carved = (carved - 1) & ~(uint64_t)(PAGE_SIZE - 1);
        f = frame_of_kernel((uint8_t *)c->object + carved);
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
static err_t untyped_clean(struct cap *c, uint64_t end)
{
    while (c->identity < end) {
        uint64_t n = end - c->identity < PAGE_SIZE ? end - c->identity : PAGE_SIZE;

        memset((uint8_t *)c->object + c->identity, 0, n);
        c->identity += n;
        if (c->identity < end && arch_preempt())
            return ERR_RESTART;
    }
    return ERR_OK;
}

err_t untyped_carve(struct cap *c, uint64_t bytes, uint64_t align, bool clean, void **out)
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
    *out = (uint8_t *)c->object + start;
    return ERR_OK;
}
