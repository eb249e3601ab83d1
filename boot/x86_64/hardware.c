// SPDX-License-Identifier: GPL-3.0-or-later
#include "x86_64/hardware.h"

#include "x86_64/cpu.h"

enum {
    LEAF_FEATURES = 1,
    LEAF_FEATURES_7 = 7,
    LEAF_EXTENDED = (int)0x80000000,
    LEAF_EXTENDED_1 = (int)0x80000001,
    FEATURE_APIC = 1 << 9,    // leaf 1, EDX
    FEATURE_RDRAND = 1 << 30, // leaf 1, ECX
    FEATURE_RDSEED = 1 << 18, // leaf 7, EBX
    FEATURE_NX = 1 << 20,     // leaf 0x80000001, EDX
    RANDOM_TRIES = 1000,
};

enum boot_stop hardware_check(void)
{
    if (cpuid_read((uint32_t)LEAF_EXTENDED, 0).a < (uint32_t)LEAF_EXTENDED_1)
        return BOOT_STOP_PROCESSOR;
    if ((cpuid_read((uint32_t)LEAF_EXTENDED_1, 0).d & FEATURE_NX) == 0)
        return BOOT_STOP_PROCESSOR;
    if ((cpuid_read(LEAF_FEATURES, 0).d & FEATURE_APIC) == 0)
        return BOOT_STOP_PROCESSOR;
    return (cr4_read() & CR4_LA57) != 0 ? BOOT_STOP_LEVELS : BOOT_CLEAR;
}

static int rdrand_word(uint64_t *out)
{
    uint8_t good;
    __asm__ volatile("rdrand %0\n\tsetc %1" : "=r"(*out), "=qm"(good) : : "cc");
    return good;
}

static int rdseed_word(uint64_t *out)
{
    uint8_t good;
    __asm__ volatile("rdseed %0\n\tsetc %1" : "=r"(*out), "=qm"(good) : : "cc");
    return good;
}

// All words, or none that counts.
static int words_read(int (*word)(uint64_t *out), uint64_t words[SEED_WORDS])
{
    for (unsigned i = 0; i < SEED_WORDS; i++) {
        unsigned tries = 0;
        while (!word(&words[i])) {
            if (++tries == RANDOM_TRIES)
                return 0;
            cpu_pause();
        }
    }
    return seed_words_good(words);
}

void hardware_random(struct seed_input *input)
{
    const uint32_t leaves = cpuid_read(0, 0).a;
    input->ticks[0] = tsc_read();
    if (leaves >= LEAF_FEATURES_7 && (cpuid_read(LEAF_FEATURES_7, 0).b & FEATURE_RDSEED) != 0 &&
        words_read(rdseed_word, input->rdseed))
        input->sources |= BOOT_SEED_RDSEED;
    input->ticks[1] = tsc_read();
    if ((cpuid_read(LEAF_FEATURES, 0).c & FEATURE_RDRAND) != 0 &&
        words_read(rdrand_word, input->rdrand))
        input->sources |= BOOT_SEED_RDRAND;
    for (unsigned i = 2; i < SEED_TICKS; i++)
        input->ticks[i] = tsc_read();
    input->sources |= BOOT_SEED_TSC;
}

// PCI Local Bus 3.0, section 3.2.2.3.2: address at 0xcf8, data at 0xcfc.
enum {
    PCI_ADDRESS = 0xcf8,
    PCI_DATA = 0xcfc,
    PCI_COMMAND = 0x04,
    PCI_HEADER = 0x0c,  // the header type is its third byte
    PCI_MANY = 1 << 23, // this device has several functions
    COMMAND_MASTER = 1 << 2,
};

static uint32_t pci_read(uint32_t function, uint32_t at)
{
    port_out32(PCI_ADDRESS, 0x80000000u | function << 8 | at);
    return port_in32(PCI_DATA);
}

// Only the command half is written: the status half clears what is written as one.
static void pci_function_quiet(uint32_t function)
{
    uint32_t command = pci_read(function, PCI_COMMAND);
    port_out16(PCI_DATA, (uint16_t)(command & 0xffff & ~(uint32_t)COMMAND_MASTER));
}

void pci_quiet(void)
{
    for (uint32_t device = 0; device < 256 * 32; device++) {
        uint32_t count = 1;
        for (uint32_t i = 0; i < count; i++) {
            uint32_t function = device << 3 | i;
            if ((pci_read(function, 0) & 0xffff) == 0xffff)
                continue;
            if (i == 0 && (pci_read(function, PCI_HEADER) & PCI_MANY) != 0)
                count = 8;
            pci_function_quiet(function);
        }
    }
}

enum { APIC_X2 = 1 << 10, APIC_ON = 1 << 11 };
#define APIC_ADDRESS 0x000ffffffffff000u

enum boot_stop lapic_check(uint64_t lapic_phys)
{
    const uint64_t base = msr_read(MSR_APIC_BASE) & APIC_ADDRESS;
    return base == lapic_phys ? BOOT_CLEAR : BOOT_STOP_APIC_PLACE;
}

// From x2APIC mode the way back leads through off (Intel SDM volume 3, section 11.12.5).
void lapic_settle(void)
{
    uint64_t base = msr_read(MSR_APIC_BASE);
    if ((base & APIC_X2) != 0) {
        base &= ~(uint64_t)(APIC_X2 | APIC_ON);
        msr_write(MSR_APIC_BASE, base);
    }
    if ((base & APIC_ON) == 0)
        msr_write(MSR_APIC_BASE, base | APIC_ON);
}

// 82093AA data sheet: index at 0, data at 0x10; register 1 holds the last input's number.
uint32_t ioapic_inputs(uint64_t ioapic_phys)
{
    mmio_write32(ioapic_phys, 1);
    return (mmio_read32(ioapic_phys + 0x10) >> 16 & 0xff) + 1;
}
