// SPDX-License-Identifier: GPL-3.0-or-later
// One cell of the plan while it lives: everything that was made for it, and the way there and back.
//
//     plan --tenant_make--> made --tenant_start--> running --tenant_stop--> stopped
//                             ^---------------tenant_make---------------------'
//
// T1  Everything that belongs to a tenant is carved out of one piece of memory of its own, so that
//     revoking the piece takes it all away, wherever it went, and the piece serves the next run.
// T2  The steward's slots in `slots` hold what it keeps of that; they are empty after the revoke.
// T3  A tenant's text and constants are sealed, each page with its proof from the signed
//     bundle, and nothing else of it can be executed.
// T4  A tenant's table holds only what the plan says: services with the plan's methods and its own
//     number as identity, the endpoint it serves, its signal, its devices, its own memory.
#pragma once
#include "place.h"
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
    SLOT_MMIO = 75,
    SLOT_AUDIT = 79,
};
_Static_assert(SLOT_MMIO + START_DEVICES <= SLOT_AUDIT && SLOT_AUDIT < START_SLOT_FREE,
               "the steward's slots lie below the cell's own");

struct tenant {
    enum tenant_state state;
    cap_t piece; // kept from the first making on
    cap_t cell, thread, signal;
    struct places places; // of this run
    uint32_t slots[TENANT_OBJECTS];
    uint32_t slot_count;
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

// Pages of memory that the cell's piece needs, everything included.
uint64_t tenant_pages(const struct bundle_view *v, uint32_t number);

// Make cell number `number`, which is new or stopped. On failure everything is taken back and
// `*step` says what could not be done. Errors: of the kernel's objects; BUSY: pages that its
// earlier run lent have not come back yet.
MUST_USE err_t tenant_make(const struct house *h, uint32_t number, struct tenant *t,
                           const char **step);
MUST_USE err_t tenant_start(const struct house *h, uint32_t number, struct tenant *t);

// Stop it and take back what it had. Callers of what it served get PEER_DEAD, or wait in its
// endpoint, which is not the tenant's. Errors: none that the kernel would answer here.
MUST_USE err_t tenant_stop(struct memory *m, struct tenant *t);

// Have the kernel zero the memory of a stopped tenant that is not made again: it is carved once
// more and taken back. Errors: BUSY as tenant_make; of the kernel's objects.
MUST_USE err_t tenant_wipe(struct memory *m, struct tenant *t);
