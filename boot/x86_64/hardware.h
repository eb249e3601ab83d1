// SPDX-License-Identifier: GPL-3.0-or-later
// What only the machine itself can tell or do. Interrupts are off; memory is mapped one to one.
#pragma once
#include "core/seed.h"
#include "format/boot_stop.h"

// 64-bit mode with NX, a local APIC, four-level paging.
MUST_USE enum boot_stop hardware_check(void);

// Fills rdseed, rdrand and ticks of `input` and adds the sources that answered.
void hardware_random(struct seed_input *input);

// Clears the bus-master bit of every PCI function that port-based configuration reaches.
void pci_quiet(void);

// Is the local APIC at `lapic_phys`?
MUST_USE enum boot_stop lapic_check(uint64_t lapic_phys);

// Puts the local APIC into its memory-mapped mode.
void lapic_settle(void);

// Inputs of the I/O APIC.
uint32_t ioapic_inputs(uint64_t ioapic_phys);

struct clocks {
    uint64_t tsc_hz;
    uint64_t lapic_hz; // after division by 1
};

// Both against the 8254, in the same 10 ms.
MUST_USE enum boot_stop clocks_measure(uint64_t lapic_phys, struct clocks *out);
