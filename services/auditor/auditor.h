// SPDX-License-Identifier: GPL-3.0-or-later
// How long the passes of the audit take, and which of them are worth a line of the log: the first,
// and each that took twice as long as any that was told.
#pragma once
#include "abi/types.h"
#include <stdbool.h>

struct auditor {
    uint64_t passes; // completed, as far as is known
    nsec_t since;    // when the last of them ended
    nsec_t told;     // the longest that was told; 0: none
};

// `passes` were completed at `now`. True: `*period`, in nanoseconds, is to be told.
bool auditor_passed(struct auditor *a, uint64_t passes, nsec_t now, nsec_t *period);
