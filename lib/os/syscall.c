// SPDX-License-Identifier: GPL-3.0-or-later
#include "os/syscall.h"

static uint64_t word_of(enum sys_op op)
{
    return (uint64_t)op << CALL_OP_SHIFT;
}

nsec_t sys_now(void)
{
    struct syscall s = {.word = word_of(SYS_NOW)};
    syscall_enter(&s);
    return s.w[0];
}

err_t sys_signal(cap_t signal, uint64_t bits)
{
    struct syscall s = {.word = word_of(SYS_SIGNAL), .target = signal, .w = {bits}};
    syscall_enter(&s);
    return syscall_error(&s);
}

err_t sys_wait(cap_t signal, nsec_t deadline, uint64_t *bits)
{
    struct syscall s = {.word = word_of(SYS_WAIT), .target = signal, .deadline = deadline};
    syscall_enter(&s);
    if (syscall_error(&s) != ERR_OK)
        return syscall_error(&s);
    *bits = s.w[0];
    return ERR_OK;
}

_Noreturn void sys_exit(uint64_t status)
{
    for (;;) { // once is enough, but only the kernel knows
        struct syscall s = {.word = word_of(SYS_EXIT), .w = {status}};
        syscall_enter(&s);
    }
}
