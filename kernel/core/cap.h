// SPDX-License-Identifier: GPL-3.0-or-later
// Capabilities: one cache line each, in the slots of a cell's flat table.
//
// Every capability hangs in one derivation tree. Links are physical addresses divided by 64:
//
//     parent.first --> child <-> child <-> child <-- parent.last
//                      |prev = parent      |next = parent
//
// The first child's `prev` and the last child's `next` lead back to the parent, so that inserting,
// moving and removing touch a fixed number of capabilities. A removed capability's children take
// its place: revoke (revoke.h) removes the first child until there is none.
//
// I1  A child's rights and methods are subsets of its parent's, its expiry is not later, and its
// identity is the
//     parent's unless the parent's is 0.
// I2  Every capability in use is in the tree exactly once; only `cap_root` has no parent.
// I3  A handle works only for the generation that it was made for; filling a slot adds one, and a
// slot whose
//     generation is used up is never used again.
// I26  What is for one message is an endpoint's, may only WRITE, has no child, and is gone when the
//     message has arrived.
#pragma once
#include "abi/syscall.h"
#include "object.h"

struct cap {
    uint64_t
        object; // kernel address of the body; port: first port; untyped and frame: of the memory
    uint64_t identity; // untyped: bytes from its start that are known to be zero or in use
    uint64_t methods;
    nsec_t expiry;
    uint32_t first, last, next, prev;
    uint32_t generation; // times the slot was filled
    uint8_t type;        // enum object_type
    uint8_t rights;
    uint8_t fast; // what fast.S may take it for, without looking further
    uint8_t
        once; // 1: an endpoint's, WRITE alone, emptied when a message sent with it arrives (I26)
    uint64_t extent; // frame: pages; port: count; untyped: pages | carved 64-byte units << 32
} __attribute__((aligned(64)));
_Static_assert(sizeof(struct cap) == 64, "one cache line");

// A handle says the generation, which is never 0 in a slot in use, so that no handle is 0.
#define CAP_GENERATION_LAST 0xffffffffu

enum {
    CAP_FAST_CALL = 2, // an endpoint, WRITE, no expiry, not once; the method is still to be checked
    CAP_FAST_RECV = 1, // an endpoint, READ, method 0, no expiry
};

/*@ requires \valid_read(c);
    assigns \nothing;
    ensures usable: \result <==> c->type == OBJECT_NONE && c->generation != CAP_GENERATION_LAST;
 */
static inline bool cap_slot_is_empty(const struct cap *c)
{
    return c->type == OBJECT_NONE && c->generation != CAP_GENERATION_LAST;
}

extern struct cap *cap_root; // parent of what exists at boot; in no cell's table

/*@ axiomatic Links { logic struct cap *cap_of(integer link); } // what `cap_at` returns
 */

static inline struct cap *cap_at(uint32_t link)
{
    return (struct cap *)(physmap + ((uint64_t)link << 6));
}

static inline uint32_t cap_link(const struct cap *c)
{
    return (uint32_t)(((uintptr_t)c - physmap) >> 6);
}

/*@ requires \valid_read(c);
    assigns \nothing;
    ensures child: \result <==> c->first != 0;
 */
static inline bool cap_has_child(const struct cap *c)
{
    return c->first != 0;
}

// What a derivation asks for. Nothing can be added to what the source has.
struct cap_request {
    uint8_t rights;
    uint64_t methods;
    nsec_t expiry;     // 0: never
    uint64_t identity; // 0: the source's
    bool once;
};

/*@ // No bit is in `a` that is not in `b`.
    predicate is_within(integer a, integer b) =
      \forall integer i; 0 <= i < 64 ==> (a & (1 << i)) != 0 ==> (b & (1 << i)) != 0;
    predicate is_no_later(integer a, integer b) = b == 0 || (a != 0 && a <= b);

    predicate is_empty{L}(struct cap *c) = c->type == OBJECT_NONE && c->rights == 0 &&
      c->methods == 0 && c->fast == 0 && c->object == 0 && c->identity == 0 && c->once == 0;

    // What fast.S takes a capability for.
    predicate may_call{L}(struct cap *c) = c->type == OBJECT_ENDPOINT && c->expiry == 0 &&
      c->once == 0 && (c->rights & RIGHT_WRITE) != 0;
    predicate may_receive{L}(struct cap *c) = c->type == OBJECT_ENDPOINT && c->expiry == 0 &&
      (c->rights & RIGHT_READ) != 0 && (c->methods & 1) != 0;
    predicate is_fast_rightly{L}(struct cap *c, integer fast) = 0 <= fast <= 3 &&
      ((fast & CAP_FAST_CALL) != 0 ==> may_call(c)) &&
      ((fast & CAP_FAST_RECV) != 0 ==> may_receive(c));

    // An empty slot that can be filled, and a capability under which to put it.
    predicate can_insert{L}(struct cap *parent, struct cap *child) =
      \valid(parent) && \valid(child) && \separated(parent, child) &&
      \separated(cap_of(parent->first), child) && \separated(cap_of(parent->first), parent) &&
      child->type == OBJECT_NONE && child->generation < CAP_GENERATION_LAST;

    // What is allowed is the same.
    predicate is_same{N, O}(struct cap *new, struct cap *old) =
      \at(new->object, N) == \at(old->object, O) && \at(new->extent, N) == \at(old->extent, O) &&
      \at(new->type, N) == \at(old->type, O) && \at(new->rights, N) == \at(old->rights, O) &&
      \at(new->methods, N) == \at(old->methods, O) &&
      \at(new->expiry, N) == \at(old->expiry, O) && \at(new->once, N) == \at(old->once, O) &&
      (\at(old->type, O) != OBJECT_DEVICE ==>
        \at(new->identity, N) == \at(old->identity, O)) && \at(new->fast, N) == \at(old->fast, O);

    // Nobody is its own neighbour in the tree, nor is `other`, which is in no tree (I2).
    predicate is_linked{L}(struct cap *c, struct cap *other) =
      \separated(c, cap_of(c->prev)) && \separated(c, cap_of(c->next)) &&
      \separated(c, cap_of(c->first)) && \separated(c, cap_of(c->last)) &&
      \separated(other, cap_of(c->prev)) && \separated(other, cap_of(c->next)) &&
      \separated(other, cap_of(c->first)) && \separated(other, cap_of(c->last));
 */

// Fill the empty slot `to` with what `request` leaves of `from`, as its child.
void cap_derive(struct cap *from, struct cap *to, const struct cap_request *request);

// May `from` be derived that way? BAD_ARGUMENT for a second identity, untyped memory, an expiry or
// identity where there can be none, a second use of what is for once; BUSY while a revoke goes over
// its object.
MUST_USE err_t cap_may_derive(const struct cap *from, const struct cap_request *request);

// The capability changes its slot; its handle of old becomes stale, its place in the tree stays.
void cap_move(struct cap *from, struct cap *to);

// Empty the slot: out of the tree, and the object loses a reference. True if that was the object's
// last and it is to be taken apart (object_reap).
bool cap_delete(struct cap *c);

// Make `child`, whose object fields are set, a capability in use, under `parent`.
/*@ requires can_insert(parent, child) && 0 <= type <= 255;
    assigns *child, parent->first, parent->last, cap_of(parent->first)->prev, tree_counts,
      object_counts;
    ensures object: child->object == object && child->extent == extent && child->type == type;
    ensures rights: child->rights == rights && child->identity == 0;
    ensures fast: is_fast_rightly(child, child->fast);
    ensures generation: child->generation == \old(child->generation) + 1;
 */
void cap_make(struct cap *parent, struct cap *child, enum object_type type, uint64_t object,
              uint64_t extent, uint8_t rights);
