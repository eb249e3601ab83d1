// SPDX-License-Identifier: GPL-3.0-or-later
// Single instructions. Safety: each asm block is one instruction with its operands declared; those
// that change the machine's state say so in their name.
#pragma once
#include "abi/types.h"

enum {
    MSR_APIC_BASE = 0x1b,
    MSR_EFER = (int)0xc0000080,
    EFER_NXE = 1 << 11,
    CR4_PAE = 1 << 5,
    CR4_LA57 = 1 << 12,
};

#define CR0_KERNEL 0x80010033u // PG WP NE ET MP PE

static inline void port_out8(uint16_t port, uint8_t value)
{
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint8_t port_in8(uint16_t port)
{
    uint8_t value;
    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

static inline void port_out16(uint16_t port, uint16_t value)
{
    __asm__ volatile("outw %0, %1" : : "a"(value), "Nd"(port));
}

static inline void port_out32(uint16_t port, uint32_t value)
{
    __asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint32_t port_in32(uint16_t port)
{
    uint32_t value;
    __asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

// Ordered against the loads around it.
static inline uint64_t tsc_read(void)
{
    uint32_t low, high;
    __asm__ volatile("lfence\n\trdtsc\n\tlfence" : "=a"(low), "=d"(high) : : "memory");
    return (uint64_t)high << 32 | low;
}

struct cpuid {
    uint32_t a, b, c, d;
};

static inline struct cpuid cpuid_read(uint32_t leaf, uint32_t sub)
{
    struct cpuid id;
    __asm__ volatile("cpuid"
                     : "=a"(id.a), "=b"(id.b), "=c"(id.c), "=d"(id.d)
                     : "a"(leaf), "c"(sub));
    return id;
}

static inline uint64_t msr_read(uint32_t msr)
{
    uint32_t low, high;
    __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
    return (uint64_t)high << 32 | low;
}

static inline void msr_write(uint32_t msr, uint64_t value)
{
    __asm__ volatile("wrmsr" : : "c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)));
}

static inline uint64_t cr4_read(void)
{
    uint64_t value;
    __asm__ volatile("mov %%cr4, %0" : "=r"(value));
    return value;
}

static inline void cr4_write(uint64_t value)
{
    __asm__ volatile("mov %0, %%cr4" : : "r"(value) : "memory");
}

static inline void cr0_write(uint64_t value)
{
    __asm__ volatile("mov %0, %%cr0" : : "r"(value) : "memory");
}

static inline void interrupts_off(void)
{
    __asm__ volatile("cli" : : : "memory");
}

static inline void cpu_pause(void)
{
    __asm__ volatile("pause");
}

_Noreturn static inline void cpu_halt(void)
{
    for (;;)
        __asm__ volatile("cli\n\thlt");
}

static inline uint32_t mmio_read32(uint64_t address)
{
    return *(volatile uint32_t *)(uintptr_t)address;
}

static inline void mmio_write32(uint64_t address, uint32_t value)
{
    *(volatile uint32_t *)(uintptr_t)address = value;
}
