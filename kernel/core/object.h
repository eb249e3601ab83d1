// SPDX-License-Identifier: GPL-3.0-or-later
// Kernel objects. Each lives in memory carved from untyped, starts with struct object (frames,
// ports and untyped memory have no body: their capability says all), and ends when its last
// capability goes.
#pragma once
#include "kernel.h"

enum object_type {
    OBJECT_NONE = 0,
    OBJECT_UNTYPED = 1,
    OBJECT_FRAME = 2,
    OBJECT_CELL = 3,
    OBJECT_THREAD = 4,
    OBJECT_ENDPOINT = 5,
    OBJECT_SIGNAL = 6,
    OBJECT_INTERRUPT = 7,
    OBJECT_PORT = 8,
    OBJECT_BUDGET = 9,
};

struct object {
    uint32_t refs;    // capabilities that name it
    uint16_t type;    // enum object_type
    uint8_t revoking; // deriving from any capability to it answers BUSY
    uint8_t dying;    // no capability is left; it is on the list of what `reap` takes apart
    struct object *next_dying;
};

struct cap;

// One capability more, one less. The last one starts the object's end.
void object_ref(struct cap *c);
void object_unref(struct cap *c);

// Take apart what is dying, a bounded step at a time. ERR_RESTART if something more urgent came in
// between.
MUST_USE err_t object_reap(void);
bool object_is_dying(void);
void object_die(struct object *o);
