// SPDX-License-Identifier: GPL-3.0-or-later
// The common call and its answer: at most six words and a lease, no capability, the other side waiting. This file handles
// success only. Whatever is not the common case enters the C path as if this file were not there (syscall_slow), so that
// what is decided here is only speed. (call: syscall.c sys_call, endpoint.c endpoint_send; answer: sys_recv,
// endpoint_reply, endpoint_receive; switch: sched.c sched_leave, machine.c arch_load.)
//
// All along: rsp is the running thread (T), rsi rdx r8 r9 r10 rbx hold the words and are not touched, rcx and r11 are
// the caller's rip and rflags. r12, r13, rdi and rbp are put aside in T first.
#include <door.inc>

// rdi -> r12, the capability: in range, of this generation, and good for this (cap.h: CAP_FAST_CALL, CAP_FAST_RECV).
.macro look_up good
    mov T_CELL(%rsp), %r13
    mov CELL_SLOT_MASK(%r13), %r12d
    and %edi, %r12d
    cmp %r12d, %edi
    jne syscall_slow
    shl $6, %r12
    add CELL_SLOTS(%r13), %r12
    shr $32, %rdi
    cmp CAP_GENERATION(%r12), %edi
    jne syscall_slow
    testb $\good, CAP_FAST(%r12)
    jz syscall_slow
.endm

// The thread in r12 may run next: nobody else is due, nobody runs on debt, both or neither have vector state.
.macro may_switch
    movzbl T_PRIORITY(%r12), %edi
    cmp CPU(CPU_BAR), %edi
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

// T waits for the answer of the thread in r12, which waits at the endpoint in r13 no longer.
.macro take_call
    save_caller
    movl $STATES_CALLING, T_STATES(%rsp)
    incl T_CALLS(%rsp)
    mov %r12, T_SERVER(%rsp)
    mov %rsp, T_CLIENT(%r12)
    movq $0, ENDPOINT_FIRST(%r13)
    movq $0, ENDPOINT_LAST(%r13)
.endm

// Around a C function in the middle of a message: what it may change is put aside in T, and T is found again.
.macro put_aside
    mov %rsi, R_RSI(%rsp)
    mov %rdx, R_RDX(%rsp)
    mov %r8, R_R8(%rsp)
    mov %r9, R_R9(%rsp)
    mov %r10, R_R10(%rsp)
    mov %rcx, R_RCX(%rsp)
    mov %r11, R_R11(%rsp)
    mov %rsp, %rdi
    mov CPU(CPU_STACK), %rsp
.endm

.macro take_back
    mov CPU(CPU_CURRENT), %rsp
    mov R_RSI(%rsp), %rsi
    mov R_RDX(%rsp), %rdx
    mov R_R8(%rsp), %r8
    mov R_R9(%rsp), %r9
    mov R_R10(%rsp), %r10
    mov R_RCX(%rsp), %rcx
    mov R_R11(%rsp), %r11
.endm

// From T to the thread in r12. rax and rdi hold its results, the words are in place; its r12 will be `lease`.
.macro switch_to lease
    movl $STATES_READY, T_STATES(%r12)
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
    mov %r12, %rsp
    mov R_RIP(%rsp), %rcx
    mov R_RFLAGS(%rsp), %r11
    mov R_RBP(%rsp), %rbp
    mov R_R14(%rsp), %r14
    mov R_R15(%rsp), %r15
    mov \lease, %r12
    mov R_RSP(%rsp), %rsp
    xor %r13d, %r13d
    door_leave_switched %r13
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
    ja not_plain

// A call: the word is the method, and perhaps the kind of a lease.
a_call:
    look_up GOOD_FOR_CALL
    mov CAP_METHODS(%r12), %rbp
    bt %rax, %rbp // modulo 64: the method
    jnc syscall_slow
    mov CAP_OBJECT(%r12), %r13
    mov CAP_IDENTITY(%r12), %rbp
    mov ENDPOINT_FIRST(%r13), %r12
    test %r12, %r12
    jz syscall_slow
    cmpl $0, T_TIMER_RANK(%r12)
    jne syscall_slow
    cmpq $0, T_NEXT(%r12)
    jne syscall_slow
    may_switch
    cmp $LAST_METHOD, %eax
    ja lend
    // commit
    take_call
    mov %rbp, %rdi
    shl $8, %eax
    xor %ebp, %ebp
    switch_to $0

// A call with a lease, all checked but that.
lend:
    put_aside
    mov %eax, R_RAX(%rdi)
    mov R_R12(%rdi), %rdx
    mov %r12, %rsi
    mov %eax, %ecx
    shr $LEASE_SHIFT, %ecx
    call lease_begin
    mov %eax, %edi
    take_back
    mov R_RAX(%rsp), %eax
    test %edi, %edi
    jnz syscall_slow
    // commit
    take_call
    mov R_R12(%rsp), %edi
    and $LEASE_PAGES, %edi
    or T_WINDOW(%r12), %rdi
    mov %rdi, R_R12(%r12)
    mov %rbp, %rdi
    mov %eax, %ebp
    and $LAST_METHOD, %eax
    shl $8, %eax
    and $LEASE_BITS, %ebp
    shl $4, %ebp
    or %ebp, %eax
    switch_to R_R12(%rsp)

// An answer without capability, and the wait for the next message without a deadline.
not_plain:
    cmp $WORD_REPLY_RECV, %eax
    jne not_answer
    mov %rax, %rbp
    shr $32, %rbp
    cmp $0xff, %rbp
    ja syscall_slow
    test %r15, %r15
    jnz syscall_slow
    look_up GOOD_FOR_RECV
    mov CAP_OBJECT(%r12), %r13
    mov ENDPOINT_SENDERS(%r13), %rdi
    or ENDPOINT_FIRST(%r13), %rdi
    jnz syscall_slow
    mov T_CLIENT(%rsp), %r12
    test %r12, %r12
    jz syscall_slow
    cmpw $STATES_CALLING, T_STATES(%r12)
    jne syscall_slow
    mov T_BOUND(%rsp), %rdi
    test %rdi, %rdi
    jz 5f
    cmpq $0, SIGNAL_BITS(%rdi)
    jne syscall_slow
5:  may_switch
    // commit
    cmpq $0, T_LENDER(%rsp)
    jne give_back
6:  save_caller
    movl $STATES_RECEIVING, T_STATES(%rsp)
    mov %r13, T_ENDPOINT(%rsp)
    mov %rsp, ENDPOINT_FIRST(%r13)
    mov %rsp, ENDPOINT_LAST(%r13)
    movq $0, T_CLIENT(%rsp)
    movq $0, T_SERVER(%r12)
    mov %ebp, %eax
    xor %edi, %edi
    switch_to $0

give_back:
    put_aside
    call lease_end
    take_back
    jmp 6b

not_answer:
    cmp $WORD_NULL, %rax
    je nothing
    mov %rax, %r12
    and $~(LEASE_BITS | LAST_METHOD), %r12
    jnz syscall_slow
    cmp $LEASE_MOVE_BITS, %eax
    jb a_call
    jmp syscall_slow

nothing:
    xor %eax, %eax
    mov CPU(CPU_SCRATCH), %rsp
    door_leave
    .section .note.GNU-stack, "", @progbits
