// SPDX-License-Identifier: GPL-3.0-or-later
// The doors of entry.S for a process. bool host_door(void) executes one system call of the thread that host_cpu names, with
// the registers in host_registers. True: fast.S has left the kernel, and host_registers holds what user mode would see.
// False: fast.S wants the C path; the thread holds the user's registers as syscall_slow of entry.S would have saved them.
#include <door.inc>

.macro user_registers action
    \action %rax, 0
    \action %rdi, 1
    \action %rsi, 2
    \action %rdx, 3
    \action %r8, 4
    \action %r9, 5
    \action %r10, 6
    \action %rbx, 7
    \action %r12, 8
    \action %r13, 9
    \action %r14, 10
    \action %r15, 11
    \action %rbp, 12
    \action %rsp, 13
    \action %rcx, 14 // rip
    \action %r11, 15 // rflags
.endm

.macro user_load register, n
    mov host_registers + 8 * \n(%rip), \register
.endm

.macro user_save register, n
    mov \register, host_registers + 8 * \n(%rip)
.endm

    .text
    .globl host_door
host_door:
    push %rbx
    push %rbp
    push %r12
    push %r13
    push %r14
    push %r15
    mov %rsp, host_stack(%rip)
    user_registers user_load
    jmp syscall_door

    .globl host_left
host_left:
    user_registers user_save
    mov $1, %eax
back:
    mov host_stack(%rip), %rsp
    fninit // door_fpu_save may have left a thread's
    ldmxcsr host_mxcsr(%rip)
    pop %r15
    pop %r14
    pop %r13
    pop %r12
    pop %rbp
    pop %rbx
    cld
    ret

    .globl syscall_slow
syscall_slow:
    mov %rsi, R_RSI(%rsp)
    mov %rdx, R_RDX(%rsp)
    mov %r8, R_R8(%rsp)
    mov %r9, R_R9(%rsp)
    mov %r10, R_R10(%rsp)
    mov %rbx, R_RBX(%rsp)
    mov %rax, R_RAX(%rsp)
    mov %r14, R_R14(%rsp)
    mov %r15, R_R15(%rsp)
    mov %rcx, R_RIP(%rsp)
    mov %r11, R_RFLAGS(%rsp)
    mov %rsp, CPU(CPU_LOADED)
    mov CPU(CPU_SCRATCH), %rax
    mov %rax, R_RSP(%rsp)
    xor %eax, %eax
    jmp back

    .section .rodata
    .align 4
host_mxcsr:
    .long 0x1f80
    .bss
    .align 8
host_stack:
    .skip 8
    .section .note.GNU-stack, "", @progbits
