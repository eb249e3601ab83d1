// SPDX-License-Identifier: GPL-3.0-or-later
// The doors of the kernel: start, system call, exceptions and interrupts, and the way out.
// The common call has a file of its own (fast.S). Offsets come from offset.c.

#define USER_CODE 0x23
#define USER_DATA 0x1b

    .section .text.start, "ax"
    .globl kernel_entry
kernel_entry:
    endbr64
    lea kernel_stack_top(%rip), %rsp
    xor %ebp, %ebp
    call kernel_start
    ud2

    .text
// The C path of every system call: rsp is the running thread, its own is in CPU_SCRATCH; r12, r13, rdi and rbp have been
// saved (fast.S).
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
    mov %rsp, %rdi
    mov %rsp, %gs:CPU_LOADED
    mov %gs:CPU_SCRATCH, %rax
    mov %rax, R_RSP(%rsp)
    mov %gs:CPU_STACK, %rsp
    call syscall_enter

// Out: whoever sched_leave names. All registers are the thread's own.
    .globl leave_kernel
leave_kernel:
    call sched_leave
    mov %rax, %rsp
    mov R_RSI(%rsp), %rsi
    mov R_RDX(%rsp), %rdx
    mov R_R8(%rsp), %r8
    mov R_R9(%rsp), %r9
    mov R_R10(%rsp), %r10
    mov R_RBX(%rsp), %rbx
    mov R_RDI(%rsp), %rdi
    mov R_R12(%rsp), %r12
    mov R_R13(%rsp), %r13
    mov R_R14(%rsp), %r14
    mov R_R15(%rsp), %r15
    mov R_RBP(%rsp), %rbp
    cmpb $0, T_RETURN_FULLY(%rsp)
    jne leave_fully
    mov R_RAX(%rsp), %rax
    mov R_RIP(%rsp), %rcx
    mov R_RFLAGS(%rsp), %r11
    mov R_RSP(%rsp), %rsp
    swapgs
    sysretq

leave_fully:
    mov R_RCX(%rsp), %rcx
    mov R_R11(%rsp), %r11
    mov %rsp, %rax
    mov %gs:CPU_STACK, %rsp
    pushq $USER_DATA
    pushq R_RSP(%rax)
    pushq R_RFLAGS(%rax)
    pushq $USER_CODE
    pushq R_RIP(%rax)
    mov R_RAX(%rax), %rax
    swapgs
    iretq

// Exceptions and interrupts. Each door pushes an error code if the CPU did not, then its number.
.macro door number, has_error
    .align 16
    endbr64
    .if \has_error == 0
    pushq $0
    .endif
    pushq $\number
    jmp trap
.endm

    .align 16
    .globl trap_doors
trap_doors:
    .set n, 0
    .rept 0x50
    .if n == 8 || (n >= 10 && n <= 14) || n == 17 || n == 21 || n == 29 || n == 30
    door n, 1
    .else
    door n, 0
    .endif
    .set n, n + 1
    .endr

// Stack: number, error, rip, cs, rflags, rsp, ss.
trap:
    testb $3, 24(%rsp)
    jz trap_in_kernel
    swapgs
    clac // an interrupt gate leaves the user's AC flag as it is
    push %rax
    mov %gs:CPU_CURRENT, %rax
    mov %rax, %gs:CPU_LOADED
    mov %rsi, R_RSI(%rax)
    mov %rdx, R_RDX(%rax)
    mov %r8, R_R8(%rax)
    mov %r9, R_R9(%rax)
    mov %r10, R_R10(%rax)
    mov %rbx, R_RBX(%rax)
    mov %rdi, R_RDI(%rax)
    mov %r12, R_R12(%rax)
    mov %r13, R_R13(%rax)
    mov %r14, R_R14(%rax)
    mov %r15, R_R15(%rax)
    mov %rbp, R_RBP(%rax)
    mov %rcx, R_RCX(%rax)
    mov %r11, R_R11(%rax)
    pop %rcx
    mov %rcx, R_RAX(%rax)
    mov 16(%rsp), %rcx
    mov %rcx, R_RIP(%rax)
    mov 32(%rsp), %rcx
    mov %rcx, R_RFLAGS(%rax)
    mov 40(%rsp), %rcx
    mov %rcx, R_RSP(%rax)
    mov %rax, %rdi
    pop %rsi
    pop %rdx
    mov %gs:CPU_STACK, %rsp
    cld
    call trap_enter
    jmp leave_kernel

// The kernel lets interrupts in only where its state is whole; an exception is its own bug, or a probe's.
trap_in_kernel:
    push %rax
    push %rcx
    push %rdx
    push %rsi
    push %rdi
    push %r8
    push %r9
    push %r10
    push %r11
    mov 72(%rsp), %rdi
    mov 80(%rsp), %rsi
    lea 88(%rsp), %rdx
    cld
    call trap_kernel
    pop %r11
    pop %r10
    pop %r9
    pop %r8
    pop %rdi
    pop %rsi
    pop %rdx
    pop %rcx
    pop %rax
    add $16, %rsp
    iretq

// unsigned probe_*(address): 1 if the access faulted (selftest.c). trap_kernel sends faults between probe_first and
// probe_last to probe_faulted.
    .globl probe_first, probe_last, probe_faulted
probe_first:
    .globl probe_read
probe_read:
    mov (%rdi), %al
    xor %eax, %eax
    ret
    .globl probe_write
probe_write:
    mov (%rdi), %al
    mov %al, (%rdi)
    xor %eax, %eax
    ret
probe_last:
    .globl probe_execute
probe_execute:
    mov %rsp, probe_stack(%rip)
    call *%rdi
    xor %eax, %eax
    ret
probe_faulted:
    mov $1, %eax
    ret
    .globl probe_execute_faulted
probe_execute_faulted:
    mov probe_stack(%rip), %rsp
    mov $1, %eax
    ret

    .section .bss.stack, "aw", @nobits
    .align 4096
    .globl kernel_guard
kernel_guard:
    .skip 4096
    .skip 16384
    .globl kernel_stack_top
kernel_stack_top:
    .skip 4096
    .globl trap_stack_top
    .skip 8192
trap_stack_top:
probe_stack:
    .skip 4096
    .section .note.GNU-stack, "", @progbits
