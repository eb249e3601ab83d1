// SPDX-License-Identifier: GPL-3.0-or-later
#include "signal.h"
#include "arch.h"
#include "endpoint.h"

static struct thread *waiter_thread(struct heap_node *n)
{
    return (struct thread *)((uint8_t *)n - offsetof(struct thread, queue));
}

APART void signal_take(struct thread *t, struct signal *s, uint64_t flags)
{
    for (int i = 1; i < MESSAGE_WORDS; i++)
        t->regs.w[i] = 0;
    t->regs.w[0] = s->bits;
    t->regs.rdi = t->regs.r12 = t->regs.r13 = 0;
    t->regs.rax = flags;
    s->bits = 0;
}

void signal_raise(struct signal *s, uint64_t bits)
{
    struct thread *t;

    s->bits |= bits;
    if (!s->bits)
        return;
    if (s->waiters.top) {
        t = waiter_thread(s->waiters.top);
        signal_leave(t);
        signal_take(t, s, 0);
    } else if (s->bound && s->bound->state == THREAD_RECEIVING) {
        t = s->bound;
        endpoint_leave(t);
        signal_take(t, s, RESULT_SIGNAL);
    } else {
        return;
    }
    timer_cancel(t);
    sched_ready(t);
}

void signal_wait(struct thread *t, struct signal *s, nsec_t expiry, nsec_t deadline)
{
    if (s->bits) {
        signal_take(t, s, 0);
        return;
    }
    if (deadline && deadline <= clock_now()) {
        t->regs.rax = ERR_TIMED_OUT;
        return;
    }
    t->signal = s;
    t->state = THREAD_WAITING;
    heap_insert(&s->waiters, &t->queue, (uint64_t)(255 - t->priority) << 56 | s->arrivals++);
    timer_arm(t, time_earlier(deadline, expiry));
}

void signal_leave(struct thread *t)
{
    heap_remove(&t->signal->waiters, &t->queue);
    t->signal = 0;
}

err_t signal_bind(struct signal *s, struct thread *t)
{
    if (s->bound || t->bound || t->state == THREAD_STOPPED)
        return ERR_EXISTS;
    s->bound = t;
    t->bound = s;
    signal_raise(s, 0); // the bits that are there already wake it
    return ERR_OK;
}

void signal_unbind(struct signal *s)
{
    s->bound->bound = 0;
    s->bound = 0;
}

bool signal_reap(struct signal *s)
{
    if (s->bound)
        signal_unbind(s);
    if (s->waiters.top) {
        struct thread *t = waiter_thread(s->waiters.top);

        signal_leave(t);
        timer_cancel(t);
        t->regs.rax = ERR_PEER_DEAD;
        sched_ready(t);
    }
    return s->waiters.top == 0;
}
