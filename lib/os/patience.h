// SPDX-License-Identifier: GPL-3.0-or-later
// How often one source may have the person asked. Whoever hears no three times in a row may not ask
// for a minute, and each further no doubles that, up to 17 hours; a yes forgets it all. It counts
// as a no if the question ends without a yes, however it ends: a wrong number, silence, the asker's
// end, or that he takes it back; else there would be ways to ask without end. What ends because a
// part of the device failed does not count, where that is known. Rules: pure; one for each source,
// kept by the cell that keeps the questions, so that a source which is tired out takes no
// question's place from another one.
#pragma once
#include "abi/types.h"
#include <stdbool.h>

enum { PATIENCE_REFUSALS = 3, PATIENCE_DOUBLINGS = 10 };
#define PATIENCE_PAUSE ((nsec_t)60000000000)

struct patience {
    uint32_t refused; // in a row
    nsec_t until;     // no question before; 0: any time
};

static inline bool patience_over(const struct patience *p, nsec_t now)
{
    return now < p->until;
}

static inline void patience_no(struct patience *p, nsec_t now)
{
    const uint32_t over = p->refused - (PATIENCE_REFUSALS - 1);
    if (p->refused + 1 >= PATIENCE_REFUSALS)
        p->until =
            now + (PATIENCE_PAUSE << (over < PATIENCE_DOUBLINGS ? over : PATIENCE_DOUBLINGS));
    p->refused += p->refused < UINT32_MAX;
}

static inline void patience_yes(struct patience *p)
{
    *p = (struct patience){.refused = 0};
}
