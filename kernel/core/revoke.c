// SPDX-License-Identifier: GPL-3.0-or-later
#include "revoke.h"
#include "arch.h"
#include "frame.h"
#include "untyped.h"

struct revoke revoke;

// The end of what `c` names. Frames are never cut: their first byte stands for all.
static uint64_t object_end(const struct cap *c)
{
    if (c->type == OBJECT_UNTYPED)
        return c->object + untyped_bytes(c);
    if (c->type == OBJECT_DEVICE)
        return c->object + (c->extent << PAGE_SHIFT);
    return c->object + (c->type == OBJECT_PORT ? c->extent : 1);
}

bool revoke_covers(const struct cap *c)
{
    return revoke.root && c->object >= revoke.from && object_end(c) <= revoke.to;
}

void revoke_begin(struct cap *c)
{
    ASSERT("I19", !revoke.root);
    if (!cap_has_child(c))
        return;
    revoke.from = c->object;
    revoke.to = object_end(c);
    revoke.root = c;
}

void revoke_step(void)
{
    struct cap *child = cap_at(revoke.root->first);

    ASSERT("I20", child->object >= revoke.from && child->object < revoke.to);
    if (frame_end_step(child))
        cap_delete(child);
}

void revoke_help(void)
{
    while (revoke.root) {
        revoke_step();
        if (revoke.root && arch_preempt())
            return;
    }
}
