// SPDX-License-Identifier: GPL-3.0-or-later
// The first user instruction reads the clock; the argument of bootstrap_main is what it said.
    .text
    .globl _start
_start:
    rdtsc
    shl $32, %rdx
    or %rdx, %rax
    mov %rax, %rdi
    and $-16, %rsp
    call bootstrap_main
    ud2

// mach_msg_trap (-25). Like every trap it takes six arguments in registers, the fourth in r10, and looks for the seventh
// behind a return address, which is why this one is a function.
    .globl message
message:
    mov %rcx, %r10
    mov $-25, %rax
    syscall
    ret

    .section .note.GNU-stack, "", @progbits
