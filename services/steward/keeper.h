// SPDX-License-Identifier: GPL-3.0-or-later
// What happens when a cell stops. A crash of a driver or service is followed by a new start with
// the same authority and nothing else of the old one, a little later each time; whoever waits for
// it at its endpoint is served by the new one. A cell that keeps crashing is given up, and its
// endpoint is taken away, so that its callers get an error and do not wait for ever. An app that
// stops stays stopped, and so does a cell that ends by itself.
//
//     running --crash--> waiting for `due` --due--> running        (RESTARTS_MAX times)
//        |                                            | crash
//        '--exit, or an app's crash--> stopped <------'  too often: given up
#pragma once
#include "report.h"
#include "tenant.h"

enum {
    RESTARTS_MAX = 3, // a cell that ran for KEEPER_CALM since its last start begins anew
};
#define KEEPER_DELAY ((nsec_t)100000000) // before the first new start; doubled for each further one
#define KEEPER_CALM  ((nsec_t)60000000000)

struct watch {
    nsec_t due;     // when it is to be started again, 0 if it is not
    nsec_t started; // its last start
    uint32_t restarts;
};

struct keeper {
    struct house house;
    cap_t *endpoints; // the house's, to take one away
    struct tenant tenants[PLAN_CELLS_MAX];
    struct watch watches[PLAN_CELLS_MAX];
    struct events events;
};

// Make and start every cell of the plan, in its order, apps last.
void keeper_begin(struct keeper *k);

// A fault message from cell `number`: describe it, stop the cell, decide.
void keeper_fault(struct keeper *k, uint64_t number, const uint64_t words[4]);

// When something is due, 0 for nothing; and do what is due.
nsec_t keeper_deadline(const struct keeper *k);
void keeper_tick(struct keeper *k);

// How many cells run.
uint32_t keeper_running(const struct keeper *k);
