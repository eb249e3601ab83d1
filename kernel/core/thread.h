// SPDX-License-Identifier: GPL-3.0-or-later
// A thread: registers, priority, what it waits for, whom it serves. One page each.
//
//     NEW --start--> READY <--> (running)
//                      |  ^
//        call, send    |  | reply, message, bits, deadline
//        recv, wait    v  |
//        SENDING  RECEIVING  WAITING  CALLING(waits for the reply)  SPENT(for a refill)
//                      any --stop--> STOPPED
//
// I9   A thread is in exactly the queue that its state names.
// I10  A thread in CALLING has a server, and is either that server's `client` or among its `kept`.
// I11  A reply is used once: answering changes the caller's state, and a token holds its call's
// number.
#pragma once
#include "abi/syscall.h"
#include "cap.h"
#include "heap.h"
#include "lease.h"

struct budget;
struct cell;
struct endpoint;
struct signal;

// In the order in which entry.S saves them.
struct regs {
    uint64_t w[MESSAGE_WORDS]; // rsi rdx r8 r9 r10 rbx
    uint64_t rdi, rax, r12, r13, r14, r15, rbp, rcx, r11;
    uint64_t rip, rflags, rsp;
    uint64_t fs_base;
};

enum thread_state {
    THREAD_NEW,
    THREAD_READY,     // in the ready queue, or running
    THREAD_SENDING,   // in the endpoint's queue of senders (a call, a send or a fault)
    THREAD_RECEIVING, // in the endpoint's list of receivers
    THREAD_CALLING,   // waits for an answer
    THREAD_WAITING,   // for a signal
    THREAD_SPENT,     // for its budget's next period
    THREAD_STOPPED,
};

// What a queued or unanswered message is.
enum thread_message { MESSAGE_CALL, MESSAGE_SEND, MESSAGE_FAULT };

struct thread {
    struct object object;
    struct regs regs; // entry.S knows its place
    struct cell *cell;
    uint8_t state; // these four are written together by fast.S
    uint8_t message;
    uint8_t return_fully; // leave the kernel by iret: all registers matter
    uint8_t kept;         // its reply is among its server's kept ones
    uint8_t priority;
    uint8_t flags;                        // enum thread_flag
    uint8_t linked;                       // it is in its cell's list
    uint32_t calls;                       // number of the present call, part of a reply's token
    struct thread *next, *prev;           // ready queue, the endpoint's receivers, who is spent
    struct thread *cell_next, *cell_prev; // the cell's threads
    struct heap_node queue;               // endpoint's senders, signal's waiters
    struct heap_node timer;
    struct endpoint *endpoint; // where it sends or receives, by the handle in regs.rdi
    struct signal *signal;     // what it waits for, by the handle in regs.rdi
    struct signal *bound;
    struct budget *budget; // its own; 0: none. Who pays at present: budget.h
    struct thread *client;
    struct thread *server;
    struct thread *kept_first, *kept_next, *kept_prev; // replies kept for later
    struct lease lease; // lent to this thread, for the message being served
    struct window window, inbox;
    uint64_t fault[MESSAGE_WORDS];
    nsec_t ran; // time used
    uint8_t fpu[512] __attribute__((aligned(64)));
};
_Static_assert(sizeof(struct thread) <= PAGE_SIZE, "one page");

void thread_init(struct thread *t);

// The list of a cell's threads.
void thread_link(struct thread *t, struct cell *cell);
void thread_unlink(struct thread *t);

// Stop for ever. Its client and the callers whose replies it keeps get PEER_DEAD, by `object_reap`.
// While pages that it lent are in use, it stays a body without life; the end of the lease goes on
// with it.
void thread_stop(struct thread *t);

// The deadline of a waiting thread passed, or its capability expired.
void thread_expire(struct thread *t);

// One bounded step of a stopped thread's end. False: there is more. True: it is over, or waits for
// a lease.
bool thread_reap(struct thread *t);
