// SPDX-License-Identifier: GPL-3.0-or-later
#include "records.h"

void records_add(struct records *r, const struct record *what)
{
    if (r->count == RECORD_COUNT) {
        r->first = (r->first + 1) % RECORD_COUNT;
        r->count--;
        r->lost++;
    }
    r->ring[(r->first + r->count++) % RECORD_COUNT] = *what;
}

err_t records_take(struct records *r, struct record *out, uint32_t *lost)
{
    if (r->count == 0)
        return ERR_NOT_FOUND;
    *out = r->ring[r->first];
    *lost = r->lost;
    r->first = (r->first + 1) % RECORD_COUNT;
    r->count--;
    r->lost = 0;
    return ERR_OK;
}
