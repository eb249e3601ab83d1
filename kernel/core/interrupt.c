// SPDX-License-Identifier: GPL-3.0-or-later
#include "interrupt.h"
#include "arch.h"

struct interrupt *interrupts;

err_t interrupt_bind(struct interrupt *i, struct cap *signal, uint64_t bits)
{
    static const struct cap_request write = {.rights = RIGHT_WRITE, .methods = ~0ull};
    err_t err = cap_may_derive(signal, &write);

    if (err)
        return err;
    // commit
    if (i->signal.type != OBJECT_NONE)
        cap_delete(&i->signal);
    cap_derive(signal, &i->signal, &write);
    i->bits = bits;
    arch_interrupt_mask(i->line, false);
    return ERR_OK;
}

void interrupt_arrived(uint32_t line)
{
    struct interrupt *i = &interrupts[line];

    arch_interrupt_mask(line, true);
    if (i->signal.type != OBJECT_NONE)
        signal_raise((struct signal *)i->signal.object, i->bits);
}

void interrupt_end(struct interrupt *i)
{
    arch_interrupt_mask(i->line, true);
    i->bits = 0;
}

bool interrupt_reap(struct interrupt *i)
{
    if (i->signal.type != OBJECT_NONE)
        cap_delete(&i->signal);
    return true;
}
