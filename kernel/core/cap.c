// SPDX-License-Identifier: GPL-3.0-or-later
#include "cap.h"
#include "arch.h"
#include "device.h"
#include "endpoint.h"
#include "revoke.h"
#include "tree.h"

/*@ requires \valid_read(from) && \valid_read(request);
    assigns \nothing;
    ensures untyped: \result == ERR_OK ==> from->type != OBJECT_UNTYPED;
    ensures identity: \result == ERR_OK && from->identity != 0 ==>
      request->identity == 0 || request->identity == from->identity;
    ensures typed: \result == ERR_OK && (request->expiry != 0 || request->identity != 0) ==>
      from->type == OBJECT_ENDPOINT || from->type == OBJECT_SIGNAL;
    ensures once: \result == ERR_OK ==> from->once == 0;
    ensures once_asked: \result == ERR_OK && request->once ==>
      from->type == OBJECT_ENDPOINT && request->rights == RIGHT_WRITE;
    ensures revoked: \result == ERR_OK ==> !is_covered(from);
 */
MUST_USE err_t cap_may_derive(const struct cap *from, const struct cap_request *request)
{
    if (from->type == OBJECT_UNTYPED || from->type == OBJECT_DEVICE)
        return ERR_BAD_ARGUMENT;
    if (from->once ||
        (request->once && (from->type != OBJECT_ENDPOINT || request->rights != RIGHT_WRITE)))
        return ERR_BAD_ARGUMENT; // I26
    if ((request->expiry || request->identity) && from->type != OBJECT_ENDPOINT &&
        from->type != OBJECT_SIGNAL)
        return ERR_BAD_ARGUMENT;
    if (request->identity && from->identity && request->identity != from->identity)
        return ERR_BAD_ARGUMENT;
    return revoke_covers(from) ? ERR_BUSY : ERR_OK;
}

/*@ requires \valid_read(c);
    assigns \nothing;
    ensures fast: is_fast_rightly(c, \result);
 */
static uint8_t cap_fast(const struct cap *c)
{
    _Static_assert(CAP_FAST_CALL == RIGHT_WRITE && CAP_FAST_RECV == RIGHT_READ, "the same bits");
    if (c->type != OBJECT_ENDPOINT || c->expiry || c->once)
        return 0;
    return c->rights & (c->methods & 1 ? CAP_FAST_CALL | CAP_FAST_RECV : CAP_FAST_CALL);
}

/*@ requires can_insert(from, to) && \valid_read(request);
    requires \separated(request, to) && \separated(request, from) &&
      \separated(request, cap_of(from->first));
    requires from->type != OBJECT_NONE;
    assigns *to, from->first, from->last, cap_of(from->first)->prev, tree_counts, object_counts;
    ensures rights: is_within(to->rights, from->rights);
    ensures rights_asked: is_within(to->rights, request->rights);
    ensures methods: is_within(to->methods, from->methods);
    ensures methods_asked: is_within(to->methods, request->methods);
    ensures expiry: is_no_later(to->expiry, from->expiry) &&
      is_no_later(to->expiry, request->expiry);
    ensures identity: to->identity == (from->identity != 0 ? from->identity : request->identity);
    ensures object: to->object == from->object && to->extent == from->extent &&
      to->type == from->type;
    ensures fast: is_fast_rightly(to, to->fast);
    ensures once: to->once == (request->once ? 1 : 0);
    ensures generation: to->generation == \old(to->generation) + 1;
 */
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
    to->once = request->once;
    to->fast = cap_fast(to);
    to->generation++; // I3
    tree_insert(from, to);
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
    child->once = 0;
    child->fast = cap_fast(child);
    child->generation++; // I3
    tree_insert(parent, child);
    object_ref(child);
}

/*@ requires \valid(c);
    assigns *c;
    ensures empty: is_empty(c);
    ensures kept: c->generation == \old(c->generation);
 */
static void cap_clear(struct cap *c)
{
    c->type = OBJECT_NONE;
    c->rights = c->fast = c->once = 0;
    c->object = c->identity = c->methods = c->expiry = c->extent = 0;
    c->first = c->last = c->next = c->prev = 0;
}

// All but the generation, which is the slot's.
/*@ requires \valid_read(from) && \valid(to) && \separated(from, to);
    assigns *to;
    ensures same: is_same{Post,Pre}(to, from);
    ensures links: to->first == from->first && to->last == from->last &&
      to->next == from->next && to->prev == from->prev;
    ensures kept: to->generation == \old(to->generation);
 */
static void cap_copy(const struct cap *from, struct cap *to)
{
    to->object = from->object;
    to->identity = from->identity;
    to->methods = from->methods;
    to->expiry = from->expiry;
    to->first = from->first;
    to->last = from->last;
    to->next = from->next;
    to->prev = from->prev;
    to->type = from->type;
    to->rights = from->rights;
    to->fast = from->fast;
    to->once = from->once;
    to->extent = from->extent;
}

/*@ requires can_insert(from, to) && is_linked(from, to) && from->type != OBJECT_NONE;
    assigns *to, *from, cap_of(from->prev)->first, cap_of(from->prev)->next,
      cap_of(from->next)->last, cap_of(from->next)->prev, cap_of(from->first)->prev,
      cap_of(from->last)->next, tree_counts, object_counts, revoke.root;
    ensures same: is_same{Post,Pre}(to, from);
    ensures generation: to->generation == \old(to->generation) + 1;
    ensures gone: is_empty(from) && from->generation == \old(from->generation);
 */
void cap_move(struct cap *from, struct cap *to)
{
    ASSERT("I2", to->type == OBJECT_NONE && from->type != OBJECT_NONE);
    if (from->type == OBJECT_ENDPOINT && (from->rights & RIGHT_READ))
        endpoint_cut(from);
    if (from->type == OBJECT_DEVICE)
        device_cut(from);
    cap_copy(from, to);
    to->generation++; // I3
    //@ assert links: to->first == \at(from->first,Pre) && to->last == \at(from->last,Pre);
    //@ assert place: from->prev == \at(from->prev,Pre) && from->next == \at(from->next,Pre);
    //@ assert gen: to->generation == \at(to->generation,Pre) + 1;
    tree_move(from, to);
    //@ assert moved: is_same{Here,Pre}(to, from);
    //@ assert moved_gen: to->generation == \at(to->generation,Pre) + 1;
    //@ assert from_gen: from->generation == \at(from->generation,Pre);
    cap_clear(from);
    //@ assert object: to->object == \at(from->object,Pre) && to->extent == \at(from->extent,Pre);
    //@ assert type: to->type == \at(from->type,Pre);
    //@ assert rights: to->rights == \at(from->rights,Pre);
    //@ assert methods: to->methods == \at(from->methods,Pre);
    //@ assert expiry: to->expiry == \at(from->expiry,Pre);
    //@ assert mapped: to->type == OBJECT_DEVICE || to->identity == \at(from->identity,Pre);
    //@ assert fast: to->fast == \at(from->fast,Pre);
    //@ assert once: to->once == \at(from->once,Pre);
    if (revoke.root == from) // I19
        revoke.root = to;
}

/*@ requires \valid(c) && is_linked(c, c) && c->type != OBJECT_NONE && c != revoke.root;
    requires revoke.root == \null || \valid_read(revoke.root);
    assigns revoke.root, *c, cap_of(c->prev)->first, cap_of(c->prev)->next, cap_of(c->next)->last,
      cap_of(c->next)->prev, cap_of(c->first)->prev, cap_of(c->last)->next, tree_counts,
      object_counts;
    ensures gone: is_empty(c) && c->generation == \old(c->generation);
 */
bool cap_delete(struct cap *c)
{
    bool ended;

    ASSERT("I2", c->type != OBJECT_NONE);
    ASSERT("I19", c != revoke.root);
    if (c->type == OBJECT_ENDPOINT && (c->rights & RIGHT_READ))
        endpoint_cut(c);
    if (c->type == OBJECT_DEVICE)
        device_cut(c);
    tree_remove(c);
    if (revoke.root && !cap_has_child(revoke.root)) // I19
        revoke.root = 0;
    ended = object_unref(c);
    cap_clear(c);
    return ended;
}
