// SPDX-License-Identifier: GPL-3.0-or-later
// The step into the kernel. rax: its page tables, rsi: its entry, rdi: struct boot_info. This code
// lies within one page, the only one that both the old and the new tables map at its address.
// Nothing else of the loader's reaches the kernel: registers are cleared, there is no stack.
    .text
    .balign 64
    .globl enter_kernel
enter_kernel:
    cli
    cld
    movq %rax, %cr3
    xorl %eax, %eax
    xorl %ebx, %ebx
    xorl %ecx, %ecx
    xorl %edx, %edx
    xorl %ebp, %ebp
    xorl %esp, %esp
    xorl %r8d, %r8d
    xorl %r9d, %r9d
    xorl %r10d, %r10d
    xorl %r11d, %r11d
    xorl %r12d, %r12d
    xorl %r13d, %r13d
    xorl %r14d, %r14d
    xorl %r15d, %r15d
    jmpq *%rsi
enter_kernel_end:
    .if enter_kernel_end - enter_kernel > 64
    .error "enter_kernel crosses a page"
    .endif
