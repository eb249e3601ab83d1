// SPDX-License-Identifier: GPL-3.0-or-later
// Kernel objects. Each lives in memory carved from untyped, starts with struct object (frames,
// ports and untyped memory have no body: their capability says all), and ends when its last
// capability goes.
#pragma once
#include "abi/object_type.h"
#include "kernel.h"

struct object {
    uint32_t refs; // capabilities that name it (a budget: also the threads that use it)
    uint16_t type; // enum object_type
    uint8_t dying; // it is in the queue of what is to be taken apart
    struct object *next_dying;
};

struct cap;

// One capability more, one less. The last one starts the object's end: true if it is to be taken
// apart.
//@ ghost int object_counts; // the objects' references, and what hangs on them
//@ ghost int tree_counts; // the derivation tree, and the cells' numbers of slots in use
//@ assigns object_counts;
void object_ref(const struct cap *c);
//@ assigns object_counts;
bool object_unref(const struct cap *c);

// What ends waits in one queue, first come first served, until somebody takes it apart: who ended
// it, who calls SYS_REAP, or who wants to carve its memory anew.
void object_die(struct object *o);

// One bounded step of the work that is left: of the revoke in progress, or of the object that has
// waited longest. False if there is nothing left to do.
//@ assigns object_counts, tree_counts;
bool object_reap_one(void);

// All of it. ERR_RESTART if somebody more urgent is ready: the caller goes on by SYS_REAP.
MUST_USE APART err_t object_reap(void);
