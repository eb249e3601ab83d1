// SPDX-License-Identifier: GPL-3.0-or-later
// Endpoints: where messages wait for servers and servers wait for messages. They outlive both.
// Senders wait by priority, then first come; receivers first come.
#pragma once
#include "sched.h"

struct endpoint {
    struct object object;
    struct heap senders;
    struct thread *receiver_first, *receiver_last;
    uint64_t arrivals; // numbers the senders, so that equals are served in order
};
_Static_assert(sizeof(struct endpoint) <= 64, "one cache line");

// Send the thread's message through `c`, which its rdi names (for a fault: the cell's supervisor
// capability). The thread waits unless a receiver is there.
void endpoint_send(struct thread *t, struct cap *c, enum thread_message message);

// Take the next message into the current thread, or wait for it until the deadline, or until the
// capability expires through which it waits.
void endpoint_receive(struct thread *t, struct endpoint *e, nsec_t expiry, nsec_t deadline);

// Answer `client`, whom `server` serves or keeps, with the words in the server's registers;
// `passed` goes along (0: nothing).
void endpoint_reply(struct thread *server, struct thread *client, err_t error, struct cap *passed);

// Keep the reply of the message that `server` serves: its lease ends. The token answers it later.
uint64_t endpoint_keep(struct thread *server);
struct thread *endpoint_kept(const struct thread *server, uint64_t token); // 0: no such reply

// The caller will not be answered by the server: it fails with `error`, or is just forgotten.
void endpoint_fail(struct thread *client, err_t error);
void endpoint_abandon(struct thread *client);

// The capability in this slot goes: who waits for a message through it waits no more.
//@ assigns object_counts;
void endpoint_cut(const struct cap *c);

// Leave the queue or list that the thread is in.
void endpoint_leave(struct thread *t);

// One step of a dying endpoint: wake one who waits there. True when nobody is left.
bool endpoint_reap(struct endpoint *e);
