// SPDX-License-Identifier: GPL-3.0-or-later
// The system call convention. One instruction, `syscall`; everything travels in registers.
//
//   in   rax  the call word, below
//        rdi  the capability: endpoint, signal or kernel object (SYS_REPLY: the kept reply's token)
//        rsi rdx r8 r9 r10 rbx   six message words
//        r12  lease: page-aligned address | number of pages (1 to 256), if the call word says so
//        r13  handle of the capability that goes with the message, if the call word says so
//        r14  index of the empty slot for an incoming capability; 0: none is accepted
//        r15  deadline in nanoseconds since boot for SYS_RECV, SYS_REPLY_RECV, SYS_WAIT; 0: never
//   out  rax  the result word, below
//        rdi  identity behind the capability that the message came through (0 for a reply)
//        rsi rdx r8 r9 r10 rbx   six message words; SYS_WAIT and a bound signal: rsi holds the bits
//        r12  the lease as it appears in the receiver's window (what was moved: in its inbox)
//        r13  handle of the received capability, 0 if none
//        r14 r15 rbp rsp are kept; rcx and r11 hold the caller's own rip and rflags
//
// Kernel objects are called like services: SYS_CALL with the method numbers of abi/<object>.idl.
#pragma once
#include "abi/types.h"

enum sys_op {
    SYS_CALL = 0,       // send and wait for the reply
    SYS_SEND = 1,       // send words only; waits until a receiver takes them
    SYS_RECV = 2,       // take a message (or the bound signal's bits); one that was not answered
                        // is dropped: its caller gets PEER_DEAD
    SYS_REPLY_RECV = 3, // answer the message being served, then SYS_RECV
    SYS_REPLY = 4,      // answer a kept reply: rdi is its token
    SYS_KEEP =
        5, // keep the reply of the message being served: rsi out is its token; its lease ends
    SYS_SIGNAL = 6, // raise the bits in rsi
    SYS_WAIT = 7,   // wait until a signal has bits; takes them all
    SYS_YIELD = 8,  // let others of the same priority run
    SYS_NULL = 9,   // nothing; what entering the kernel costs
    SYS_EXIT = 10,  // end this thread; the supervisor gets the status in rsi
    SYS_NOW = 11,   // nanoseconds since boot in rsi
    SYS_REAP = 12,  // help finish what is being taken apart; how an interrupted delete goes on
    SYS_MOVE = 13,  // how the kernel goes on with a message whose pages are moved; else BAD_STATE
    SYS_OP_COUNT = 14,
};

enum sys_lease { LEASE_NONE = 0, LEASE_LEND = 1, LEASE_LEND_MUT = 2, LEASE_MOVE = 3 };

// The call word: method in bits 0-5, operation in 8-11, lease kind in 12-13, CALL_CAP in 16,
// error code of a reply in 32-39. All other bits are zero.
enum {
    CALL_OP_SHIFT = 8,
    CALL_LEASE_SHIFT = 12,
    CALL_CAP_SHIFT = 16,
    CALL_CAP = 1 << CALL_CAP_SHIFT,
    CALL_ERROR_SHIFT = 32,
    METHOD_MAX = 63,
    MESSAGE_WORDS = 6,
};
#define CALL_VALID 0x000000ff00013f3fu // the bits a call word may have

// The result word: error in bits 0-7, method in 8-13, lease kind in 16-17, and these.
enum {
    RESULT_METHOD_SHIFT = 8,
    RESULT_LEASE_SHIFT = 16,
    RESULT_SIGNAL = 1 << 20, // not a message: the bound signal's bits are in rsi
    RESULT_CAP = 1 << 21,    // a capability came along: r13
    RESULT_SEND = 1 << 22,   // the sender does not wait: there is nothing to reply to
};

// Rights, one bit for each.
enum right {
    RIGHT_READ = 1,  // receive from an endpoint, wait for a signal, map readable
    RIGHT_WRITE = 2, // call or send to an endpoint, raise a signal, map writable, change an object
    RIGHT_EXECUTE = 4, // seal as text; make cells out of untyped memory, say what code they run
    RIGHT_GRANT = 8,   // derive for others, pass along with a message
    RIGHT_REVOKE = 16, // take back what was derived
    RIGHT_ALL = 31,
};

// Beside the rights in `cell.derive`: the new capability, an endpoint's and WRITE alone, is for one
// message. When it has arrived, the slot is empty; nothing can be derived from it.
enum { DERIVE_ONCE = 32 };

// Where a cell's capability table is used for the caller's own cell, the handle 0 names it.
enum { CAP_SELF = 0 };

// What a supervisor is told. The message has method FAULT_METHOD, words: cause, code offset,
// address, detail. Answering it lets the thread go on where it stopped (after FAULT_EXIT nothing
// goes on). For a cell marked secret, address and detail are zero.
enum { FAULT_METHOD = 63 };
enum fault_cause {
    FAULT_EXIT = 1,        // SYS_EXIT; address: the status
    FAULT_PAGE = 2,        // address, detail: 1 present, 2 write, 16 execute
    FAULT_INSTRUCTION = 3, // undefined or not permitted
    FAULT_ARITHMETIC = 4,  // division, overflow, floating point
    FAULT_PROTECTION = 5,  // general protection, segment, stack, alignment
    FAULT_DEBUG = 6,       // breakpoint, single step
    FAULT_NO_FPU = 7,   // vector or floating point instruction in a thread that has no such state
    FAULT_SYSCALL = 8,  // the call word has bits that mean nothing; detail: the low 32 bits
    FAULT_TAMPERED = 9, // a sealed page changed in memory; address: its index in the cell's code.
                        // The cell runs no more, whatever is answered
};

enum access { ACCESS_READ = 1, ACCESS_WRITE = 2, ACCESS_EXECUTE = 4 };
enum thread_flag { THREAD_FPU = 1, THREAD_SECRET = 2 };
