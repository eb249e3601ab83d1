// SPDX-License-Identifier: GPL-3.0-or-later
#include "denial.h"
#include "cell.h"
#include "decode.h"

enum { DENIALS = 64, DENIALS_OF_ONE = 8 };

static struct {
    uint32_t first, count, lost;
    struct denial {
        uint64_t cell; // the identity with which its supervisor is told of faults
        uint32_t slot;
        uint32_t more; // calls of this cell after this one, for which it had no place
        uint8_t type, method, error;
    } ring[DENIALS];
} denials;

static struct denial *denial_at(uint32_t n)
{
    return &denials.ring[(denials.first + n) % DENIALS];
}

// The newest denial of a cell that has all of its places, or null.
static struct denial *denial_crowded(uint64_t cell)
{
    struct denial *newest = NULL;
    uint32_t places = 0;

    for (uint32_t n = 0; n < denials.count; n++)
        if (denial_at(n)->cell == cell) {
            newest = denial_at(n);
            places++;
        }
    return places >= DENIALS_OF_ONE ? newest : NULL;
}

APART void denial_note(const struct thread *t, err_t error)
{
    const struct cap *c = cell_find(t->cell, t->regs.rdi);
    struct denial *d;

    if (error != ERR_DENIED && error != ERR_EXPIRED)
        return;
    d = denial_crowded(t->cell->supervisor.identity);
    if (d) {
        d->more += d->more != UINT32_MAX;
        return;
    }
    if (denials.count == DENIALS) {
        denials.lost += denials.lost != UINT32_MAX;
        return;
    }
    *denial_at(denials.count++) = (struct denial){.cell = t->cell->supervisor.identity,
                                                  .slot = (uint32_t)t->regs.rdi,
                                                  .type = c ? c->type : OBJECT_CELL,
                                                  .method = (uint8_t)call_method(t->regs.rax),
                                                  .error = (uint8_t)error};
}

err_t denial_take(uint64_t out[MESSAGE_WORDS])
{
    const struct denial *d = denial_at(0);

    if (denials.count == 0 && denials.lost == 0)
        return ERR_NOT_FOUND;
    if (denials.count == 0) {
        memset(out, 0, MESSAGE_WORDS * sizeof *out);
        out[5] = denials.lost;
        denials.lost = 0;
        return ERR_OK;
    }
    out[0] = d->cell;
    out[1] = d->type;
    out[2] = d->slot;
    out[3] = d->method;
    out[4] = d->error;
    out[5] = d->more;
    denials.first = (denials.first + 1) % DENIALS;
    denials.count--;
    return ERR_OK;
}
