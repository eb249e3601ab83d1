// SPDX-License-Identifier: GPL-3.0-or-later
// In the kernel's place: says what the time stamp counter was at its first instruction, on the log
// port, and ends the emulator (isa-debug-exit, port 0xf4).
#include "x86_64/cpu.h"

enum { PORT_LOG = 0x3e8, PORT_LOG_STATUS = 0x3ed, READY = 0x20, PORT_EXIT = 0xf4, DIGITS = 20 };

void clock_main(uint64_t ticks);

__asm__(".text\n"
        ".globl probe_entry\n"
        "probe_entry:\n"
        "    rdtsc\n"
        "    shlq $32, %rdx\n"
        "    leaq (%rdx,%rax), %rdi\n"
        "    leaq clock_stack_top(%rip), %rsp\n"
        "    call clock_main\n"
        "1:  cli\n"
        "    hlt\n"
        "    jmp 1b\n"
        ".section .bss\n"
        "    .balign 16\n"
        "    .skip 4096\n"
        "clock_stack_top:\n");

static void print(const char *text)
{
    for (; *text != 0; text++) {
        while ((port_in8(PORT_LOG_STATUS) & READY) == 0)
            continue;
        port_out8(PORT_LOG, (uint8_t)*text);
    }
}

void clock_main(uint64_t ticks)
{
    char digits[DIGITS + 1];
    char *at = &digits[DIGITS];
    *at = 0;
    do
        *--at = (char)('0' + ticks % 10);
    while ((ticks /= 10) != 0);
    print("bench handed_over ");
    print(at);
    print("\r\n");
    port_out8(PORT_EXIT, 0);
}
