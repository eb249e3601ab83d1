// SPDX-License-Identifier: GPL-3.0-or-later
// How methods of kernel objects answer, and those of the objects that are there from the start:
// abi/interrupt.idl, port.idl, device.idl, audit.idl.
#pragma once
#include "denial.h"
#include "interrupt.h"
#include "syscall.h"

// Answers: an error, or up to three result words. All other words are zero.
static inline void answer(struct thread *t, err_t error, uint64_t a, uint64_t b, uint64_t c)
{
    if (error)
        denial_note(t, error);
    for (int i = 0; i < MESSAGE_WORDS; i++)
        t->regs.w[i] = 0;
    t->regs.rdi = t->regs.r12 = t->regs.r13 = 0;
    t->regs.rax = error;
    if (error)
        return;
    t->regs.w[0] = a;
    t->regs.w[1] = b;
    t->regs.w[2] = c;
}

static inline void answer_error(struct thread *t, err_t error)
{
    if (error == ERR_RESTART)
        syscall_restart(t);
    else
        answer(t, error, 0, 0, 0);
}

// Why nothing was derived. BUSY: a revoke is in the way; who began it may be dead, so help with it,
// and asking again will do.
APART void answer_underived(struct thread *t, err_t error);

APART void interrupt_call(struct thread *t, struct interrupt *i, uint64_t method);
APART void port_call(struct thread *t, struct cap *self, uint64_t method);
APART void device_call(struct thread *t, struct cap *self, uint64_t method);
APART void audit_call(struct thread *t, uint64_t method);
