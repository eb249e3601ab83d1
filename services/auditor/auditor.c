// SPDX-License-Identifier: GPL-3.0-or-later
#include "auditor.h"

bool auditor_passed(struct auditor *a, uint64_t passes, nsec_t now, nsec_t *period)
{
    if (passes == a->passes)
        return false;
    nsec_t took = (now - a->since) / (passes - a->passes);
    a->passes = passes;
    a->since = now;
    if (a->told != 0 && took / 2 < a->told)
        return false;
    a->told = took != 0 ? took : 1;
    *period = took;
    return true;
}
