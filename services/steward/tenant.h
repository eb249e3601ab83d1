// SPDX-License-Identifier: GPL-3.0-or-later
// One cell of the plan while it lives: everything that was made for it, and the way there and back.
//
//     plan --tenant_make--> made --tenant_start--> running --tenant_stop--> stopped
//
// T1  Everything that belongs to a tenant is carved out of one piece of memory of its own.
// T2  `objects` holds every capability that the steward keeps for it, in the order of making;
//     stopping deletes them in reverse. What cannot be deleted yet stays listed and is tried again.
// T3  A tenant's table holds only what the plan says: services with the plan's methods and its own
//     number as identity, the endpoint it serves, its signal, its devices, its own memory.
#pragma once
#include "plan.h"
#include "slots.h"
#include <stdbool.h>

enum tenant_state { TENANT_NONE, TENANT_MADE, TENANT_RUNNING, TENANT_STOPPED };

enum { TENANT_OBJECTS = 128 };

// Where the capabilities stand in a tenant's table; services by their number.
enum tenant_slot {
    SLOT_ENDPOINT = 64,
    SLOT_SIGNAL = 65,
    SLOT_PORTS = 66,
    SLOT_INTERRUPTS = 70,
    SLOT_UNTYPED = 74,
};
_Static_assert(SLOT_UNTYPED < START_SLOT_FREE, "the steward's slots lie below the cell's own");

struct tenant {
    enum tenant_state state;
    cap_t piece, cell, thread, signal;
    cap_t objects[TENANT_OBJECTS];
    uint32_t object_count;
};

// What making a tenant takes.
struct house {
    const struct bundle_view *view;
    struct memory *memory;
    const cap_t *endpoints; // by service number; 0: nobody implements it
    uint64_t tsc_hz;
    const uint8_t *seed; // BOOT_SEED_SIZE bytes, for the cell that the plan names
    uint32_t seed_sources;
};

// Pages in this cell that the steward maps to fill frames; reserved by the caller.
#define STEWARD_WORK_BASE 0x0000000070000000u
enum { STEWARD_WORK_PAGES = 1024 }; // the largest frame capability

// Make cell number `number`. On failure everything is taken back and `*step` says what could not be
// done. Errors: of the kernel's objects.
MUST_USE err_t tenant_make(const struct house *h, uint32_t number, struct tenant *t,
                           const char **step);
MUST_USE err_t tenant_start(const struct house *h, uint32_t number, struct tenant *t);

// Stop it for ever and give back what it had; for a stopped one, try again what could not be given
// back.
void tenant_stop(struct memory *m, struct tenant *t);
