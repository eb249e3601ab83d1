// SPDX-License-Identifier: GPL-3.0-or-later
// Exceptions and interrupts, from user mode and at the kernel's own resting places.
#include "fault.h"
#include "interrupt.h"
#include "x86.h"

extern uint8_t probe_first[], probe_last[], probe_faulted[], probe_execute_faulted[];
extern bool probing;

static void interrupt_enter(uint64_t vector)
{
    if (vector == VECTOR_SPURIOUS)
        return;
    if (vector == VECTOR_TIMER) {
        apic_end();
        timer_run(clock_now());
    } else if (vector >= VECTOR_IRQ && vector < VECTOR_IRQ + BOOT_IRQ_COUNT) {
        // Mask first: a level-triggered line would come straight back.
        interrupt_arrived((uint32_t)(vector - VECTOR_IRQ));
        apic_end();
    }
}

static enum fault_cause cause_of(uint64_t vector)
{
    switch (vector) {
    case 6:
        return FAULT_INSTRUCTION;
    case 7:
        return FAULT_NO_FPU;
    case 0:
    case 4:
    case 5:
    case 16:
    case 19:
        return FAULT_ARITHMETIC;
    case 1:
    case 3:
        return FAULT_DEBUG;
    case 2:
    case 8:
    case 18:
        stop("NMI, double fault or machine check", 0);
    default:
        return FAULT_PROTECTION;
    }
}

void trap_enter(struct thread *t, uint64_t vector, uint64_t error)
{
    t->return_fully = 1;
    if (vector >= VECTOR_IRQ)
        interrupt_enter(vector);
    else if (vector == 14)
        fault_raise(t, FAULT_PAGE, cr2_read(), error & 0x13);
    else
        fault_raise(t, cause_of(vector), 0, error);
}

void trap_kernel(uint64_t vector, uint64_t error, struct trap_frame *f)
{
    uint64_t words[4] = {vector, error, f->rip, vector == 14 ? cr2_read() : 0};

    if (vector >= VECTOR_IRQ) {
        interrupt_enter(vector);
        return;
    }
    if (selftest_caught(vector, f))
        return;
    if (vector == 14 && probing) {
        bool inside = f->rip >= (uint64_t)probe_first && f->rip < (uint64_t)probe_last;

        f->rip = inside ? (uint64_t)probe_faulted : (uint64_t)probe_execute_faulted;
        return;
    }
    stop("the kernel faulted (vector, error, rip, address)", words);
}
