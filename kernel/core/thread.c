// SPDX-License-Identifier: GPL-3.0-or-later
#include "thread.h"
#include "arch.h"
#include "budget.h"
#include "cell.h"
#include "endpoint.h"
#include "frame.h"
#include "signal.h"

// Where the calls of a new thread are counted from: beyond those of all threads that stopped, so
// that a token that a server kept for a caller answers nobody who has the same page later (I11).
static uint32_t first_call;

void thread_init(struct thread *t)
{
    t->calls = first_call;
    t->object.type = OBJECT_THREAD;
    t->state = THREAD_NEW;
    arch_fpu_init(t->fpu);
}

void thread_link(struct thread *t, struct cell *cell)
{
    t->cell = cell;
    t->linked = 1;
    t->cell_prev = 0;
    t->cell_next = cell->threads;
    if (cell->threads)
        cell->threads->cell_prev = t;
    cell->threads = t;
}

void thread_unlink(struct thread *t)
{
    if (t->cell_prev)
        t->cell_prev->cell_next = t->cell_next;
    else
        t->cell->threads = t->cell_next;
    if (t->cell_next)
        t->cell_next->cell_prev = t->cell_prev;
    t->cell_next = t->cell_prev = 0;
    t->linked = 0;
}

// Leave whatever queue the state names (I9).
static void thread_leave(struct thread *t)
{
    switch (t->state) {
    case THREAD_READY:
        sched_unready(t);
        break;
    case THREAD_SENDING:
    case THREAD_RECEIVING:
        endpoint_leave(t);
        break;
    case THREAD_WAITING:
        signal_leave(t);
        break;
    case THREAD_SPENT:
        budget_leave(t);
        break;
    case THREAD_CALLING:
        if (t->server && t->server->lease.lender != t)
            endpoint_abandon(t);
        break;
    default:
        break;
    }
    timer_cancel(t);
}

void thread_stop(struct thread *t)
{
    if (t->state == THREAD_STOPPED)
        return;
    thread_leave(t);
    t->state = THREAD_STOPPED;
    if ((int32_t)(t->calls - first_call) >= 0)
        first_call = t->calls + 1;
    if (t->bound)
        signal_unbind(t->bound);
    object_die(&t->object);
}

bool thread_reap(struct thread *t)
{
    struct cell *cell = t->cell;

    if (t->state == THREAD_NEW)
        t->state = THREAD_STOPPED;
    if (t->state !=
        THREAD_STOPPED) { // its last capability is gone, as when a revoke took its memory
        thread_stop(t);
        return true; // it is in the queue again
    }
    if (t->server)
        return true;
    if (t->client) {
        endpoint_fail(t->client, ERR_PEER_DEAD);
        return false;
    }
    if (t->kept_first) {
        endpoint_fail(t->kept_first, ERR_PEER_DEAD);
        return false;
    }
    if (t->budget)
        budget_give(t, 0);
    if (cell) {
        if (t->linked)
            thread_unlink(t);
        else
            cell->ending--;
        t->cell = 0;
        if (cell->object.refs == 0)
            object_die(&cell->object);
    }
    if (t->object.refs == 0) {
        arch_fpu_forget(t);
        if (this_cpu()->runner == t)
            this_cpu()->runner = 0;
        frame_use_set(t, 1, FRAME_FREE);
    }
    return true;
}

void thread_expire(struct thread *t)
{
    const struct cap *c = cell_find(t->cell, t->regs.rdi);

    thread_leave(t);
    t->regs.rax = c && c->expiry && c->expiry <= clock_now() ? ERR_EXPIRED : ERR_TIMED_OUT;
    sched_ready(t);
}
