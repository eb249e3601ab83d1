// SPDX-License-Identifier: GPL-3.0-or-later
// The scheduler: 256 priorities, first come first served within one, time slices only where several
// are ready.
//
// I14  The running thread is READY, in no queue, and no thread in the queues has a higher priority
// when the kernel
//      returns to user mode.
#pragma once
#include "arch_cpu.h"
#include "thread.h"

enum { PRIORITIES = 256, SLICE = 5 * 1000 * 1000 /* ns */ };

// What one CPU knows. It is reached through one register; nothing else in the kernel is per CPU.
struct cpu {
    struct thread *current; // first: entry.S
    uint64_t stack;         // top of the kernel stack
    uint64_t scratch;       // entry.S
    struct cpu *self;       // this structure, for this_cpu()
    int32_t bar;            // fast.S switches only to a thread of a higher priority than this
    bool attention;         // something happened that sched_leave must look at
    bool rotate;            // the running thread's turn among its equals is over
    struct thread *loaded;  // whose floating point state and segment bases the CPU holds
    paddr_t top;            // page table in use; 0: none that is up to date
    nsec_t armed;           // when the timer will fire; 0: not armed
    nsec_t slice_end;       // 0: the running thread shares its priority with nobody
    struct thread *handoff; // became ready last, and is in no queue yet
    nsec_t since;           // up to when time is accounted for
    struct thread *runner;  // whose time it counts as
    struct budget *budget;  // I18
    struct budget *debtor;
    struct heap timers;
    struct heap refills;  // of budgets for which somebody waits
    int32_t ready_top;    // the highest priority in the queues, -1 if they are empty
    uint64_t ready_words; // which of ready_bits are not zero
    uint64_t ready_bits[PRIORITIES / 64];
    struct {
        struct thread *first, *last;
    } ready[PRIORITIES];
};

// Before the first thread.
void sched_init(struct cpu *cpu);

// Who runs next in user mode; waits for an interrupt while nobody can.
struct thread *sched_leave(void);

void sched_ready(struct thread *t);     // now READY: put it into its queue
void sched_unready(struct thread *t);   // READY, not running: take it out of its queue
void sched_block(enum thread_state to); // the running thread waits from now on
void sched_yield(void);
bool sched_wants_switch(void);   // somebody more urgent is ready, or its time is over
void sched_bar(struct cpu *cpu); // set the bar anew

// Choose who runs next and make it the current thread; 0 if nobody can.
struct thread *sched_pick(void);

// Deadlines of waiting threads. 0 is never.
void timer_arm(struct thread *t, nsec_t deadline);
void timer_cancel(struct thread *t);
void timer_want(struct cpu *cpu, nsec_t at); // an interrupt at `at`, or earlier
void timer_run(nsec_t now); // wake whose deadline has passed; ask for the next interrupt
