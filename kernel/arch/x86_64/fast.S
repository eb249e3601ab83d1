// SPDX-License-Identifier: GPL-3.0-or-later
// The common call and its answer: at most six words, no lease, no capability, the other side waiting. This file handles
// success only. Whatever is not the common case enters the C path as if this file were not there (syscall_slow), so that
// what is decided here is only speed. (call: syscall.c sys_call, endpoint.c endpoint_send; answer: sys_recv,
// endpoint_reply, endpoint_receive; switch: sched.c sched_leave, machine.c arch_load.)
//
// All along: rsp is the running thread (T), rsi rdx r8 r9 r10 rbx hold the words and are not touched, rcx and r11 are
// the caller's rip and rflags. r12, r13, rdi and rbp are put aside in T first.

#include <door.inc>

// rdi -> r12, the capability: in range, of this generation, an endpoint, with `right`, never expiring.
.macro look_up right
    mov T_CELL(%rsp), %r13
    mov CELL_SLOT_COUNT(%r13), %r12d
    dec %r12d
    and %edi, %r12d
    cmp %r12d, %edi
    jne syscall_slow
    shl $6, %r12
    add CELL_SLOTS(%r13), %r12
    shr $32, %rdi
    dec %edi
    cmp CAP_GENERATION(%r12), %edi
    jne syscall_slow
    cmpb $IS_ENDPOINT, CAP_TYPE(%r12)
    jne syscall_slow
    testb $\right, CAP_RIGHTS(%r12)
    jz syscall_slow
    cmpq $0, CAP_EXPIRY(%r12)
    jne syscall_slow
.endm

// The thread in r12 may run next: nobody else is due, no time slice is running, both or neither have vector state.
.macro may_switch
    mov CPU(CPU_HANDOFF), %rdi
    or CPU(CPU_SLICE_END), %rdi
    jnz syscall_slow
    movzbl T_PRIORITY(%r12), %edi
    cmp CPU(CPU_READY_TOP), %edi
    jle syscall_slow
    movb T_FLAGS(%r12), %dil
    xor T_FLAGS(%rsp), %dil
    testb $HAS_FPU, %dil
    jnz syscall_slow
.endm

.macro save_caller
    mov %rcx, R_RIP(%rsp)
    mov %r11, R_RFLAGS(%rsp)
    mov %r14, R_R14(%rsp)
    mov %r15, R_R15(%rsp)
    mov CPU(CPU_SCRATCH), %rdi
    mov %rdi, R_RSP(%rsp)
.endm

    .text
// In: rcx = rip, r11 = rflags of the caller; interrupts are off, the direction flag is clear (SFMASK).
    .globl syscall_door
syscall_door:
    endbr64
    door_enter
    mov %rsp, CPU(CPU_SCRATCH)
    mov CPU(CPU_CURRENT), %rsp
    mov %r12, R_R12(%rsp)
    mov %r13, R_R13(%rsp)
    mov %rdi, R_RDI(%rsp)
    mov %rbp, R_RBP(%rsp)
    cmp $LAST_METHOD, %rax
    ja perhaps_answer

// A call: the word is the method alone.
    look_up MAY_WRITE
    mov CAP_METHODS(%r12), %rbp
    bt %rax, %rbp
    jnc syscall_slow
    mov CAP_OBJECT(%r12), %r13
    mov CAP_IDENTITY(%r12), %rbp
    mov ENDPOINT_FIRST(%r13), %r12
    test %r12, %r12
    jz syscall_slow
    cmpl $0, T_TIMER_RANK(%r12)
    jne syscall_slow
    may_switch
    // commit
    save_caller
    movl $STATES_CALLING, T_STATES(%rsp)
    incl T_CALLS(%rsp)
    mov %r12, T_SERVER(%rsp)
    mov %rsp, T_CLIENT(%r12)
    mov T_NEXT(%r12), %rdi
    mov %rdi, ENDPOINT_FIRST(%r13)
    test %rdi, %rdi
    jz 1f
    movq $0, T_PREV(%rdi)
    jmp 2f
1:  movq $0, ENDPOINT_LAST(%r13)
2:  movq $0, T_NEXT(%r12)
    movq $0, T_ENDPOINT(%r12)
    mov %rbp, %rdi
    shl $8, %eax

// From T to the thread in r12. rax and rdi hold its results, the words are in place.
switch:
    movl $STATES_READY, T_STATES(%r12)
    mov T_SINCE(%rsp), %rbp // no clock is read: a server's work for a caller that it answers at once is the caller's time
    mov %rbp, T_SINCE(%r12)
    door_fs_read %rbp
    mov %rbp, R_FS_BASE(%rsp)
    mov R_FS_BASE(%r12), %rbp
    xor %r13d, %r13d
    door_fs_write %rbp, %r13
    testb $HAS_FPU, T_FLAGS(%rsp)
    jz 3f
    door_fpu_save T_FPU(%rsp)
    door_fpu_load T_FPU(%r12)
3:  mov T_CELL(%r12), %r13
    mov CELL_TOP_TABLE(%r13), %r13
    cmp CPU(CPU_TOP), %r13
    je 4f
    mov %r13, CPU(CPU_TOP)
    door_space_load %r13
4:  mov %r12, CPU(CPU_CURRENT)
    mov %r12, CPU(CPU_LOADED)
    mov %r12, %rsp
    mov R_RIP(%rsp), %rcx
    mov R_RFLAGS(%rsp), %r11
    mov R_RBP(%rsp), %rbp
    mov R_R14(%rsp), %r14
    mov R_R15(%rsp), %r15
    mov R_RSP(%rsp), %rsp
    xor %r12d, %r12d
    xor %r13d, %r13d
    door_leave_switched %r13

// An answer without lease and capability, and the wait for the next message without a deadline.
perhaps_answer:
    cmp $WORD_REPLY_RECV, %eax
    jne syscall_slow
    mov %rax, %rbp
    shr $32, %rbp
    cmp $0xff, %rbp
    ja syscall_slow
    test %r15, %r15
    jnz syscall_slow
    look_up MAY_READ
    testb $1, CAP_METHODS(%r12)
    jz syscall_slow
    mov CAP_OBJECT(%r12), %r13
    cmpq $0, ENDPOINT_SENDERS(%r13)
    jne syscall_slow
    mov T_CLIENT(%rsp), %r12
    test %r12, %r12
    jz syscall_slow
    cmpb $IS_CALL, T_MESSAGE(%r12)
    jne syscall_slow
    cmpq $0, T_LENDER(%rsp)
    jne syscall_slow
    mov T_BOUND(%rsp), %rdi
    test %rdi, %rdi
    jz 5f
    cmpq $0, SIGNAL_BITS(%rdi)
    jne syscall_slow
5:  may_switch
    // commit
    save_caller
    movl $STATES_RECEIVING, T_STATES(%rsp)
    mov %r13, T_ENDPOINT(%rsp)
    mov R_RDI(%rsp), %rdi
    mov %rdi, T_THROUGH(%rsp)
    mov ENDPOINT_LAST(%r13), %rdi
    mov %rdi, T_PREV(%rsp)
    movq $0, T_NEXT(%rsp)
    mov %rsp, ENDPOINT_LAST(%r13)
    test %rdi, %rdi
    jz 6f
    mov %rsp, T_NEXT(%rdi)
    jmp 7f
6:  mov %rsp, ENDPOINT_FIRST(%r13)
7:  movq $0, T_CLIENT(%rsp)
    movq $0, T_SERVER(%r12)
    mov %ebp, %eax
    xor %edi, %edi
    jmp switch
    .section .note.GNU-stack, "", @progbits
