// SPDX-License-Identifier: GPL-3.0-or-later
#include "syscall.h"
#include "arch.h"
#include "cell.h"
#include "decode.h"
#include "denial.h"
#include "endpoint.h"
#include "fault.h"
#include "lookup.h"
#include "revoke.h"
#include "signal.h"

enum { SYSCALL_LENGTH = 2 }; // bytes of the instruction

void syscall_restart(struct thread *t)
{
    t->regs.rip -= SYSCALL_LENGTH;
}

static void result(struct thread *t, err_t error)
{
    if (error)
        denial_note(t, error);
    t->regs.rax = error;
}

APART static void refuse(struct thread *t, err_t error)
{
    result(t, error);
}

static void result_word(struct thread *t, uint64_t word)
{
    for (int i = 1; i < MESSAGE_WORDS; i++)
        t->regs.w[i] = 0;
    t->regs.w[0] = word;
    t->regs.rax = ERR_OK;
}

// What is BUSY because of a revoke does not stay so when who began that is gone.
APART static void call_passing(struct thread *t, struct cap *c)
{
    endpoint_send(t, c, MESSAGE_CALL);
    revoke_help();
}

APART static void sys_call(struct thread *t, uint64_t word)
{
    uint64_t method = call_method(word);
    struct cap *c;
    err_t err;

    if (t->regs.rdi == CAP_SELF) {
        object_call(t, 0, method);
        return;
    }
    c = cell_find(t->cell, t->regs.rdi);
    if (!c) {
        refuse(t, ERR_BAD_CAPABILITY);
        return;
    }
    err = lookup_check(c, c->type == OBJECT_ENDPOINT ? RIGHT_WRITE : 0, method);
    if (err) {
        refuse(t, err);
        return;
    }
    // commit
    if (c->type != OBJECT_ENDPOINT)
        object_call(t, c, method);
    else if (call_passes(word))
        call_passing(t, c);
    else
        endpoint_send(t, c, MESSAGE_CALL);
}

APART static void sys_send(struct thread *t, uint64_t word)
{
    struct cap *c;
    err_t err;

    if (!call_is_plain(word)) {
        result(t, ERR_BAD_ARGUMENT);
        return;
    }
    err = lookup_endpoint(t, t->regs.rdi, RIGHT_WRITE, call_method(word), &c);
    if (err) {
        result(t, err);
        return;
    }
    // commit
    endpoint_send(t, c, MESSAGE_SEND);
}

// The capability that an answer carries along: `*passed` is 0 if there is none.
static err_t reply_passed(struct thread *t, uint64_t word, struct cap **passed)
{
    static const struct cap_request all = {.rights = RIGHT_ALL, .methods = ~0ull};

    *passed = 0;
    if (!call_passes(word))
        return ERR_OK;
    *passed = cell_find(t->cell, t->regs.r13);
    if (!*passed)
        return ERR_BAD_CAPABILITY;
    if (!((*passed)->rights & RIGHT_GRANT))
        return ERR_DENIED;
    return cap_may_derive(*passed, &all);
}

// BUSY: a revoke is in the way. Helping with it, so that asking again will do.
static void answer_refused(struct thread *t, err_t error)
{
    result(t, error);
    if (error == ERR_BUSY)
        revoke_help();
}

APART static void sys_recv(struct thread *t, uint64_t word, bool reply)
{
    struct cap *c, *passed;
    err_t err;

    if (t->lease.dead) { // help with the lender's end: those it served learn of it
        if (object_reap() == ERR_RESTART || t->state != THREAD_READY) {
            syscall_restart(t);
            return;
        }
        t->lease.dead = false;
    }
    err = lookup_endpoint(t, t->regs.rdi, RIGHT_READ, 0, &c);
    if (!err)
        err = reply_passed(t, reply ? word : 0, &passed);
    if (err) {
        answer_refused(t, err);
        return;
    }
    // commit
    if (t->client && reply)
        endpoint_reply(t, t->client, call_error(word), passed);
    else if (t->client) // not answered: dropped
        endpoint_fail(t->client, ERR_PEER_DEAD);
    if (t->lease.dead) { // receive anew
        t->regs.rax = (uint64_t)SYS_RECV << CALL_OP_SHIFT;
        syscall_restart(t);
        return;
    }
    endpoint_receive(t, (struct endpoint *)c->object, c->expiry, t->regs.r15);
}

APART static void sys_reply(struct thread *t, uint64_t word)
{
    struct thread *client = endpoint_kept(t, t->regs.rdi);
    struct cap *passed;
    err_t err = client ? reply_passed(t, word, &passed) : ERR_BAD_CAPABILITY;

    if (err) {
        answer_refused(t, err);
        return;
    }
    // commit
    endpoint_reply(t, client, call_error(word), passed);
    result(t, ERR_OK);
}

APART static void sys_keep(struct thread *t)
{
    if (!t->client) {
        result(t, ERR_BAD_STATE);
        return;
    }
    // commit
    result_word(t, endpoint_keep(t));
}

APART static void sys_signal(struct thread *t, bool wait)
{
    struct cap *c;
    err_t err = lookup_typed(t, t->regs.rdi, OBJECT_SIGNAL, wait ? RIGHT_READ : RIGHT_WRITE, &c);

    if (err) {
        result(t, err);
        return;
    }
    // commit
    if (wait) {
        signal_wait(t, (struct signal *)c->object, c->expiry, t->regs.r15);
        return;
    }
    signal_raise((struct signal *)c->object, t->regs.w[0]);
    result(t, ERR_OK);
}

static void sys_reap(struct thread *t)
{
    if (object_reap() == ERR_RESTART)
        syscall_restart(t);
    else
        result(t, ERR_OK);
}

static void sys_move(struct thread *t)
{
    err_t err = lease_move(t);

    if (err == ERR_RESTART)
        syscall_restart(t);
    else if (err)
        result(t, err);
}

// The rare operations, apart from the messages.
APART static void sys_other(struct thread *t, uint64_t op)
{
    switch (op) {
    case SYS_YIELD:
        sched_yield();
        result(t, ERR_OK);
        break;
    case SYS_NULL:
        result(t, ERR_OK);
        break;
    case SYS_EXIT:
        fault_raise(t, FAULT_EXIT, t->regs.w[0], 0);
        break;
    case SYS_NOW:
        result_word(t, clock_now());
        break;
    case SYS_REAP:
        sys_reap(t);
        break;
    case SYS_MOVE:
        sys_move(t);
        break;
    default:
        fault_raise(t, FAULT_SYSCALL, 0, (uint32_t)t->regs.rax);
    }
}

void syscall_enter(struct thread *t)
{
    uint64_t word = t->regs.rax, op = call_op(word);

    t->return_fully = 0;
    if (!call_is_valid(word)) {
        fault_raise(t, FAULT_SYSCALL, 0, (uint32_t)word);
        return;
    }
    // A chain of comparisons, the most common first: there is no indirect branch on this path.
    if (op == SYS_CALL)
        sys_call(t, word);
    else if (op == SYS_REPLY_RECV)
        sys_recv(t, word, true);
    else if (op == SYS_RECV)
        sys_recv(t, word, false);
    else if (op == SYS_SEND)
        sys_send(t, word);
    else if (op == SYS_REPLY)
        sys_reply(t, word);
    else if (op == SYS_KEEP)
        sys_keep(t);
    else if (op == SYS_SIGNAL || op == SYS_WAIT)
        sys_signal(t, op == SYS_WAIT);
    else
        sys_other(t, op);
}
