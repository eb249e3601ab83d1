// SPDX-License-Identifier: GPL-3.0-or-later
// The rest of arch.h: address spaces, floating point state, ports, resting places.
#include "arch_pte.h"
#include "sched.h"
#include "x86.h"

static paddr_t kernel_top; // tables with the kernel's half only

uint64_t *kernel_page_entry(const void *address)
{
    uint64_t *table = phys_to_kernel(cr3_read() & PTE_ADDRESS);

    for (int level = PTE_LEVELS - 1; level > 0; level--) {
        uint64_t e = table[pte_index((uint64_t)address, level)];

        if (!(e & PTE_PRESENT) || e & 1 << 7)
            stop("the loader did not map the kernel by 4 KiB pages", 0);
        table = phys_to_kernel(e & PTE_ADDRESS);
    }
    return &table[pte_index((uint64_t)address, 0)];
}

void arch_space_init(void *top)
{
    if (!kernel_top) { // the first call: drop what the loader had in the lower half
        uint64_t *own = phys_to_kernel(cr3_read() & PTE_ADDRESS);

        kernel_top = cr3_read() & PTE_ADDRESS;
        memset(own, 0, PAGE_SIZE / 2);
        cr3_write(kernel_top);
    }
    memset(top, 0, PAGE_SIZE / 2);
    memcpy((uint8_t *)top + PAGE_SIZE / 2, (uint8_t *)phys_to_kernel(kernel_top) + PAGE_SIZE / 2,
           PAGE_SIZE / 2);
}

void arch_space_load(paddr_t top)
{
    cr3_write(top);
}

void arch_space_end(paddr_t top)
{
    if ((cr3_read() & PTE_ADDRESS) != top)
        return;
    this_cpu()->top = 0;
    cr3_write(kernel_top);
}

static const uint8_t fpu_clean[512] __attribute__((aligned(64))) = {
    [0] = 0x7f, [1] = 0x03, [24] = 0x80, [25] = 0x1f, // FCW and MXCSR: all exceptions masked
};

void arch_fpu_init(void *area)
{
    memcpy(area, fpu_clean, sizeof(fpu_clean));
}

static void fpu_restore(const uint8_t area[512])
{
    // Safety: `area` is 512 bytes, 64-byte aligned; the registers belong to whoever is loaded.
    __asm__ volatile("fxrstor64 (%0)" : : "r"(area) : "memory");
}

// Never lazy: whoever uses these registers gets its own on each switch, and nobody else's remain.
APART static void fpu_switch(struct thread *from, struct thread *to)
{
    bool had = from && from->flags & THREAD_FPU, has = to->flags & THREAD_FPU;

    if (had)
        __asm__ volatile("fxsave64 (%0)" : : "r"(from->fpu) : "memory");
    if (has && !had)
        cr0_write(cr0_read() & ~(uint64_t)CR0_TS);
    if (has)
        fpu_restore(to->fpu);
    else if (had)
        fpu_restore(fpu_clean);
    if (!has && (had || !from))
        cr0_write(cr0_read() | CR0_TS);
}

void arch_load(struct cpu *cpu, struct thread *t)
{
    struct thread *from = cpu->loaded;

    // Safety: FS is not the kernel's; GS is, and the user's base, the hidden one, is nobody's: it
    // is zero again.
    if (from)
        __asm__ volatile("rdfsbase %0" : "=r"(from->regs.fs_base));
    // Selectors are the same for everybody: nobody learns what another cell left there.
    __asm__ volatile("mov %0, %%ds\n\tmov %0, %%es\n\tmov %0, %%fs" : : "r"(0));
    __asm__ volatile("wrfsbase %0" : : "r"(t->regs.fs_base));
    __asm__ volatile("swapgs\n\tmov %k0, %%gs\n\twrgsbase %0\n\tswapgs" : : "r"(0ull));
    if ((from && from->flags & THREAD_FPU) || t->flags & THREAD_FPU || !from)
        fpu_switch(from, t);
    cpu->loaded = t;
}

void arch_fpu_forget(struct thread *t)
{
    if (this_cpu()->loaded != t)
        return;
    if (t->flags & THREAD_FPU)
        fpu_restore(fpu_clean);
    cr0_write(cr0_read() | CR0_TS);
    this_cpu()->loaded = 0;
}

bool arch_preempt(void)
{
    // Safety: callers rest only where the kernel's state is whole; the handler runs on this stack.
    __asm__ volatile("sti\n\tnop\n\tcli" : : : "memory");
    return sched_wants_switch();
}

void arch_idle(void)
{
    // Safety: as above; `sti` delays interrupts by one instruction, so that none is missed before
    // `hlt`.
    __asm__ volatile("sti\n\thlt\n\tcli" : : : "memory");
}

uint32_t arch_port_read(uint16_t port, uint32_t width)
{
    uint32_t v = 0;

    // Safety: the port capability says that the caller's cell owns this device.
    if (width == 1)
        __asm__ volatile("inb %w1, %b0" : "+a"(v) : "d"(port));
    else if (width == 2)
        __asm__ volatile("inw %w1, %w0" : "+a"(v) : "d"(port));
    else
        __asm__ volatile("inl %w1, %0" : "+a"(v) : "d"(port));
    return v;
}

void arch_port_write(uint16_t port, uint32_t width, uint32_t value)
{
    if (width == 1)
        __asm__ volatile("outb %b0, %w1" : : "a"(value), "d"(port));
    else if (width == 2)
        __asm__ volatile("outw %w0, %w1" : : "a"(value), "d"(port));
    else
        __asm__ volatile("outl %0, %w1" : : "a"(value), "d"(port));
}
