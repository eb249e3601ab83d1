// SPDX-License-Identifier: GPL-3.0-or-later
// Signals: 64 bits that anybody with WRITE raises and one taker takes all at once. They never queue
// and never block who raises them.
#pragma once
#include "sched.h"

struct signal {
    struct object object;
    uint64_t bits;
    struct heap waiters;
    struct thread *bound; // also woken while receiving
    uint64_t arrivals;
};
_Static_assert(sizeof(struct signal) <= 64, "one cache line");

void signal_raise(struct signal *s, uint64_t bits);

// Give the thread all bits, and clear them; `flags` go into its result word.
void signal_take(struct thread *t, struct signal *s, uint64_t flags);

void signal_wait(struct thread *t, struct signal *s, nsec_t expiry, nsec_t deadline);

void signal_leave(struct thread *t);
MUST_USE err_t signal_bind(struct signal *s, struct thread *t);
void signal_unbind(struct signal *s);
bool signal_reap(struct signal *s);
