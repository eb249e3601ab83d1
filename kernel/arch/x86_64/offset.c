// SPDX-License-Identifier: GPL-3.0-or-later
// Numbers for entry.S and fast.S, read out of the assembly that the compiler makes of this file
// (kernel/build.mk).
#include "cell.h"
#include "endpoint.h"
#include "sched.h"
#include "signal.h"

#define NUMBER(name, value)         __asm__ volatile("# @@ " #name " %c0" : : "i"(value))
#define OFFSET(name, object, field) NUMBER(name, offsetof(struct object, field))
#define REGISTER(name, field)                                                                      \
    NUMBER(name, offsetof(struct thread, regs) + offsetof(struct regs, field))

void registers(void);
void registers(void)
{
    REGISTER(R_RSI, w[0]);
    REGISTER(R_RDX, w[1]);
    REGISTER(R_R8, w[2]);
    REGISTER(R_R9, w[3]);
    REGISTER(R_R10, w[4]);
    REGISTER(R_RBX, w[5]);
    REGISTER(R_RDI, rdi);
    REGISTER(R_RAX, rax);
    REGISTER(R_R12, r12);
    REGISTER(R_R13, r13);
    REGISTER(R_R14, r14);
    REGISTER(R_R15, r15);
    REGISTER(R_RBP, rbp);
    REGISTER(R_RCX, rcx);
    REGISTER(R_R11, r11);
    REGISTER(R_RIP, rip);
    REGISTER(R_RFLAGS, rflags);
    REGISTER(R_RSP, rsp);
    REGISTER(R_FS_BASE, fs_base);
}

void fields(void);
void fields(void)
{
    OFFSET(T_CELL, thread, cell);
    OFFSET(T_STATES, thread, state);
    OFFSET(T_RETURN_FULLY, thread, return_fully);
    OFFSET(T_PRIORITY, thread, priority);
    OFFSET(T_FLAGS, thread, flags);
    OFFSET(T_CALLS, thread, calls);
    OFFSET(T_NEXT, thread, next);
    OFFSET(T_TIMER_RANK, thread, timer.rank);
    OFFSET(T_ENDPOINT, thread, endpoint);
    OFFSET(T_BOUND, thread, bound);
    OFFSET(T_CLIENT, thread, client);
    OFFSET(T_SERVER, thread, server);
    OFFSET(T_LENDER, thread, lease.lender);
    OFFSET(T_WINDOW, thread, window.address);
    OFFSET(T_FPU, thread, fpu);
    OFFSET(CELL_TOP_TABLE, cell, top);
    OFFSET(CELL_SLOTS, cell, slots);
    OFFSET(CELL_SLOT_MASK, cell, slot_mask);
    OFFSET(CAP_OBJECT, cap, object);
    OFFSET(CAP_IDENTITY, cap, identity);
    OFFSET(CAP_METHODS, cap, methods);
    OFFSET(CAP_GENERATION, cap, generation);
    OFFSET(CAP_FAST, cap, fast);
    OFFSET(ENDPOINT_SENDERS, endpoint, senders.top);
    OFFSET(ENDPOINT_FIRST, endpoint, receiver_first);
    OFFSET(ENDPOINT_LAST, endpoint, receiver_last);
    OFFSET(SIGNAL_BITS, signal, bits);
    OFFSET(CPU_CURRENT, cpu, current);
    OFFSET(CPU_STACK, cpu, stack);
    OFFSET(CPU_SCRATCH, cpu, scratch);
    OFFSET(CPU_LOADED, cpu, loaded);
    OFFSET(CPU_TOP, cpu, top);
    OFFSET(CPU_BAR, cpu, bar);
}

// Four bytes at once: state, message, return_fully, kept.
#define STATES(state, message) ((state) | (message) << 8)

void constants(void);
void constants(void)
{
    NUMBER(STATES_READY, STATES(THREAD_READY, 0));
    NUMBER(STATES_CALLING, STATES(THREAD_CALLING, MESSAGE_CALL));
    NUMBER(STATES_RECEIVING, STATES(THREAD_RECEIVING, 0));
    NUMBER(GOOD_FOR_CALL, CAP_FAST_CALL);
    NUMBER(GOOD_FOR_RECV, CAP_FAST_RECV);
    NUMBER(HAS_FPU, THREAD_FPU);
    NUMBER(LAST_METHOD, METHOD_MAX);
    NUMBER(WORD_REPLY_RECV, SYS_REPLY_RECV << CALL_OP_SHIFT);
    NUMBER(WORD_NULL, SYS_NULL << CALL_OP_SHIFT);
    NUMBER(LEASE_SHIFT, CALL_LEASE_SHIFT);
    NUMBER(LEASE_BITS, 3 << CALL_LEASE_SHIFT);
    NUMBER(LEASE_MOVE_BITS, LEASE_MOVE << CALL_LEASE_SHIFT);
    NUMBER(LEASE_PAGES, PAGE_SIZE - 1);
}
