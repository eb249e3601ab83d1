// SPDX-License-Identifier: GPL-3.0-or-later
// The one thing the loader wants from ACPI: how interrupts are wired (ACPI 6.4, sections 5.2.5
// RSDP, 5.2.7 RSDT, 5.2.8 XSDT, 5.2.12 MADT). The tables are the firmware's, so: checksums are
// checked, everything is bounded, unknown records are skipped by their length.
#pragma once
#include "abi/boot_info.h"
#include "core/phys.h"
#include "format/boot_stop.h"

struct acpi_wiring {
    uint64_t lapic_phys;
    uint64_t ioapic_phys;
    uint32_t ioapic_gsi_base;
    struct boot_irq irq[BOOT_IRQ_COUNT]; // identity, edge, active high where nothing is said
};

// `rsdp` is physical; 0 gives NO_APIC like any other table that does not lead to a usable MADT.
MUST_USE enum boot_stop acpi_read(const struct phys *phys, uint64_t rsdp, struct acpi_wiring *out);

// Do all ISA interrupts arrive at the I/O APIC, which has `count` inputs?
MUST_USE enum boot_stop acpi_check_inputs(const struct acpi_wiring *wiring, uint32_t count);
