// SPDX-License-Identifier: GPL-3.0-or-later
// In a kernel's place (Multiboot 1): says on the first serial line what the clock shows at a kernel's entry, as `bench entry N`
// in hexadecimal, so that the firmware's part can be taken from what peers need to their first user instruction.
    .code32
    .section .text, "ax"
    .globl _start
_start:
    rdtsc
    mov %eax, %esi
    mov %edx, %edi
    mov $text, %ebx
1:  mov (%ebx), %al
    test %al, %al
    jz 2f
    call put
    inc %ebx
    jmp 1b
2:  mov %edi, %ebp
    call hex
    mov %esi, %ebp
    call hex
    mov $'\n', %al
    call put
    mov $end, %ebx
3:  mov (%ebx), %al
    test %al, %al
    jz 4f
    call put
    inc %ebx
    jmp 3b
4:  hlt
    jmp 4b

// The eight digits of ebp.
hex:
    mov $8, %ecx
5:  rol $4, %ebp
    mov %ebp, %eax
    and $15, %eax
    mov digits(%eax), %al
    call put
    loop 5b
    ret

put:
    mov $0x3f8, %dx
    out %al, %dx
    ret

text:   .asciz "bench entry 0x"
end:    .asciz "bench end\n"
digits: .ascii "0123456789abcdef"

    .section .multiboot, "a"
    .balign 4
    .long 0x1badb002, 0, -0x1badb002

    .section .note.GNU-stack, "", @progbits
