// SPDX-License-Identifier: GPL-3.0-or-later
// The plan: the profile and its manifests, compiled by the host tool into what the steward carries
// out. It is part of the signed bundle; the steward still refuses one whose numbers are out of
// range. Layout: struct plan, struct plan_ceiling, then cell_count struct plan_cell, then
// grant_count struct plan_grant.
#pragma once
#include "abi/start.h"

#define PLAN_MAGIC 0x4e414c50414c4543u // "CELAPLAN"

enum {
    PLAN_VERSION = 5,
    PLAN_CELLS_MAX = 48,
    PLAN_APPS_MAX = 8, // installed at a time
    PLAN_GRANTS_MAX = 512,
    PUBLISHER_SIZE = 32,
    APP_ID_SIZE = 32
};

#define PLAN_PERIOD_MAX 3600000000u // us: an hour

enum plan_flag {
    PLAN_FPU = 1,      // uses floating point or vector registers
    PLAN_SECRET = 2,   // no fault report says an address
    PLAN_SEED = 4,     // gets the loader's seed
    PLAN_APP = 8,      // an app: its capabilities lack GRANT, and it is started last
    PLAN_CELLS = 16,   // its untyped memory carries EXECUTE (tests only; the profile build says so)
    PLAN_RESTART = 32, // started again after a crash
    PLAN_AUDIT = 64,   // may have sealed pages hashed again (abi/audit.idl: step)
    PLAN_DENIALS = 128, // may take what the kernel denied (abi/audit.idl: take_denial)
};

struct plan {
    uint64_t magic;
    uint32_t version;
    uint32_t cell_count;
    uint32_t grant_count;
    uint32_t zero;
};

// The most that an app which is installed at run time may have, whatever its installer says.
struct plan_ceiling {
    uint32_t apps;  // installed at a time; 0: none is
    uint32_t pages; // of one app, everything included
    uint32_t heap_pages, stack_pages;
    uint32_t priority;
    uint32_t budget_us, period_us; // what one that names no budget has; 0: not limited
    uint32_t zero;
    uint64_t methods[START_SERVICES]; // by service: bit n: it may call, or ask for, method n
};

struct plan_ports {
    uint16_t base;
    uint16_t count; // 0: none
};

enum { MMIO_PAGES_MAX = 1024, MMIO_PAGE_END = 1 << 28 }; // device memory is below 2^40

struct plan_mmio {
    uint32_t first; // physical address / PAGE_SIZE
    uint32_t pages; // 0: none
};

struct plan_cell { // cell 0 is the steward itself; the others follow in the profile's order
    char name[BUNDLE_NAME];
    uint32_t image;    // index of its BUNDLE_CELL entry
    uint32_t service;  // number of the service that it implements, 0 if none
    uint32_t priority; // 1 to STEWARD_PRIORITY - 1
    uint32_t flags;    // enum plan_flag
    uint32_t heap_pages, stack_pages, untyped_pages, slots;
    struct plan_ports ports[START_DEVICES];
    struct plan_mmio mmio[START_DEVICES];
    uint8_t interrupts[START_DEVICES]; // ISA line + 1, 0: none
    uint8_t publisher[PUBLISHER_SIZE]; // Ed25519 public key of whoever publishes it
    char app_id[APP_ID_SIZE];          // permanent, zero-padded
    char argument[256];
    uint32_t budget_us, period_us; // CPU time in each period; 0: not limited
    uint32_t zero;
};
_Static_assert(sizeof(struct plan_cell) % 8 == 0, "what follows an odd number of cells is aligned");

// Whether its budget is at most the ceiling's, as a share and as a stretch: that is how long those
// below it wait.
static inline int plan_budget_fits(const struct plan_ceiling *ceiling, const struct plan_cell *cell)
{
    return ceiling->budget_us == 0 || (cell->budget_us <= ceiling->budget_us &&
                                       (uint64_t)cell->budget_us * ceiling->period_us <=
                                           (uint64_t)ceiling->budget_us * cell->period_us);
}

// Whether it is a name as in a manifest: a-z 0-9 - _, a letter first, less than BUNDLE_NAME bytes.
// No capital letter makes a second `vault`. What follows the zero is not looked at.
static inline int plan_name_good(const char *name)
{
    int length = 0;
    for (; length < BUNDLE_NAME && name[length] != '\0'; length++) {
        const char c = name[length];
        const int letter = c >= 'a' && c <= 'z';
        const int other = (c >= '0' && c <= '9') || c == '-' || c == '_';
        if (!letter && (!other || length == 0))
            return 0;
    }
    return length > 0 && length < BUNDLE_NAME;
}

struct plan_grant { // sorted by cell, then service; at most one for each pair
    uint32_t cell;
    uint32_t service;
    uint64_t methods; // bit n: may call method n
    uint64_t consent; // bit n: may ask the person for method n (steward.request)
};

enum { PLAN_APP_GRANTS = 32 };

// An app to be installed at run time, as its package says and its installer proposes
// (steward.propose): struct plan_app, then grant_count struct plan_grant, whose `cell` is 0. The
// steward believes none of it: it is compared with the ceiling, and shown to the person. In `cell`,
// image and service are 0, there are no devices and no untyped memory, and of the flags there is
// PLAN_APP and perhaps PLAN_FPU, PLAN_SECRET.
struct plan_app {
    uint64_t magic;
    uint32_t version;               // PLAN_VERSION
    uint32_t grant_count;           // at most PLAN_APP_GRANTS
    char version_text[BUNDLE_NAME]; // for people
    uint64_t number;                // for machines: rises
    uint8_t code_root[32];          // over text and constants
    struct bundle_entry image;      // offsets into what steward.load brings
    uint64_t size;                  // of that, whole pages
    uint32_t known;                 // 1: something of this publisher was installed before
    uint32_t zero;
    struct plan_cell cell;
};
_Static_assert(sizeof(struct plan_app) % 8 == 0, "grants are aligned behind it");

#define PLAN_APP_MAGIC 0x4150504150414c43u // "CLAPAPPA"
