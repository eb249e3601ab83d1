// SPDX-License-Identifier: GPL-3.0-or-later
// Entering and leaving the kernel as entry.S does it, for programs that have host_registers in the
// CPU's place.
#pragma once
#include "host.h"
#include "syscall.h"

// Save the running thread's registers in it.
static inline void door_save(struct thread *t)
{
    const struct host_registers *in = &host_registers;

    memcpy(t->regs.w, in->w, sizeof(in->w));
    t->regs.rax = in->rax;
    t->regs.rdi = in->rdi;
    t->regs.r12 = in->r12;
    t->regs.r13 = in->r13;
    t->regs.r14 = in->r14;
    t->regs.r15 = in->r15;
    t->regs.rbp = in->rbp;
    t->regs.rsp = in->rsp;
    t->regs.rip = in->rip;
    t->regs.rflags = in->rflags;
    host_cpu.loaded = t;
}

static inline void door_load(const struct thread *t)
{
    struct host_registers *out = &host_registers;

    memcpy(out->w, t->regs.w, sizeof(out->w));
    out->rax = t->regs.rax;
    out->rdi = t->regs.rdi;
    out->r12 = t->regs.r12;
    out->r13 = t->regs.r13;
    out->r14 = t->regs.r14;
    out->r15 = t->regs.r15;
    out->rbp = t->regs.rbp;
    out->rsp = t->regs.rsp;
    out->rip = t->regs.rip;
    out->rflags = t->regs.rflags;
}

// Out: whoever sched_leave names.
static inline void door_leave(void)
{
    door_load(sched_leave());
}

// The C path of a system call, in and out.
static inline void door_slow(void)
{
    syscall_enter(host_cpu.current);
    door_leave();
}
