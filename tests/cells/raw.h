// SPDX-License-Identifier: GPL-3.0-or-later
// System calls without the library's good manners, for tests: any word, any thread, any register.
#pragma once
#include "abi/start.h"
#include "abi/syscall.h"
#include "os/syscall.h"

static inline uint64_t raw_word(enum sys_op op, uint32_t method)
{
    return (uint64_t)op << CALL_OP_SHIFT | method;
}

// SYS_CALL with words only.
static inline err_t raw_call(cap_t to, uint32_t method, uint64_t w[MESSAGE_WORDS])
{
    struct syscall s = {.word = raw_word(SYS_CALL, method), .target = to};
    for (int i = 0; i < MESSAGE_WORDS; i++)
        s.w[i] = w[i];
    syscall_enter(&s);
    for (int i = 0; i < MESSAGE_WORDS; i++)
        w[i] = s.w[i];
    return syscall_error(&s);
}

// SYS_CALL lending `pages` pages at `address`.
static inline err_t raw_lend(cap_t to, uint32_t method, enum sys_lease kind, uint64_t address,
                             uint64_t pages)
{
    struct syscall s = {.word = raw_word(SYS_CALL, method) | (uint64_t)kind << CALL_LEASE_SHIFT,
                        .target = to,
                        .lease = address | pages};
    syscall_enter(&s);
    return syscall_error(&s);
}

// Wait for a message; everything about it stays in `s`.
static inline err_t raw_recv(cap_t endpoint, nsec_t deadline, uint32_t slot, struct syscall *s)
{
    *s = (struct syscall){
        .word = raw_word(SYS_RECV, 0), .target = endpoint, .slot = slot, .deadline = deadline};
    syscall_enter(s);
    return syscall_error(s);
}

// Answer the message being served with the words in `s`, then as raw_recv.
static inline err_t raw_reply_recv(cap_t endpoint, nsec_t deadline, err_t error, uint32_t slot,
                                   struct syscall *s)
{
    s->word = raw_word(SYS_REPLY_RECV, 0) | (uint64_t)error << CALL_ERROR_SHIFT;
    s->target = endpoint;
    s->deadline = deadline;
    s->slot = slot;
    s->cap = 0;
    syscall_enter(s);
    return syscall_error(s);
}

// Let others of the same priority run.
static inline void raw_yield(void)
{
    struct syscall s = {.word = raw_word(SYS_YIELD, 0)};
    syscall_enter(&s);
}

// The token of the reply that is kept, 0 if there was none to keep.
static inline uint64_t raw_keep(void)
{
    struct syscall s = {.word = raw_word(SYS_KEEP, 0)};
    syscall_enter(&s);
    return syscall_error(&s) == ERR_OK ? s.w[0] : 0;
}

static inline err_t raw_reply(uint64_t token, err_t error, uint64_t word)
{
    struct syscall s = {.word = raw_word(SYS_REPLY, 0) | (uint64_t)error << CALL_ERROR_SHIFT,
                        .target = token,
                        .w = {word}};
    syscall_enter(&s);
    return syscall_error(&s);
}
