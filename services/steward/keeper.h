// SPDX-License-Identifier: GPL-3.0-or-later
// What happens when a cell stops (docs/supervision.md). A cell that the plan restarts
// (PLAN_RESTART) is started again with the same authority and nothing else of the old run, a little
// later each time; whoever waits for it at its endpoint is served by the new run. One that ends
// with status 0 has done its work. What is not started again leaves no endpoint behind, so that its
// callers get an error and do not wait for ever.
//
//     running --crash--> waiting for `due` --due--> running
//        |
//        '--status 0, not to be restarted, or one crash too many in KEEPER_CALM--> stopped
#pragma once
#include "records.h"
#include "report.h"
#include "tenant.h"

enum { RESTARTS_MAX = 3 }; // within KEEPER_CALM, of one cell
#define KEEPER_CALM  ((nsec_t)10000000000)
#define KEEPER_DELAY ((nsec_t)100000000) // before a new start; doubled for each recent one

struct watch {
    nsec_t due;                   // when it is to be started again, 0 if it is not
    bool wipe;                    // not started, but its memory wiped
    nsec_t crashes[RESTARTS_MAX]; // that were forgiven and are recent, the oldest first
    uint32_t count;
};

struct keeper {
    struct house house;
    cap_t *endpoints; // the house's, to take one away
    struct tenant tenants[CELLS_MAX];
    struct watch watches[CELLS_MAX];
    struct events events;
    struct records records;
};

// Make and start every cell of the plan, in its order, apps last.
void keeper_begin(struct keeper *k);

// Make and start one. On failure `*step` says what could not be done. Errors: as tenant_make.
MUST_USE err_t keeper_start(struct keeper *k, uint32_t number, const char **step);

// A fault message from the cell with this identity: describe it, stop the cell, decide.
void keeper_fault(struct keeper *k, uint64_t identity, const uint64_t words[4]);

// When something is due, 0 for nothing; and do what is due.
nsec_t keeper_deadline(const struct keeper *k);
void keeper_tick(struct keeper *k);

// How many cells run.
uint32_t keeper_running(const struct keeper *k);
