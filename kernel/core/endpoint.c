// SPDX-License-Identifier: GPL-3.0-or-later
#include "endpoint.h"
#include "arch.h"
#include "cell.h"
#include "decode.h"
#include "frame.h"
#include "lookup.h"
#include "signal.h"

static struct thread *sender_thread(struct heap_node *n)
{
    return (struct thread *)((uint8_t *)n - offsetof(struct thread, queue));
}

static void receiver_remove(struct endpoint *e, struct thread *t)
{
    if (t->prev)
        t->prev->next = t->next;
    else
        e->receiver_first = t->next;
    if (t->next)
        t->next->prev = t->prev;
    else
        e->receiver_last = t->prev;
    t->next = t->prev = 0;
}

static void receiver_append(struct endpoint *e, struct thread *t)
{
    t->next = 0;
    t->prev = e->receiver_last;
    if (e->receiver_last)
        e->receiver_last->next = t;
    else
        e->receiver_first = t;
    e->receiver_last = t;
}

void endpoint_leave(struct thread *t)
{
    if (t->state == THREAD_SENDING)
        heap_remove(&t->endpoint->senders, &t->queue);
    else
        receiver_remove(t->endpoint, t);
}

// The capability that goes with the sender's message: it needs GRANT, the receiver an empty slot
// that it named.
static err_t passed_check(struct thread *sender, struct thread *receiver, struct cap **from,
                          struct cap **to)
{
    static const struct cap_request all = {.rights = RIGHT_ALL, .methods = ~0ull};
    err_t err;

    *from = cell_find(sender->cell, sender->regs.r13);
    if (!*from)
        return ERR_BAD_CAPABILITY;
    if (!((*from)->rights & RIGHT_GRANT))
        return ERR_DENIED;
    err = cap_may_derive(*from, &all);
    if (err)
        return err;
    *to = cell_slot(receiver->cell, receiver->regs.r14, &err);
    return *to ? ERR_OK : err;
}

static cap_t passed_derive(struct thread *receiver, struct cap *from, struct cap *to)
{
    static const struct cap_request all = {.rights = RIGHT_ALL, .methods = ~0ull};

    cap_derive(from, to, &all);
    return cell_handle(receiver->cell, to);
}

struct arrival {
    uint64_t result; // the receiver's result word
    cap_t handle;    // of the capability that came along
};

// What goes along with a message besides its words. On failure nothing has changed.
APART static err_t deliver_more(struct thread *sender, struct thread *receiver, uint64_t word,
                                struct arrival *a)
{
    uint32_t kind = call_lease(word);
    struct cap *from = 0, *to = 0;
    err_t err = ERR_OK;

    if (call_passes(word))
        err = passed_check(sender, receiver, &from, &to);
    if (!err && kind)
        err = lease_begin(sender, receiver, sender->regs.r12, kind);
    if (err)
        return err;
    // commit
    a->result |= (uint64_t)kind << RESULT_LEASE_SHIFT;
    if (from) {
        a->handle = passed_derive(receiver, from, to);
        a->result |= RESULT_CAP;
    }
    return ERR_OK;
}

// I26: the message has arrived. The receiver waits through another capability, so this is not the
// endpoint's last; and nothing is derived from it, so it is no revoke's root.
APART static void use_up(struct cap *c)
{
    bool last = cap_delete(c);

    ASSERT("I26", !last);
}

// Move the message of `sender`, sent through `c`, into `receiver`. On failure nothing has changed
// and the error is the sender's.
__attribute__((always_inline)) static inline err_t deliver(struct thread *sender,
                                                           struct thread *receiver, struct cap *c)
{
    uint64_t word = sender->message == MESSAGE_FAULT ? FAULT_METHOD : sender->regs.rax;
    const uint64_t *w = sender->message == MESSAGE_FAULT ? sender->fault : sender->regs.w;
    struct arrival a = {call_method(word) << RESULT_METHOD_SHIFT, 0};

    if (word & (CALL_CAP | 3 << CALL_LEASE_SHIFT)) {
        err_t err = deliver_more(sender, receiver, word, &a);

        if (err)
            return err;
    }
    // commit
    receiver->regs.r12 = 0;
    receiver->regs.r13 = a.handle;
    for (int i = 0; i < MESSAGE_WORDS; i++)
        receiver->regs.w[i] = w[i];
    receiver->regs.rdi = c->identity;
    receiver->regs.rax = a.result | (sender->message == MESSAGE_SEND ? RESULT_SEND : 0);
    if (call_lease(word))
        lease_delivered(receiver);
    if (sender->message != MESSAGE_SEND) {
        this_cpu()->attention = true; // who pays for the receiver
        receiver->client = sender;
        sender->server = receiver;
        sender->kept = 0;
        sender->calls++;
    }
    if (c->once)
        use_up(c);
    return ERR_OK;
}

APART static void finish(struct thread *t, err_t error)
{
    if (t->message == MESSAGE_FAULT) { // nobody will mend it
        t->state = THREAD_CALLING;     // it is in no queue any more, and nobody serves it
        thread_stop(t);
        return;
    }
    t->regs.rax = error;
    sched_ready(t);
}

void endpoint_send(struct thread *t, struct cap *c, enum thread_message message)
{
    struct endpoint *e = (struct endpoint *)c->object;
    struct thread *receiver = e->receiver_first;

    t->message = (uint8_t)message;
    if (!receiver) {
        t->endpoint = e;
        t->state = THREAD_SENDING;
        heap_insert(&e->senders, &t->queue, (uint64_t)(255 - t->priority) << 56 | e->arrivals++);
        return;
    }
    err_t err = deliver(t, receiver, c);

    if (err) {
        finish(t, err);
        return;
    }
    receiver_remove(e, receiver);
    timer_cancel(receiver);
    sched_ready(receiver);
    if (message == MESSAGE_SEND)
        t->regs.rax = ERR_OK;
    else
        t->state = THREAD_CALLING;
}

// Take messages from the queue until one arrives whole. What became invalid meanwhile goes back to
// its sender.
APART static bool take(struct thread *t, struct endpoint *e)
{
    while (e->senders.top) {
        struct thread *s = sender_thread(e->senders.top);
        struct cap *c = &s->cell->supervisor;
        err_t err = ERR_OK;

        endpoint_leave(s);
        if (s->message != MESSAGE_FAULT)
            err = lookup_endpoint(s, s->regs.rdi, RIGHT_WRITE, call_method(s->regs.rax), &c);
        else if (c->type != OBJECT_ENDPOINT)
            err = ERR_BAD_CAPABILITY;
        if (!err && (struct endpoint *)c->object != e)
            err = ERR_BAD_CAPABILITY;
        if (!err)
            err = deliver(s, t, c);
        if (err) {
            finish(s, err);
            continue;
        }
        if (s->message == MESSAGE_SEND)
            finish(s, ERR_OK);
        else
            s->state = THREAD_CALLING;
        return true;
    }
    return false;
}

void endpoint_receive(struct thread *t, struct endpoint *e, nsec_t expiry, nsec_t deadline)
{
    if (t->bound && t->bound->bits) {
        signal_take(t, t->bound, RESULT_SIGNAL);
        return;
    }
    if (e->senders.top && take(t, e))
        return;
    if (deadline && deadline <= clock_now()) {
        t->regs.rax = ERR_TIMED_OUT;
        return;
    }
    t->endpoint = e;
    t->state = THREAD_RECEIVING;
    receiver_append(e, t);
    if (deadline | expiry)
        timer_arm(t, time_earlier(deadline, expiry));
}

APART static void wake_refused(struct thread *t)
{
    endpoint_leave(t);
    timer_cancel(t);
    t->regs.rax = ERR_BAD_CAPABILITY;
    sched_ready(t);
}

void endpoint_cut(const struct cap *c)
{
    struct endpoint *e = (struct endpoint *)c->object;

    // Bounded by the servers of one endpoint. Each waits through a capability that is in use still.
    for (struct thread *t = e->receiver_first, *next; t; t = next) {
        next = t->next;
        if (&t->cell->slots[t->regs.rdi & t->cell->slot_mask] == c)
            wake_refused(t);
    }
}

void endpoint_abandon(struct thread *client)
{
    struct thread *server = client->server;

    this_cpu()->attention = true; // who pays for the server
    if (!client->kept) {
        server->client = 0;
    } else {
        if (client->kept_prev)
            client->kept_prev->kept_next = client->kept_next;
        else
            server->kept_first = client->kept_next;
        if (client->kept_next)
            client->kept_next->kept_prev = client->kept_prev;
        client->kept_next = client->kept_prev = 0;
        client->kept = 0;
    }
    client->server = 0;
}

// The lease that came with the message ends first. False: the caller had died and only waited for
// that.
static bool return_lease(struct thread *client)
{
    if (!client->kept && client->server->lease.lender)
        lease_end(client->server);
    return client->server != 0;
}

void endpoint_fail(struct thread *client, err_t error)
{
    if (!return_lease(client))
        return;
    endpoint_abandon(client);
    finish(client, error);
}

// The words in the server's registers, and what goes along with them.
APART static void answer(const struct thread *server, struct thread *client, err_t error,
                         struct cap *passed)
{
    struct cap *to = 0;
    err_t why;

    client->regs.rdi = client->regs.r12 = client->regs.r13 = 0;
    if (passed) {
        to = cell_slot(client->cell, client->regs.r14, &why);
        if (to)
            client->regs.r13 = passed_derive(client, passed, to);
        else
            error = why;
    }
    client->regs.rax = (uint64_t)error | (to ? RESULT_CAP : 0);
    for (int i = 0; i < MESSAGE_WORDS; i++)
        client->regs.w[i] = server->regs.w[i];
    sched_ready(client);
}

void endpoint_reply(struct thread *server, struct thread *client, err_t error, struct cap *passed)
{
    ASSERT("I10", client->server == server && client->state != THREAD_READY);
    if (!return_lease(client))
        return;
    endpoint_abandon(client);
    if (client->message != MESSAGE_FAULT)
        answer(server, client, error, passed);
    else if (client->fault[0] == FAULT_EXIT)
        thread_stop(client);
    else
        sched_ready(client);
}

uint64_t endpoint_keep(struct thread *server)
{
    struct thread *client = server->client;

    if (!return_lease(client))
        return 0;
    this_cpu()->attention = true; // who pays for the server
    server->client = 0;
    client->kept = 1;
    client->kept_prev = 0;
    client->kept_next = server->kept_first;
    if (server->kept_first)
        server->kept_first->kept_prev = client;
    server->kept_first = client;
    return kernel_to_phys(client) >> PAGE_SHIFT << 32 | client->calls;
}

struct thread *endpoint_kept(const struct thread *server, uint64_t token)
{
    uint64_t page = token >> 32;
    struct thread *client;

    if (page >= physmap_pages || frame_table[page].use != FRAME_THREAD)
        return 0;
    client = phys_to_kernel(page << PAGE_SHIFT);
    if (client->server != server || !client->kept || client->calls != (uint32_t)token)
        return 0;
    return client;
}

bool endpoint_reap(struct endpoint *e)
{
    struct thread *t = e->senders.top ? sender_thread(e->senders.top) : e->receiver_first;

    if (!t)
        return true;
    endpoint_leave(t);
    timer_cancel(t);
    if (t->state == THREAD_SENDING) {
        finish(t, ERR_PEER_DEAD);
    } else {
        t->regs.rax = ERR_PEER_DEAD;
        sched_ready(t);
    }
    return false;
}
