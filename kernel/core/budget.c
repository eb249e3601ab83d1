// SPDX-License-Identifier: GPL-3.0-or-later
#include "budget.h"
#include "arch.h"
#include "sched.h"

enum { CHAIN_MAX = 16 }; // of calls; at the end of a longer one nobody further is looked for
#define AMOUNT_MIN 1000ull
#define PERIOD_MAX (24ull * 3600 * 1000 * 1000 * 1000)

static struct budget *refill_budget(struct heap_node *n)
{
    return (struct budget *)((uint8_t *)n - offsetof(struct budget, refill));
}

// The periods that began meanwhile.
static void begin_periods(struct budget *b, nsec_t now)
{
    uint64_t periods;

    if (b->next > now || b->period == 0)
        return;
    periods = (now - b->next) / b->period + 1;
    b->next += periods * b->period;
    b->left += (int64_t)(periods * b->amount); // at most the time since boot
    if (b->left > (int64_t)b->amount)
        b->left = (int64_t)b->amount;
}

static bool is_spent(struct budget *b)
{
    if (b->left <= 0)
        begin_periods(b, clock_now());
    return b->left <= 0;
}

// When `left` will be above 0, as far as is known now.
static nsec_t refilled_at(const struct budget *b)
{
    uint64_t wait;

    if (b->amount == 0) // never set
        return UINT64_MAX;
    if (__builtin_mul_overflow((uint64_t)-b->left / b->amount, b->period, &wait) ||
        wait > UINT64_MAX - b->next)
        return UINT64_MAX;
    return b->next + wait;
}

static void wait_for(struct cpu *cpu, struct budget *b, struct thread *t)
{
    t->state = THREAD_SPENT;
    t->next = 0;
    t->prev = b->last;
    if (b->last)
        b->last->next = t;
    else
        b->first = t;
    b->last = t;
    if (!heap_holds(&b->refill)) {
        heap_insert(&cpu->refills, &b->refill, refilled_at(b));
        timer_want(cpu, b->refill.key);
    }
}

void budget_leave(struct thread *t)
{
    struct budget *b = t->budget;

    if (t->prev)
        t->prev->next = t->next;
    else
        b->first = t->next;
    if (t->next)
        t->next->prev = t->prev;
    else
        b->last = t->prev;
    t->next = t->prev = 0;
    if (!b->first && heap_holds(&b->refill))
        heap_remove(&this_cpu()->refills, &b->refill);
}

void budget_refill(struct cpu *cpu, nsec_t now)
{
    // Bounded by the number of budgets: each leaves the heap, or its key goes beyond `now`.
    while (cpu->refills.top && cpu->refills.top->key <= now) {
        struct budget *b = refill_budget(cpu->refills.top);

        heap_remove(&cpu->refills, &b->refill);
        begin_periods(b, now);
        if (b->left > 0) {
            struct thread *t = b->first;

            budget_leave(t);
            sched_ready(t);
        }
        // More debt was made meanwhile, or the next one goes on by an interrupt of its own.
        if (b->first)
            heap_insert(&cpu->refills, &b->refill, b->left > 0 ? now + 1 : refilled_at(b));
    }
}

nsec_t budget_end(const struct cpu *cpu)
{
    const struct budget *b = cpu->budget;

    return b && b->left > 0 ? cpu->since + (nsec_t)b->left : 0;
}

void budget_account(struct cpu *cpu, nsec_t now)
{
    nsec_t used = now - cpu->since;

    cpu->since = now;
    if (cpu->runner)
        cpu->runner->ran += used;
    if (cpu->budget)
        cpu->budget->left -= (int64_t)used;
    if (cpu->debtor)
        cpu->debtor->left -= (int64_t)used;
}

// For whom the thread works in the end: its time is counted as theirs.
static struct thread *works_for(struct thread *t)
{
    for (int i = 0; t->client && i < CHAIN_MAX; i++)
        t = t->client;
    return t;
}

// Somebody else pays from now on.
static void charge(struct cpu *cpu, struct thread *head, struct budget *payer,
                   struct budget *debtor)
{
    budget_account(cpu, clock_now());
    cpu->runner = head;
    cpu->budget = payer;
    cpu->debtor = debtor;
    sched_bar(cpu);
    if (payer)
        timer_want(cpu, budget_end(cpu));
}

APART static bool pay(struct cpu *cpu, struct thread *t, struct thread *head)
{
    struct budget *payer = head->budget, *debtor = 0;

    if (payer && payer != t->budget && is_spent(payer)) {
        debtor = payer;
        payer = t->budget;
    }
    if (payer && is_spent(payer)) {
        wait_for(cpu, payer, t);
        return false;
    }
    charge(cpu, head, payer, debtor);
    return true;
}

bool budget_pay(struct cpu *cpu, struct thread *t)
{
    struct thread *head = works_for(t);
    struct budget *payer = head->budget;

    // Most often the same one pays, and has something left.
    if (head == cpu->runner && payer == cpu->budget && !cpu->debtor && (!payer || payer->left > 0))
        return true;
    return pay(cpu, t, head);
}

err_t budget_set(struct budget *b, nsec_t amount, nsec_t period)
{
    struct cpu *cpu = this_cpu();
    nsec_t now = clock_now();

    if (amount < AMOUNT_MIN || amount > period || period > PERIOD_MAX)
        return ERR_BAD_ARGUMENT;
    // commit
    budget_account(cpu, now);
    b->amount = amount;
    b->period = period;
    b->left = (int64_t)amount;
    b->next = now + period;
    cpu->attention = true;
    if (b->first) {
        heap_remove(&cpu->refills, &b->refill);
        heap_insert(&cpu->refills, &b->refill, now);
        timer_want(cpu, now);
    }
    return ERR_OK;
}

void budget_give(struct thread *t, struct budget *b)
{
    struct budget *old = t->budget;

    if (t->state == THREAD_SPENT) {
        budget_leave(t);
        sched_ready(t);
    }
    if (b)
        b->object.refs++;
    t->budget = b;
    this_cpu()->attention = true;
    if (old && --old->object.refs == 0)
        object_die(&old->object);
}

bool budget_reap(struct budget *b)
{
    struct cpu *cpu = this_cpu();

    if (cpu->budget == b || cpu->debtor == b) {
        budget_account(cpu, clock_now());
        cpu->budget = cpu->budget == b ? 0 : cpu->budget;
        cpu->debtor = cpu->debtor == b ? 0 : cpu->debtor;
        cpu->attention = true;
    }
    return true;
}
