// SPDX-License-Identifier: GPL-3.0-or-later
// The first user instruction reads the clock; the argument of init_main is what it said.
    .text
    .globl _start
_start:
    rdtsc
    shl $32, %rdx
    or %rdx, %rax
    mov %rax, %rdi
    and $-16, %rsp
    call init_main
    ud2

// The kernel returns here from a signal handler (rt_sigaction's SA_RESTORER).
    .globl signal_return
signal_return:
    mov $15, %eax
    syscall
    ud2

    .section .note.GNU-stack, "", @progbits
