// SPDX-License-Identifier: GPL-3.0-or-later
// How a cell finds its world: one read-only page at CELL_START_BASE. The steward writes it; its
// address is the argument of the cell's first thread. The steward itself finds struct init_info
// there, written by the kernel.
#pragma once
#include "abi/boot_info.h"
#include "abi/bundle.h"
#include "abi/layout.h"

#define START_MAGIC 0x5452545341434c4cu

enum {
    START_SERVICES = 64,  // service numbers are 1 to 63
    START_DEVICES = 4,    // port ranges and interrupts each
    START_SLOT_FREE = 96, // slots from here on are the cell's own to use
};

struct start_info {
    uint64_t magic;
    char name[BUNDLE_NAME];          // of this cell in its profile
    uint64_t cell;                   // its number there; also its identity at every service
    cap_t services[START_SERVICES];  // endpoint capability for each service that it may call, 0 if
                                     // none
    cap_t endpoint;                  // the endpoint that it serves, 0 if none
    cap_t signal;                    // bound to its first thread: interrupts and the like
    cap_t ports[START_DEVICES];      // in the manifest's order
    cap_t mmio[START_DEVICES];       // devices' memory, in the manifest's order
    cap_t interrupts[START_DEVICES]; // interrupt i raises bit i of the signal
    cap_t untyped;                   // its own memory, 0 if its manifest asks for none
    cap_t audit;                     // of the audit what its manifest asks for, 0 if nothing
    uint64_t heap;                   // address of its pages
    uint64_t heap_pages;
    uint64_t tsc_hz;
    uint32_t seed_sources; // the entropy cell only: enum boot_seed_source
    uint32_t zero;
    uint8_t seed[BOOT_SEED_SIZE]; // the entropy cell only
    char argument[256];           // from the manifest: `argument = "..."`
    uint64_t random[2];           // drawn for this run, for its canary and the like (os/random.h)
};

_Static_assert(sizeof(struct start_info) <= PAGE_SIZE, "one page");

// What the steward holds when it starts, by slot; every generation is 1.
enum init_slot {
    INIT_CELL = 1,     // itself
    INIT_THREAD = 2,   // itself
    INIT_START = 3,    // the frame of this page
    INIT_BUNDLE = 4,   // frames of the whole bundle, header page first
    INIT_PORTS = 5,    // all I/O ports
    INIT_DEVICES = 6,  // all physical memory that is not RAM
    INIT_AUDIT = 7,    // the audit of sealed pages and of denied calls
    INIT_IRQ = 8,      // one interrupt for each ISA line, 0 to 15
    INIT_UNTYPED = 24, // untyped_count of them
    INIT_FREE = 64,
};

enum {
    STEWARD_SLOTS = 4096,
    STEWARD_TABLES = 48,
    STEWARD_STACK_PAGES = 8,
    STEWARD_PRIORITY = 250,
};

struct init_info {
    struct boot_info boot;
    uint64_t untyped_count;
    uint64_t tables_free;
};
_Static_assert(sizeof(struct init_info) <= PAGE_SIZE, "one page");

static inline cap_t cap_first(uint32_t index)
{
    return (cap_t)1 << 32 | index;
}
