// SPDX-License-Identifier: GPL-3.0-or-later
#include "arch.h"
#include "audit.h"
#include "cell.h"
#include "device.h"
#include "gen/audit_methods.h"
#include "gen/device_methods.h"
#include "gen/interrupt_methods.h"
#include "gen/port_methods.h"
#include "lookup.h"
#include "method.h"
#include "revoke.h"

void interrupt_call(struct thread *t, struct interrupt *i, uint64_t method)
{
    struct cap *signal;
    err_t err = ERR_DENIED;

    if (method == INTERRUPT_METHOD_BIND) {
        err = lookup_typed(t, t->regs.w[0], OBJECT_SIGNAL, RIGHT_WRITE, &signal);
        if (!err)
            err = interrupt_bind(i, signal, t->regs.w[1]);
        if (err == ERR_BUSY)
            revoke_help();
    } else if (method == INTERRUPT_METHOD_ACKNOWLEDGE) {
        err = i->signal.type == OBJECT_NONE ? ERR_BAD_STATE : ERR_OK;
        if (!err)
            arch_interrupt_mask(i->line, false);
    }
    answer(t, err, 0, 0, 0);
}

// Ports count one by one, a device's memory in pages.
APART static void range_narrow(struct thread *t, struct cap *self, uint64_t unit)
{
    static const struct cap_request all = {.rights = RIGHT_ALL, .methods = ~0ull};
    uint64_t offset = t->regs.w[0], count = t->regs.w[1];
    struct cap *slot = 0;
    err_t err = ERR_BAD_ARGUMENT;

    if (count != 0 && offset <= self->extent && count <= self->extent - offset)
        slot = cell_slot(t->cell, t->regs.w[2], &err);
    if (slot)
        err = revoke_covers(self) ? ERR_BUSY : ERR_OK;
    if (!slot || err) {
        answer_underived(t, err);
        return;
    }
    // commit
    cap_derive(self, slot, &all);
    slot->object += offset * unit;
    slot->identity = 0;
    slot->extent = count;
    answer(t, ERR_OK, cell_handle(t->cell, slot), 0, 0);
}

void port_call(struct thread *t, struct cap *self, uint64_t method)
{
    uint64_t offset = t->regs.w[0], width = t->regs.w[1];
    uint8_t right = method == PORT_METHOD_READ ? RIGHT_READ : RIGHT_WRITE;

    if (method == PORT_METHOD_NARROW) {
        range_narrow(t, self, 1);
        return;
    }
    if (method > PORT_METHOD_NARROW || method == 0 || (self->rights & right) == 0) {
        answer(t, ERR_DENIED, 0, 0, 0);
        return;
    }
    if ((width != 1 && width != 2 && width != 4) || offset >= self->extent ||
        width > self->extent - offset) {
        answer(t, ERR_BAD_ARGUMENT, 0, 0, 0);
        return;
    }
    // commit
    if (method == PORT_METHOD_READ) {
        answer(t, ERR_OK, arch_port_read((uint16_t)(self->object + offset), (uint32_t)width), 0, 0);
    } else {
        arch_port_write((uint16_t)(self->object + offset), (uint32_t)width, (uint32_t)t->regs.w[2]);
        answer(t, ERR_OK, 0, 0, 0);
    }
}

void device_call(struct thread *t, struct cap *self, uint64_t method)
{
    if (method == DEVICE_METHOD_MAP)
        answer(t, device_map(self, t->regs.w[0], (uint32_t)t->regs.w[1]), 0, 0, 0);
    else if (method == DEVICE_METHOD_UNMAP)
        answer(t, device_unmap(self), 0, 0, 0);
    else if (method == DEVICE_METHOD_NARROW)
        range_narrow(t, self, PAGE_SIZE);
    else
        answer(t, ERR_DENIED, 0, 0, 0);
}

void audit_call(struct thread *t, uint64_t method)
{
    struct cell *accused = 0;
    uint64_t w[MESSAGE_WORDS] = {0};
    err_t err = ERR_DENIED;

    if (method == AUDIT_METHOD_TAKE_DENIAL) {
        err = denial_take(w);
    } else if (method == AUDIT_METHOD_STEP) {
        err = audit_step(t, &accused);
        audit_result(w);
    }
    answer_error(t, err);
    if (err)
        return;
    memcpy(t->regs.w, w, sizeof(w));
    if (accused)
        audit_accuse(t, accused);
}
