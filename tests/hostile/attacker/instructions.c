// SPDX-License-Identifier: GPL-3.0-or-later
// Instructions that belong to the kernel. Each must end in a fault.
#include "attack.h"

static const char ran[] = "the instruction was carried out";

static uint64_t memory[8]; // what a descriptor or a table would be
static uint16_t selector = 0x28;

// Safety, for all of these: they are meant to fault; if one does not, the test has failed and says
// so.
#define INSTRUCTION(name, ...)                                                                     \
    const char *attack_##name(void)                                                                \
    {                                                                                              \
        __asm__ volatile(__VA_ARGS__);                                                             \
        return ran;                                                                                \
    }

INSTRUCTION(cli, "cli")
INSTRUCTION(sti, "sti")
INSTRUCTION(hlt, "hlt")
INSTRUCTION(port_in, "inb $0x60, %%al" : : : "rax")
INSTRUCTION(port_out, "outb %%al, %%dx" : : "a"(0xfe), "d"(0x64))
INSTRUCTION(port_string, "cld\n\trep outsb" : : "c"(1ul), "d"(0x3f8), "S"(memory))
INSTRUCTION(lgdt, "lgdt %0" : : "m"(memory))
INSTRUCTION(lidt, "lidt %0" : : "m"(memory))
INSTRUCTION(lldt, "lldt %0" : : "m"(selector))
INSTRUCTION(ltr, "ltr %0" : : "m"(selector))
INSTRUCTION(lmsw, "lmsw %0" : : "m"(selector))
INSTRUCTION(clts, "clts")
INSTRUCTION(read_cr0, "movq %%cr0, %%rax" : : : "rax")
INSTRUCTION(write_cr0, "movq %0, %%cr0" : : "r"(0x80000011ul))
INSTRUCTION(write_cr3, "movq %0, %%cr3" : : "r"(0ul))
INSTRUCTION(write_cr4, "movq %0, %%cr4" : : "r"(0x620ul))
INSTRUCTION(write_dr7, "movq %0, %%dr7" : : "r"(0x400ul))
INSTRUCTION(rdmsr, "rdmsr" : : "c"(0xc0000082) : "rax", "rdx")
INSTRUCTION(wrmsr, "wrmsr" : : "c"(0xc0000082), "a"(0), "d"(0))
INSTRUCTION(invlpg, "invlpg %0" : : "m"(memory))
INSTRUCTION(rdpmc, "rdpmc" : : "c"(0) : "rax", "rdx")
INSTRUCTION(swapgs, "swapgs")
INSTRUCTION(sysret, "sysretq" : : "c"(0), "d"(0) : "r11")
INSTRUCTION(sysenter, "sysenter")
INSTRUCTION(load_segment, "movw %%ax, %%ds" : : "a"(0x10))
INSTRUCTION(load_stack_segment, "movw %%ax, %%ss" : : "a"(0x10))
INSTRUCTION(wbinvd, "wbinvd")
INSTRUCTION(invd, "invd")
INSTRUCTION(stac, "stac")
INSTRUCTION(monitor, "monitor" : : "a"(memory), "c"(0), "d"(0))
INSTRUCTION(read_cr2, "movq %%cr2, %%rax" : : : "rax")
INSTRUCTION(write_cr8, "movq %0, %%cr8" : : "r"(15ul))
INSTRUCTION(read_dr6, "movq %%dr6, %%rax" : : : "rax")
INSTRUCTION(rdmsr_gs, "rdmsr" : : "c"(0xc0000101) : "rax", "rdx")
INSTRUCTION(int_80, "int $0x80")
INSTRUCTION(int_timer, "int $0x40")
INSTRUCTION(int_nmi, "int $2")

// Frames on the stack that claim to come from the kernel. The emulator reads them with the kernel's
// rights, so that with SMAP the attack ends at the stack already; a CPU ends it at the selector.
INSTRUCTION(iret_kernel, "movq %%rsp, %%rax\n\t"
                         "pushq $0x10\n\t"
                         "pushq %%rax\n\t"
                         "pushfq\n\t"
                         "pushq $0x08\n\t"
                         "leaq 1f(%%rip), %%rax\n\t"
                         "pushq %%rax\n\t"
                         "iretq\n\t"
                         "1:"
            :
            :
            : "rax", "memory")
INSTRUCTION(far_return, "pushq $0x08\n\t"
                        "leaq 1f(%%rip), %%rax\n\t"
                        "pushq %%rax\n\t"
                        "lretq\n\t"
                        "1:"
            :
            :
            : "rax", "memory")

// Where the kernel's tables are (UMIP).
INSTRUCTION(sgdt, "sgdt %0" : "=m"(memory))
INSTRUCTION(sidt, "sidt %0" : "=m"(memory))
INSTRUCTION(sldt, "sldt %%ax" : : : "rax")
INSTRUCTION(str, "str %%ax" : : : "rax")
INSTRUCTION(smsw, "smsw %%ax" : : : "rax")
