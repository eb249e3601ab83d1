// SPDX-License-Identifier: GPL-3.0-or-later
// Revoke: everything derived from one capability is deleted, one capability at a time.
//
// At most one revoke is in progress in the whole machine. It is a record of the kernel's, not
// something that its caller does: whoever needs the end of it helps, so that it does not matter
// whether the thread that began it is ever scheduled again, or lives.
//
//     root --- first child, whose children take its place when it is deleted --- ...
//
// Each step deletes the root's first child. New descendants cannot appear meanwhile: deriving,
// retyping and passing a capability whose object lies in [from, to) answer BUSY, and the objects of
// all descendants lie there. Hence it ends after as many steps as there were descendants when it
// began, whatever others do. Moving, deleting and ending cells go on: a descendant that moves stays
// a descendant, and so do the children of one that is deleted.
//
// I19  While a revoke is in progress its root has a child: the last one's end, by whomever, is the
// revoke's. It is not deleted before that, and when it moves, the record follows.
// I20  The object of each descendant of the root lies in [from, to).
#pragma once
#include "cap.h"

struct revoke {
    struct cap *root;  // 0: no revoke is in progress
    uint64_t from, to; // object addresses (ports: numbers)
};

// A second CPU would guard it by the lock of the derivation tree.
extern struct revoke revoke;

static inline bool revoke_in_progress(void)
{
    return revoke.root != 0;
}

// May nothing be derived from `c` at present?
/*@ axiomatic Revoke { predicate is_covered{L}(struct cap *c) reads *c, revoke; }
 */
/*@ requires \valid_read(c);
    assigns \nothing;
    ensures covers: \result <==> is_covered(c);
 */
bool revoke_covers(const struct cap *c);

// All descendants of `c` are to go. No other revoke may be in progress.
void revoke_begin(struct cap *c);

// Delete one descendant. A revoke must be in progress.
void revoke_step(void);

// Go on with the revoke in progress until it is over or somebody more urgent is ready.
APART void revoke_help(void);
