// SPDX-License-Identifier: GPL-3.0-or-later
#include "sched.h"
#include "arch.h"
#include "budget.h"
#include "cell.h"
#include "endpoint.h"

// Whoever runs on debt is looked at whenever it calls or answers.
void sched_bar(struct cpu *cpu)
{
    cpu->bar = cpu->debtor || cpu->slice_end || cpu->rotate ? PRIORITIES : cpu->ready_top;
}

static void ready_mark(struct cpu *cpu, uint32_t priority, bool some)
{
    uint64_t bit = 1ull << (priority & 63);
    uint64_t *word = &cpu->ready_bits[priority >> 6];

    *word = some ? *word | bit : *word & ~bit;
    bit = 1ull << (priority >> 6);
    cpu->ready_words = *word ? cpu->ready_words | bit : cpu->ready_words & ~bit;
    cpu->ready_top = -1;
    if (cpu->ready_words) {
        int top = 63 - __builtin_clzll(cpu->ready_words);

        cpu->ready_top = top * 64 + 63 - __builtin_clzll(cpu->ready_bits[top]);
    }
    sched_bar(cpu);
}

void sched_init(struct cpu *cpu)
{
    cpu->self = cpu;
    cpu->ready_top = cpu->bar = -1;
}

static void ready_insert(struct thread *t, bool first)
{
    struct cpu *cpu = this_cpu();
    uint32_t p = t->priority;

    if (!cpu->ready[p].first) {
        t->next = t->prev = 0;
        cpu->ready[p].first = cpu->ready[p].last = t;
        ready_mark(cpu, p, true);
    } else if (first) {
        t->prev = 0;
        t->next = cpu->ready[p].first;
        t->next->prev = t;
        cpu->ready[p].first = t;
    } else {
        t->next = 0;
        t->prev = cpu->ready[p].last;
        t->prev->next = t;
        cpu->ready[p].last = t;
    }
}

static void ready_remove(struct cpu *cpu, struct thread *t)
{
    uint32_t p = t->priority;

    if (t->prev)
        t->prev->next = t->next;
    else
        cpu->ready[p].first = t->next;
    if (t->next)
        t->next->prev = t->prev;
    else
        cpu->ready[p].last = t->prev;
    t->next = t->prev = 0;
    if (!cpu->ready[p].first)
        ready_mark(cpu, p, false);
}

void sched_ready(struct thread *t)
{
    struct cpu *cpu = this_cpu();

    t->state = THREAD_READY;
    cpu->attention = true;
    if (t == cpu->current)
        return;
    if (cpu->handoff)
        ready_insert(cpu->handoff, false);
    cpu->handoff = t;
}

void sched_unready(struct thread *t)
{
    struct cpu *cpu = this_cpu();

    if (t == cpu->handoff)
        cpu->handoff = 0;
    else if (t != cpu->current)
        ready_remove(cpu, t);
}

void sched_block(enum thread_state to)
{
    this_cpu()->current->state = (uint8_t)to;
}

bool sched_wants_switch(void)
{
    struct cpu *cpu = this_cpu();

    return cpu->current->state != THREAD_READY || cpu->ready_top > cpu->current->priority ||
           (cpu->handoff && cpu->handoff->priority > cpu->current->priority) ||
           (cpu->budget && cpu->budget->left <= 0);
}

void sched_yield(void)
{
    this_cpu()->rotate = this_cpu()->attention = true;
}

// Share the CPU among equals: a slice is armed only while somebody else of the same priority is
// ready.
static void slice_update(struct cpu *cpu, struct thread *t, bool switched)
{
    if (!cpu->ready[t->priority].first) {
        cpu->slice_end = 0;
        return;
    }
    if (switched || cpu->slice_end == 0) {
        cpu->slice_end = clock_now() + SLICE;
        timer_want(cpu, cpu->slice_end);
    }
}

// Somebody else than the present thread is to run: from the queues, unless `handoff` is more
// urgent.
static struct thread *sched_next(struct cpu *cpu, int top)
{
    struct thread *t = cpu->handoff;

    if (t && t->priority <= top)
        ready_insert(t, false); // others of its priority were ready before it
    if (!t || t->priority <= top) {
        t = top < 0 ? 0 : cpu->ready[top].first;
        if (t)
            ready_remove(cpu, t);
    }
    cpu->handoff = 0;
    cpu->rotate = false;
    cpu->current = t;
    if (t)
        slice_update(cpu, t, true);
    return t;
}

struct thread *sched_pick(void)
{
    struct cpu *cpu = this_cpu();
    struct thread *t = cpu->current;
    int top = cpu->ready_top, best = top;

    if (!t || t->state != THREAD_READY)
        return sched_next(cpu, top);
    if (cpu->handoff && cpu->handoff->priority > best)
        best = cpu->handoff->priority;
    if (best < t->priority || (best == t->priority && !cpu->rotate)) {
        if (cpu->handoff) {
            ready_insert(cpu->handoff, false);
            cpu->handoff = 0;
        }
        cpu->rotate = false; // nobody shares its turns
        slice_update(cpu, t, false);
        return t;
    }
    ready_insert(t, best > t->priority); // whoever was only interrupted keeps its turn
    return sched_next(cpu, cpu->ready_top);
}

// Nobody's time passes.
APART static void sched_idle(struct cpu *cpu)
{
    if (object_reap_one()) // there is time to take apart what nobody asked for
        return;
    budget_account(cpu, clock_now());
    cpu->runner = 0;
    cpu->budget = cpu->debtor = 0;
    arch_idle();
    cpu->since = clock_now();
}

// The running thread waits, and nobody is more urgent than whom it made ready: what sched_pick
// would say, shorter.
static struct thread *sched_handed(struct cpu *cpu)
{
    struct thread *t = cpu->handoff;

    if (!t || cpu->current->state == THREAD_READY || t->priority <= cpu->ready_top)
        return 0;
    cpu->handoff = 0;
    cpu->rotate = false;
    cpu->slice_end = 0;
    cpu->current = t;
    return t;
}

APART static struct thread *sched_search(struct cpu *cpu)
{
    struct thread *t;

    do {
        cpu->attention = false;
        while (!(t = sched_pick()))
            sched_idle(cpu);
    } while (!budget_pay(cpu, t));
    return t;
}

static struct thread *sched_enter(struct cpu *cpu, struct thread *t)
{
    if (cpu->top != t->cell->top) {
        cpu->top = t->cell->top;
        arch_space_load(cpu->top);
    }
    return t;
}

APART static struct thread *sched_change(struct cpu *cpu)
{
    struct thread *t = cpu->current ? sched_handed(cpu) : 0;

    cpu->attention = false;
    if (!t || !budget_pay(cpu, t))
        t = sched_search(cpu);
    if (cpu->loaded != t)
        arch_load(cpu, t);
    sched_bar(cpu);
    return sched_enter(cpu, t);
}

struct thread *sched_leave(void)
{
    struct cpu *cpu = this_cpu();
    struct thread *t = cpu->current;

    // Most often nothing has changed: the running thread goes on.
    if (!cpu->attention && t->state == THREAD_READY)
        return sched_enter(cpu, t);
    return sched_change(cpu);
}

static struct thread *timer_thread(struct heap_node *n)
{
    return (struct thread *)((uint8_t *)n - offsetof(struct thread, timer));
}

void timer_want(struct cpu *cpu, nsec_t at)
{
    if (cpu->armed && cpu->armed <= at)
        return;
    cpu->armed = at;
    arch_timer_set(at);
}

void timer_arm(struct thread *t, nsec_t deadline)
{
    struct cpu *cpu = this_cpu();

    if (deadline == 0)
        return;
    heap_insert(&cpu->timers, &t->timer, deadline);
    timer_want(cpu, deadline);
}

void timer_cancel(struct thread *t)
{
    if (heap_holds(&t->timer))
        heap_remove(&this_cpu()->timers, &t->timer);
}

void timer_run(nsec_t now)
{
    struct cpu *cpu = this_cpu();
    nsec_t next;

    budget_account(cpu, now);
    // Bounded by the number of threads that wait; each was paid for by its own system call.
    while (cpu->timers.top && cpu->timers.top->key <= now)
        thread_expire(timer_thread(cpu->timers.top));
    if (cpu->slice_end && cpu->slice_end <= now) {
        cpu->slice_end = 0;
        cpu->rotate = cpu->attention = true;
    }
    budget_refill(cpu, now);
    if (cpu->budget && cpu->budget->left <= 0)
        cpu->attention = true;
    next = cpu->timers.top ? cpu->timers.top->key : 0;
    if (cpu->refills.top)
        next = time_earlier(next, cpu->refills.top->key);
    next = time_earlier(time_earlier(next, cpu->slice_end), budget_end(cpu));
    cpu->armed = next;
    if (next)
        arch_timer_set(next);
}
