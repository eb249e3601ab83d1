// SPDX-License-Identifier: GPL-3.0-or-later
// PVH entry (Xen's "x86/HVM direct boot ABI"): 32-bit protected mode, flat segments, no paging,
// ebx = struct hvm_start_info. From here to long mode with the first 4 GiB mapped one to one in
// 2 MiB pages: the loader's code read and execute, everything else read and write, no-execute.

    .section .note.pvh, "a", @note
    .balign 4
    .long 4                     // name size
    .long 8                     // value size
    .long 18                    // XEN_ELFNOTE_PHYS32_ENTRY
    .asciz "Xen"
    .quad direct_entry

    .equ PAGE, 4096
    .equ CODE_LARGE_PAGE, 1     // 0x200000
    .equ PTE_TABLE, 0x3         // present, write
    .equ PTE_CODE, 0x81         // present, large
    .equ PTE_DATA, 0x83         // present, write, large
    .equ NX_HIGH, 0x80000000    // in an entry's upper half
    .equ CR4_BITS, 0x620        // OSXMMEXCPT, OSFXSR, PAE
    .equ EFER, 0xc0000080
    .equ EFER_BITS, 0x900       // NXE, LME
    .equ CR0_BITS, 0x80010033   // PG WP NE ET MP PE

    .text
    .code32
    .globl direct_entry
direct_entry:
    cli
    cld
    movl $stack_top, %esp
    movl %ebx, %ebp

    movl $0x80000000, %eax
    cpuid
    cmpl $0x80000001, %eax
    jb no_long_mode
    movl $0x80000001, %eax
    cpuid
    andl $0x20100000, %edx      // long mode, NX
    cmpl $0x20100000, %edx
    jne no_long_mode

    movl $bss_base, %edi        // after a reset it holds what the last run left
    movl $loader_end, %ecx
    subl %edi, %ecx
    xorl %eax, %eax
    rep stosb
    movl $(table_second + PTE_TABLE), table_top
    movl $table_second, %edi
    movl $(table_third + PTE_TABLE), %eax
    movl $4, %ecx
1:  movl %eax, (%edi)
    addl $PAGE, %eax
    addl $8, %edi
    loop 1b
    movl $table_third, %edi
    movl $PTE_DATA, %eax
    movl $2048, %ecx
2:  movl %eax, (%edi)
    movl $NX_HIGH, 4(%edi)
    addl $0x200000, %eax
    addl $8, %edi
    loop 2b
    movl $(CODE_LARGE_PAGE * 0x200000 + PTE_CODE), table_third + CODE_LARGE_PAGE * 8
    movl $0, table_third + CODE_LARGE_PAGE * 8 + 4

    movl $CR4_BITS, %eax
    movl %eax, %cr4
    movl $table_top, %eax
    movl %eax, %cr3
    movl $EFER, %ecx
    rdmsr
    orl $EFER_BITS, %eax
    wrmsr
    movl $CR0_BITS, %eax
    movl %eax, %cr0
    lgdt gdt_pointer
    ljmpl $8, $long_mode

// Nothing but this is known about the machine: say it on the trusted and on the log port.
no_long_mode:
    movl $no_long_mode_text, %esi
3:  lodsb
    testb %al, %al
    jz 4f
    movw $0x3f8, %dx
    outb %al, %dx
    movw $0x3e8, %dx
    outb %al, %dx
    jmp 3b
4:  cli
    hlt
    jmp 4b

    .code64
long_mode:
    movl $16, %eax
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %ss
    movl %eax, %fs
    movl %eax, %gs
    movl $stack_top, %esp
    movl %ebp, %edi
    xorl %ebp, %ebp
    call direct_main
5:  cli
    hlt
    jmp 5b

// Every processor exception before the kernel has its own table. Faults in here are ours.
    .globl direct_fault
direct_fault:
    cld
    andq $-16, %rsp
    call direct_faulted
6:  cli
    hlt
    jmp 6b

    .section .rodata
no_long_mode_text:
    .asciz "\r\ncella: boot stopped: the processor has no 64-bit mode with NX - use an x86-64 machine or emulator\r\n"
    .balign 8
gdt:
    .quad 0
    .quad 0x00af9b000000ffff    // 64-bit code
    .quad 0x00cf93000000ffff    // data
gdt_pointer:
    .word 23
    .long gdt

    .section .stack, "aw", @nobits
    .balign 4096
    .skip 65536
stack_top:

    .section .bss, "aw", @nobits
    .balign 4096
table_top:
    .skip PAGE
table_second:
    .skip PAGE
table_third:
    .skip 4 * PAGE
