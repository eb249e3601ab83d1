// SPDX-License-Identifier: GPL-3.0-or-later
#include "cap.h"
#include "arch.h"
#include "cell.h"
#include "device.h"
#include "endpoint.h"
#include "frame.h"
#include "revoke.h"

struct cap *cap_root;

// The cell whose table this slot is in keeps count of those in use; slots outside a table are
// nobody's: the records of their pages name no cell.
static void cap_count(const struct cap *c, int by)
{
    const struct frame *f = frame_of_kernel(c);

    if (f->cell)
        f->cell->slots_used += (uint32_t)by;
}

void cap_insert(struct cap *parent, struct cap *child)
{
    uint32_t me = cap_link(child), above = cap_link(parent);

    child->prev = above;
    if (parent->first) {
        child->next = parent->first;
        cap_at(parent->first)->prev = me;
    } else {
        child->next = above;
        parent->last = me;
    }
    parent->first = me;
    cap_count(child, 1);
}

// Put the chain `first`..`last` where `c` stands among its siblings; 0 for both closes the gap.
static void cap_replace(const struct cap *c, uint32_t first, uint32_t last)
{
    uint32_t me = cap_link(c);
    struct cap *before = cap_at(c->prev), *after = cap_at(c->next);
    bool is_first = before->first == me, is_last = after->last == me;
    uint32_t right = first ? first : is_last ? 0 : c->next;
    uint32_t left = last ? last : is_first ? 0 : c->prev;

    // With the gap closed, an only child leaves a childless parent, and an end child hands its end
    // over.
    if (is_first)
        before->first = right;
    else
        before->next = first ? first : c->next;
    if (is_last)
        after->last = left;
    else
        after->prev = last ? last : c->prev;
    if (first)
        cap_at(first)->prev = c->prev;
    if (last)
        cap_at(last)->next = c->next;
}

MUST_USE err_t cap_may_derive(const struct cap *from, const struct cap_request *request)
{
    if (from->type == OBJECT_UNTYPED || from->type == OBJECT_DEVICE)
        return ERR_BAD_ARGUMENT;
    if ((request->expiry || request->identity) && from->type != OBJECT_ENDPOINT &&
        from->type != OBJECT_SIGNAL)
        return ERR_BAD_ARGUMENT;
    if (request->identity && from->identity && request->identity != from->identity)
        return ERR_BAD_ARGUMENT;
    return revoke_covers(from) ? ERR_BUSY : ERR_OK;
}

static uint8_t cap_fast(const struct cap *c)
{
    _Static_assert(CAP_FAST_CALL == RIGHT_WRITE && CAP_FAST_RECV == RIGHT_READ, "the same bits");
    if (c->type != OBJECT_ENDPOINT || c->expiry)
        return 0;
    return c->rights & (c->methods & 1 ? CAP_FAST_CALL | CAP_FAST_RECV : CAP_FAST_CALL);
}

void cap_derive(struct cap *from, struct cap *to, const struct cap_request *request)
{
    ASSERT("I2", to->type == OBJECT_NONE && from->type != OBJECT_NONE);
    to->object = from->object;
    to->extent = from->extent;
    to->rights = from->rights & request->rights;
    to->methods = from->methods & request->methods;
    to->expiry = from->expiry;
    if (request->expiry)
        to->expiry = time_earlier(from->expiry, request->expiry);
    to->identity = from->identity ? from->identity : request->identity;
    to->type = from->type;
    to->fast = cap_fast(to);
    to->generation++; // I3
    cap_insert(from, to);
    object_ref(to);
}

void cap_make(struct cap *parent, struct cap *child, enum object_type type, uint64_t object,
              uint64_t extent, uint8_t rights)
{
    ASSERT("I2", child->type == OBJECT_NONE);
    child->object = object;
    child->extent = extent;
    child->rights = rights;
    child->methods = ~0ull;
    child->expiry = 0;
    child->identity = 0;
    child->type = (uint8_t)type;
    child->fast = cap_fast(child);
    child->generation++; // I3
    cap_insert(parent, child);
    object_ref(child);
}

static void cap_clear(struct cap *c)
{
    cap_count(c, -1);
    c->type = OBJECT_NONE;
    c->rights = c->fast = 0;
    c->object = c->identity = c->methods = c->expiry = c->extent = 0;
    c->first = c->last = c->next = c->prev = 0;
}

void cap_move(struct cap *from, struct cap *to)
{
    uint32_t generation = to->generation, me = cap_link(to);

    ASSERT("I2", to->type == OBJECT_NONE && from->type != OBJECT_NONE);
    if (from->type == OBJECT_ENDPOINT && (from->rights & RIGHT_READ))
        endpoint_cut(from);
    if (from->type == OBJECT_DEVICE)
        device_cut(from);
    *to = *from;
    to->generation = generation + 1; // I3
    cap_count(to, 1);
    cap_replace(from, me, me);
    if (to->first) {
        cap_at(to->first)->prev = me;
        cap_at(to->last)->next = me;
    }
    cap_clear(from);
    if (revoke.root == from) // I19
        revoke.root = to;
}

bool cap_delete(struct cap *c)
{
    bool ended;

    ASSERT("I2", c->type != OBJECT_NONE);
    ASSERT("I19", c != revoke.root);
    if (c->type == OBJECT_ENDPOINT && (c->rights & RIGHT_READ))
        endpoint_cut(c);
    if (c->type == OBJECT_DEVICE)
        device_cut(c);
    if (cap_has_child(c))
        cap_replace(c, c->first, c->last);
    else
        cap_replace(c, 0, 0);                       // most have none: shorter
    if (revoke.root && !cap_has_child(revoke.root)) // I19
        revoke.root = 0;
    ended = object_unref(c);
    cap_clear(c);
    return ended;
}
