// SPDX-License-Identifier: GPL-3.0-or-later
#include "denial.h"
#include "cell.h"
#include "decode.h"

enum { DENIALS = 64 };

static struct {
    uint32_t first, count, lost;
    struct denial {
        uint64_t cell; // the identity with which its supervisor is told of faults
        uint32_t slot;
        uint8_t type, method, error;
    } ring[DENIALS];
} denials;

APART void denial_note(const struct thread *t, err_t error)
{
    const struct cap *c = cell_find(t->cell, t->regs.rdi);

    if (error != ERR_DENIED && error != ERR_EXPIRED)
        return;
    if (denials.count == DENIALS) {
        denials.lost++;
        return;
    }
    denials.ring[(denials.first + denials.count++) % DENIALS] =
        (struct denial){.cell = t->cell->supervisor.identity,
                        .slot = (uint32_t)t->regs.rdi,
                        .type = c ? c->type : OBJECT_CELL,
                        .method = (uint8_t)call_method(t->regs.rax),
                        .error = (uint8_t)error};
}

err_t denial_take(uint64_t out[MESSAGE_WORDS])
{
    const struct denial *d = &denials.ring[denials.first];

    if (denials.count == 0)
        return ERR_NOT_FOUND;
    out[0] = d->cell;
    out[1] = d->type;
    out[2] = d->slot;
    out[3] = d->method;
    out[4] = d->error;
    out[5] = denials.lost;
    denials.lost = 0;
    denials.first = (denials.first + 1) % DENIALS;
    denials.count--;
    return ERR_OK;
}
