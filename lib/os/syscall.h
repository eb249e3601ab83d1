// SPDX-License-Identifier: GPL-3.0-or-later
// Entering the kernel. `syscall_enter` is the one place where a cell does; the rest are the
// operations that need no message. Unit tests put fakes in place of the functions.
#pragma once
#include "abi/syscall.h"
#include "abi/types.h"

struct syscall {
    uint64_t word;             // in: the call word; out: the result word
    uint64_t target;           // in: the capability; out: the identity behind the message
    uint64_t w[MESSAGE_WORDS]; // both ways
    uint64_t lease;            // page-aligned address | pages
    uint64_t cap;              // the capability that goes along
    uint64_t slot;             // in: the empty slot for an incoming capability, 0: none
    uint64_t deadline;         // in: nanoseconds since boot, 0: never
};

// Every register that the convention names is set here, so no leftover value of this cell travels.
// Always inlined, so that the structure becomes registers.
__attribute__((always_inline)) static inline void syscall_enter(struct syscall *s)
{
    register uint64_t r8 __asm__("r8") = s->w[2];
    register uint64_t r9 __asm__("r9") = s->w[3];
    register uint64_t r10 __asm__("r10") = s->w[4];
    register uint64_t r12 __asm__("r12") = s->lease;
    register uint64_t r13 __asm__("r13") = s->cap;
    register uint64_t r14 __asm__("r14") = s->slot;
    register uint64_t r15 __asm__("r15") = s->deadline;
    // Safety: abi/syscall.h. rsp, rbp, r14 and r15 are kept; rcx and r11 are lost; memory changes
    // because lent pages come back.
    __asm__ volatile("syscall"
                     : "+a"(s->word), "+D"(s->target), "+S"(s->w[0]), "+d"(s->w[1]), "+r"(r8),
                       "+r"(r9), "+r"(r10), "+b"(s->w[5]), "+r"(r12), "+r"(r13)
                     : "r"(r14), "r"(r15)
                     : "rcx", "r11", "cc", "memory");
    s->w[2] = r8;
    s->w[3] = r9;
    s->w[4] = r10;
    s->lease = r12;
    s->cap = r13;
}

// A call with words only: the answer's words replace `w`; its result word is returned. Shorter than
// syscall_enter.
static inline uint64_t syscall_words(uint64_t word, uint64_t target, uint64_t w[MESSAGE_WORDS])
{
    register uint64_t r8 __asm__("r8") = w[2];
    register uint64_t r9 __asm__("r9") = w[3];
    register uint64_t r10 __asm__("r10") = w[4];
    register uint64_t r12 __asm__("r12") = 0;
    register uint64_t r13 __asm__("r13") = 0;
    register uint64_t r14 __asm__("r14") = 0;
    register uint64_t r15 __asm__("r15") = 0;
    // Safety: as syscall_enter.
    __asm__ volatile("syscall"
                     : "+a"(word), "+D"(target), "+S"(w[0]), "+d"(w[1]), "+r"(r8), "+r"(r9),
                       "+r"(r10), "+b"(w[5]), "+r"(r12), "+r"(r13)
                     : "r"(r14), "r"(r15)
                     : "rcx", "r11", "cc", "memory");
    w[2] = r8;
    w[3] = r9;
    w[4] = r10;
    return word;
}

static inline err_t syscall_error(const struct syscall *s)
{
    return (err_t)(s->word & 0xff);
}

// Nanoseconds since boot.
nsec_t sys_now(void);

// Raise `bits` of `signal`. Never blocks.
MUST_USE err_t sys_signal(cap_t signal, uint64_t bits);

// Wait until `signal` has bits, and take them all. Errors: TIMED_OUT.
MUST_USE err_t sys_wait(cap_t signal, nsec_t deadline, uint64_t *bits);

// End this thread; the steward reports the status.
_Noreturn void sys_exit(uint64_t status);
