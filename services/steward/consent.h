// SPDX-License-Identifier: GPL-3.0-or-later
// What a cell was given by the person while it runs, beyond its manifest. Each yes is a capability
// of its own, beside that of the manifest, in the slots from CONSENT_SLOT_FIRST on: so it can end
// alone, by one use, by time, or with the run.
//
// C1  Nothing is given that does not stand in the cell's [consent] of the signed plan, whoever says
//     yes.
// C2  What was given dies with the run: the next one begins with the manifest's capabilities.
// C3  Who was refused CONSENT_REFUSALS times in a row asks no more until the next boot, whatever it
//     ends and begins.
#pragma once
#include "abi/consent.h"

enum { CONSENT_REFUSALS = 3 };

struct consents {
    struct {
        uint32_t service; // 0: never used
        uint64_t methods;
        cap_t handle;
        nsec_t expiry;
    } given[CONSENT_SLOTS];
    uint32_t refused;
};

struct consent_wish {
    uint32_t service;
    uint32_t kind; // enum consent_kind
    uint64_t methods;
    nsec_t expiry;
};

// May a cell with `allowed` in its [consent] of that service ask for this? Errors: BAD_ARGUMENT,
// DENIED.
MUST_USE err_t consent_check(const struct consents *c, const struct consent_wish *w,
                             uint64_t allowed);

// Give it to the cell `to`, through the steward's `endpoint`. Errors: NO_SLOT; EXPIRED (it took too
// long); cell.derive's.
MUST_USE err_t consent_give(struct consents *c, const struct consent_wish *w, cap_t to,
                            cap_t endpoint, uint64_t identity, cap_t *handle);

// The cell has stopped; its capabilities went with it.
void consent_end(struct consents *c);
