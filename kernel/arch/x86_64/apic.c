// SPDX-License-Identifier: GPL-3.0-or-later
// Local APIC (timer) and I/O APIC (ISA lines). Their registers are mapped over two pages of the
// kernel's own image, so that no page table has to be made for them. (Intel SDM volume 3, 11;
// 82093AA data sheet.)
#include "arch_pte.h"
#include "x86.h"

static uint8_t lapic_page[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));
static uint8_t ioapic_page[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));
static struct boot_irq lines[BOOT_IRQ_COUNT];
static uint32_t gsi_base, gsi_count;

enum {
    LAPIC_ID = 0x20,
    LAPIC_TPR = 0x80,
    LAPIC_EOI = 0xb0,
    LAPIC_SVR = 0xf0,
    LAPIC_LVT_TIMER = 0x320
};
enum {
    LAPIC_LVT_LINT0 = 0x350,
    LAPIC_LVT_LINT1 = 0x360,
    LAPIC_INITIAL = 0x380,
    LAPIC_DIVIDE = 0x3e0
};
enum { IOAPIC_MASKED = 1 << 16, IOAPIC_LEVEL = 1 << 15, IOAPIC_LOW = 1 << 13 };

static volatile uint32_t *lapic(uint32_t offset)
{
    return (volatile uint32_t *)(lapic_page + offset);
}

static void ioapic_write(uint32_t index, uint32_t value)
{
    *(volatile uint32_t *)ioapic_page = index;
    *(volatile uint32_t *)(ioapic_page + 0x10) = value;
}

static void map_registers(const uint8_t *page, paddr_t registers)
{
    *kernel_page_entry(page) = registers | PTE_PRESENT | PTE_WRITE | PTE_UNCACHED | PTE_NO_EXECUTE;
    __asm__ volatile("invlpg (%0)" : : "r"(page) : "memory");
}

void apic_init(const struct boot_info *boot)
{
    map_registers(lapic_page, boot->lapic_phys);
    map_registers(ioapic_page, boot->ioapic_phys);
    for (int i = 0; i < BOOT_IRQ_COUNT; i++)
        lines[i] = boot->irq[i];
    gsi_base = boot->ioapic_gsi_base;
    gsi_count = boot->ioapic_count;
    for (uint32_t i = 0; i < gsi_count; i++)
        ioapic_write(0x10 + 2 * i, IOAPIC_MASKED);
    // The two 8259s: moved out of the exceptions' way, then masked for ever.
    static const uint8_t pic[][2] = {
        {0x20, 0x11},
        {0xa0, 0x11},
        {0x21, 0x40},
        {0xa1, 0x48},
        {0x21, 4   },
        {0xa1, 2   },
        {0x21, 1   },
        {0xa1, 1   },
        {0x21, 0xff},
        {0xa1, 0xff}
    };
    for (size_t i = 0; i < sizeof(pic) / sizeof(pic[0]); i++)
        out8(pic[i][0], pic[i][1]);
    msr_write(MSR_APIC_BASE, msr_read(MSR_APIC_BASE) | 1 << 11);
    *lapic(LAPIC_TPR) = 0;
    *lapic(LAPIC_LVT_LINT0) = IOAPIC_MASKED;
    *lapic(LAPIC_LVT_LINT1) = IOAPIC_MASKED;
    *lapic(LAPIC_SVR) = 0x100 | VECTOR_SPURIOUS;
    *lapic(LAPIC_DIVIDE) = 0xb; // by 1
    *lapic(LAPIC_LVT_TIMER) = VECTOR_TIMER;
}

void apic_timer(uint64_t ticks)
{
    *lapic(LAPIC_INITIAL) = ticks > 0xffffffff ? 0xffffffff : ticks ? (uint32_t)ticks : 1;
}

void apic_end(void)
{
    *lapic(LAPIC_EOI) = 0;
}

void arch_interrupt_mask(uint32_t line, bool masked)
{
    const struct boot_irq *l = &lines[line];
    uint32_t entry = l->gsi - gsi_base;

    if (l->gsi < gsi_base || entry >= gsi_count)
        return;
    ioapic_write(0x11 + 2 * entry, *lapic(LAPIC_ID));
    ioapic_write(0x10 + 2 * entry, (VECTOR_IRQ + line) | (masked ? IOAPIC_MASKED : 0) |
                                       (l->level ? IOAPIC_LEVEL : 0) |
                                       (l->active_low ? IOAPIC_LOW : 0));
}
