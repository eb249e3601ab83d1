// SPDX-License-Identifier: GPL-3.0-or-later
// GNU Mach's traps and messages on x86-64: numbers and layouts as in its public headers
// (mach/message.h, mach/i386/thread_status.h), its trap table (kern/syscall_sw.c) and the order of
// the routines of mach/mach.defs.
#pragma once
#include <stdint.h>

enum {
    TRAP_NULL = -10, // the emptiest trap: it returns no port
    TRAP_REPLY_PORT = -26,
    TRAP_TASK_SELF = -28,
    TRAP_PRINT = -30,
    TRAP_VM_ALLOCATE = -65,
    TRAP_VM_DEALLOCATE = -66,
    TRAP_TASK_CREATE = -68,
    TRAP_TASK_TERMINATE = -69,
    TRAP_TASK_SPECIAL_PORT = -71,
    TRAP_PORT_ALLOCATE = -72,
    TRAP_PORT_DEALLOCATE = -73,
    TRAP_PORT_INSERT = -74,

    RIGHT_RECEIVE = 1,
    EXCEPTION_PORT = 3, // TASK_EXCEPTION_PORT
    MOVE_SEND_ONCE = 18,
    COPY_SEND = 19,
    MAKE_SEND = 20,
    MAKE_SEND_ONCE = 21,

    OPTION_SEND = 1,
    OPTION_RECEIVE = 2,

    ROUTINE_SET_STATE = 2018,
    ROUTINE_THREAD_CREATE = 2061,
    ROUTINE_THREAD_RESUME = 2063,
    EXCEPTION_RAISE = 2400, // mach/exc.defs
    ROUTINE_REPLY = 100,    // what a reply's number is above its request's

    TYPE_INT = 2,
    TYPE_WORD = 11,
    TYPE_BYTE = 9,
    THREAD_STATE = 1,           // i386_THREAD_STATE
    COMPLEX = (int)0x80000000u, // the message holds ports or memory
};

struct header {
    uint32_t bits, size;
    uint64_t remote, local; // port names
    uint32_t sequence;
    int32_t id;
};

// What stands before each piece of data: the kind, bits per element, inline or not, and how many.
struct type {
    uint32_t kind : 8, bits : 16, unused : 5, is_inline : 1, is_long : 1, deallocate : 1;
    uint32_t number;
};

struct thread_state {
    uint64_t r8_to_r15[8], rdi, rsi, rbp, rsp, rbx, rdx, rcx, rax, rip, cs, flags, user_stack, ss;
};

static inline int64_t trap(int64_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
    register uint64_t r10 __asm__("r10") = d;
    int64_t result;

    // Safety: a trap of GNU Mach; pointers are the callers' own objects.
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10)
                     : "rcx", "r11", "memory");
    return (int32_t)result;
}

int64_t message(void *data, uint64_t option, uint64_t size, uint64_t limit, uint64_t receive_name,
                uint64_t timeout, uint64_t notify);

static inline uint64_t at(const volatile void *object)
{
    return (uint64_t)(uintptr_t)object;
}
