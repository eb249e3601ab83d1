// SPDX-License-Identifier: GPL-3.0-or-later
// Budgets: how much of the CPU's time may be used in each period. A thread without one is bounded
// by priorities alone.
//
// A server runs on the budget of the caller at the far end of the chain of calls that it serves.
// When that is spent it goes on with its own, and what it uses is the caller's debt: the caller's
// threads wait until refills have paid for it. Whoever finds its own budget spent waits for the
// next period. What is left of a period is lost, so that in any time as long as a period at most
// two amounts are used.
//
// I18  cpu.budget pays for the running thread (0: nobody), and cpu.debtor owes it as well. A call
// and its answer on the fast path change neither: both ends have the same payer.
#pragma once
#include "heap.h"
#include "object.h"

struct cpu;
struct thread;

struct budget {
    struct object object; // its references are capabilities and threads
    int64_t left;         // ns of this period; below 0: debt
    nsec_t amount, period;
    nsec_t next;                 // when the next period begins
    struct heap_node refill;     // while somebody waits: when `left` will be above 0
    struct thread *first, *last; // who waits
};

enum { BUDGET_BYTES = 128 };
_Static_assert(sizeof(struct budget) <= BUDGET_BYTES, "two cache lines");

// `amount` ns in each `period` ns from now on. BAD_ARGUMENT: none, less than 1 us, more than the
// period, or a period of more than a day.
MUST_USE err_t budget_set(struct budget *b, nsec_t amount, nsec_t period);

// The thread's own budget is `b` from now on (0: none).
void budget_give(struct thread *t, struct budget *b);

// The running thread is `t` from now on, or its payer may have changed: charge the time up to now,
// and find who pays from now on. False: its own budget is spent; it waits for the next period.
bool budget_pay(struct cpu *cpu, struct thread *t);

// Charge the time up to `now` to whoever the CPU's time is charged to.
void budget_account(struct cpu *cpu, nsec_t now);

void budget_leave(struct thread *t); // waits no longer
void budget_refill(struct cpu *cpu,
                   nsec_t now); // whose period begins: let the first who waits go on
// When the running thread's payer will be spent; 0: never, or it is. Then whoever looks next
// changes threads, and an interrupt at once would only keep the kernel from looking.
nsec_t budget_end(const struct cpu *cpu);
bool budget_reap(struct budget *b);
