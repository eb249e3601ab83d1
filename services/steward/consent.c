// SPDX-License-Identifier: GPL-3.0-or-later
#include "consent.h"
#include "abi/start.h"
#include "abi/syscall.h"
#include "gen/cell.h"
#include "os/syscall.h"
#include "tenant.h"
#include <string.h>

#define SECOND ((nsec_t)1000000000)

_Static_assert((int)CONSENT_SLOT_FIRST >= SLOT_MMIO + START_DEVICES &&
                   CONSENT_SLOT_FIRST + CONSENT_SLOTS <= START_SLOT_FREE,
               "the steward's other slots lie below, the cell's own above");

err_t consent_check(const struct consents *c, const struct consent_wish *w, uint64_t allowed)
{
    nsec_t now = sys_now();
    bool until = w->kind == CONSENT_UNTIL;
    if (w->methods == 0 || (!until && w->kind != CONSENT_ONCE && w->kind != CONSENT_RUN))
        return ERR_BAD_ARGUMENT;
    if (until ? w->expiry <= now || w->expiry - now > CONSENT_EVER_MAX * SECOND : w->expiry != 0)
        return ERR_BAD_ARGUMENT;
    if ((w->methods & ~allowed) != 0 || c->refused >= CONSENT_REFUSALS) // C1, C3
        return ERR_DENIED;
    return ERR_OK;
}

// What the same answer gave earlier, or what has expired, makes room.
static void clear(struct consents *c, const struct consent_wish *w, cap_t to)
{
    nsec_t now = sys_now();
    for (uint32_t i = 0; i < CONSENT_SLOTS; i++) {
        bool same = c->given[i].service == w->service && c->given[i].methods == w->methods;
        bool over = c->given[i].expiry != 0 && c->given[i].expiry <= now;
        if (c->given[i].service == 0 || (!same && !over))
            continue;
        err_t err = cell_delete(to, c->given[i].handle);
        (void)err; // used up, or the cell has deleted it itself
        c->given[i].service = 0;
    }
}

err_t consent_give(struct consents *c, const struct consent_wish *w, cap_t to, cap_t endpoint,
                   uint64_t identity, cap_t *handle)
{
    uint32_t rights = RIGHT_WRITE | (w->kind == CONSENT_ONCE ? DERIVE_ONCE : 0u);
    if (w->kind == CONSENT_UNTIL && w->expiry <= sys_now())
        return ERR_EXPIRED;
    clear(c, w, to);
    for (uint32_t i = 0; i < CONSENT_SLOTS; i++) {
        cap_t made = 0;
        err_t err = cell_derive(to, endpoint, CONSENT_SLOT_FIRST + i, rights, w->methods, w->expiry,
                                identity, &made);
        // The kernel knows best which slots are free: what was for once may have been used.
        if (err == ERR_EXISTS || err == ERR_NO_SLOT)
            continue;
        if (err != ERR_OK)
            return err;
        c->given[i].service = w->service;
        c->given[i].methods = w->methods;
        c->given[i].handle = made;
        c->given[i].expiry = w->expiry;
        *handle = made;
        return ERR_OK;
    }
    return ERR_NO_SLOT;
}

void consent_end(struct consents *c)
{
    memset(c->given, 0, sizeof c->given); // C2
}
