// SPDX-License-Identifier: GPL-3.0-or-later
// Segments, doors and control registers.
#include "sched.h"
#include "x86.h"

_Static_assert(offsetof(struct cpu, self) == 24, "this_cpu relies on this");

extern uint8_t kernel_stack_top[], trap_stack_top[], kernel_guard[];
extern uint8_t trap_doors[], syscall_door[];

static struct cpu cpu_0;
static uint64_t gdt[7] = {
    0,
    0x00af9b000000ffff, // kernel code
    0x00cf93000000ffff, // kernel data
    0x00cff3000000ffff, // user data
    0x00affb000000ffff, // user code
    0,
    0, // task state segment, filled in
};

static struct {
    uint32_t zero;
    uint64_t rsp[3];
    uint64_t zero_2;
    uint64_t ist[7];
    uint64_t zero_3;
    uint16_t zero_4;
    uint16_t io_map; // beyond the limit: user code reaches no port
} __attribute__((packed)) tss;

static struct {
    uint16_t low, code, type, middle;
    uint32_t high, zero;
} idt[VECTOR_COUNT];

// What lgdt and lidt read is the last ten bytes: so the address is aligned, as every word is that
// the loader relocates.
struct table_pointer {
    uint16_t unused[3];
    uint16_t limit;
    uint64_t base;
};

static void gdt_load(void)
{
    uint64_t base = (uint64_t)&tss;
    struct table_pointer p = {.limit = sizeof(gdt) - 1, .base = (uint64_t)gdt};

    tss.rsp[0] = (uint64_t)kernel_stack_top;
    tss.ist[0] = (uint64_t)trap_stack_top;
    tss.io_map = sizeof(tss);
    gdt[5] =
        (sizeof(tss) - 1) | (base & 0xffffff) << 16 | 0x89ull << 40 | (base >> 24 & 0xff) << 56;
    gdt[6] = base >> 32;
    // Safety: the table stands in .data for ever; the far return reloads CS with the same code
    // segment.
    __asm__ volatile("lgdt %0\n\t"
                     "mov %1, %%ss\n\t"
                     "xor %%eax, %%eax\n\t"
                     "mov %%eax, %%ds\n\t"
                     "mov %%eax, %%es\n\t"
                     "mov %%eax, %%fs\n\t"
                     "mov %%eax, %%gs\n\t"
                     "push %2\n\t"
                     "lea 1f(%%rip), %%rax\n\t"
                     "push %%rax\n\t"
                     "lretq\n\t"
                     "1: ltr %w3"
                     :
                     : "m"(p.limit), "r"(0x10), "r"((uint64_t)GDT_KERNEL_CODE), "r"(GDT_TSS),
                       "m"(p.base)
                     : "rax", "memory");
}

static void idt_load(void)
{
    struct table_pointer p = {.limit = sizeof(idt) - 1, .base = (uint64_t)idt};

    for (uint32_t i = 0; i < VECTOR_COUNT; i++) {
        uint64_t door = (uint64_t)trap_doors + (uint64_t)i * 16;
        bool own_stack = i == 2 || i == 8 || i == 18; // NMI, double fault, machine check

        idt[i].low = (uint16_t)door;
        idt[i].code = GDT_KERNEL_CODE;
        idt[i].type =
            (uint16_t)(0x8e00 | (own_stack ? 1 : 0)); // user code cannot raise any by `int`
        idt[i].middle = (uint16_t)(door >> 16);
        idt[i].high = (uint32_t)(door >> 32);
    }
    // Safety: the table stands in .bss for ever.
    __asm__ volatile("lidt %0" : : "m"(p.limit), "m"(p.base));
}

static void control_init(void)
{
    uint32_t f[4];

    cpuid(7, 0, f);
    if (!(f[1] >> 7 & 1) || !(f[1] >> 20 & 1) || !(f[1] & 1) || !(f[2] >> 2 & 1))
        stop("this CPU lacks SMEP, SMAP, UMIP or FSGSBASE - use a newer one (QEMU: -cpu max)", 0);
    cr4_write((cr4_read() | CR4_ON) & ~(uint64_t)CR4_OFF);
    cr0_write((cr0_read() | CR0_ON) & ~(uint64_t)CR0_OFF);
    msr_write(MSR_EFER, msr_read(MSR_EFER) | EFER_SCE | EFER_NXE);
    msr_write(MSR_STAR, (uint64_t)0x13 << 48 | (uint64_t)GDT_KERNEL_CODE << 32);
    msr_write(MSR_LSTAR, (uint64_t)syscall_door);
    msr_write(MSR_CSTAR, 0);
    msr_write(MSR_SYSENTER_CS, 0); // the other door stays shut
    msr_write(MSR_SFMASK, FLAGS_CLEARED);
}

void cpu_init(const struct boot_info *boot)
{
    (void)boot;
    gdt_load();
    idt_load();
    sched_init(&cpu_0);
    cpu_0.stack = (uint64_t)kernel_stack_top;
    msr_write(MSR_GS_BASE, (uint64_t)&cpu_0);
    msr_write(MSR_KERNEL_GS_BASE, 0);
    cpu_0.top = cr3_read();
    control_init();
    *kernel_page_entry(kernel_guard) = 0;
}
