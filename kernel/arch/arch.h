// SPDX-License-Identifier: GPL-3.0-or-later
// What the portable kernel needs from a machine. One folder beside this file implements it for
// each.
#pragma once
#include "arch_cpu.h"
#include "kernel.h"

struct cpu;
struct thread;

enum { ARCH_USER_FLAGS = 0x202 }; // interrupts on

//@ ghost nsec_t clock_read; // what `clock_now` said last
/*@ assigns clock_read;
    ensures clock: \result == clock_read;
 */
nsec_t clock_now(void);
nsec_t clock_ns(uint64_t ticks);
uint64_t clock_ticks(void);

void arch_timer_set(nsec_t deadline);

// Let waiting interrupts in; true if somebody more urgent than the current thread is ready now. The
// kernel's state is whole wherever this is called.
//@ ghost int interrupts; // those that were let in
//@ assigns interrupts;
bool arch_preempt(void);
void arch_idle(void); // until the next interrupt

// The machine's part of an address space: the kernel's half; leaving it before its tables are
// freed.
void arch_space_init(void *top);
void arch_space_end(paddr_t top);
void arch_space_load(paddr_t top);

void arch_fpu_init(void *area);
void arch_load(struct cpu *cpu, struct thread *t); // floating point state and segment bases
void arch_fpu_forget(struct thread *t);

void arch_interrupt_mask(uint32_t line, bool masked);
uint32_t arch_port_read(uint16_t port, uint32_t width);
void arch_port_write(uint16_t port, uint32_t width, uint32_t value);

// Stop the machine with the reason on the console and the log; `words` are four numbers, or 0.
_Noreturn void arch_halt(const char *why, const uint64_t *words);
