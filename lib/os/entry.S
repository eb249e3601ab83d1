// SPDX-License-Identifier: GPL-3.0-or-later
// The first instruction of every cell. The steward passes the top of the stack in rsp and the start
// page's address in rdi, which is the same for all (CELL_START_BASE), so nothing is passed on.
    .section .text.entry, "ax", @progbits
    .globl _start
    .type _start, @function
_start:
    xorl %ebp, %ebp
    andq $-16, %rsp
    call cell_begin
    ud2
    .size _start, . - _start
    .section .note.GNU-stack, "", @progbits
