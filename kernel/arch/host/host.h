// SPDX-License-Identifier: GPL-3.0-or-later
// A machine made of nothing, for tests: memory is an arena, time is a variable, ports remember what
// was written.
#pragma once
#include "sched.h"

// Where tests say that a stack ends.
#define HOST_STACK_TOP 0x0000000040000000u

// What a CPU knows besides memory and the registers that user code reads and writes freely. The
// portable kernel and fast.S change it through arch.h and door.inc.
struct host_machine {
    uint8_t fpu[512];
    uint64_t fs_base, fs;
    uint64_t gs_base;   // the user's
    uint64_t selectors; // ds and es
    paddr_t top;        // page table in use
    uint64_t flushes;   // how often it was loaded
} __attribute__((aligned(64)));
extern struct host_machine host_machine;
extern struct cpu host_cpu;

// The registers of user mode around a system call, in the order in which enter.S names them.
struct host_registers {
    uint64_t rax, rdi, w[MESSAGE_WORDS], r12, r13, r14, r15, rbp, rsp, rip, rflags;
};
extern struct host_registers host_registers;
bool host_door(void); // enter.S

extern nsec_t host_now;
extern nsec_t host_timer;  // the last deadline that was asked for
extern bool host_preempts; // what arch_preempt answers
extern uint32_t
    host_preempt_in;        // the n-th call of it from now on answers true nevertheless; 0: none
extern bool host_preempted; // that happened
extern void (*host_idle)(void); // nobody can run: make somebody ready; 0: that is a failure
extern void (*host_dies)(void); // called before the process ends for an assert or a halt
extern uint8_t host_ports[0x10000];
extern bool host_masked[16];

// A fresh machine with this many pages of memory, all of it in `root`'s one untyped capability, in
// slot 1 of a cell that has this many slots and page tables.
struct cell *host_boot(uint64_t pages);
struct cell *host_boot_sized(uint64_t pages, uint32_t slots, uint32_t tables);
void host_shutdown(void);
