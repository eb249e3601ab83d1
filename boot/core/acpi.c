// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/acpi.h"

#include <string.h>

enum {
    RSDP_SIZE = 20,   // revision 0
    RSDP_SIZE_2 = 36, // revision 2 and later
    RSDP_REVISION = 15,
    RSDP_RSDT = 16,
    RSDP_XSDT = 24,
    TABLE_HEADER = 36,
    TABLE_LENGTH = 4,
    TABLE_MAX = 1 << 20,
    MADT_LAPIC = 36,
    MADT_RECORDS = 44,
    RECORD_IOAPIC = 1,
    RECORD_OVERRIDE = 2,
    RECORD_LAPIC_64 = 5,
    POLARITY_LOW = 3,
    TRIGGER_LEVEL = 3,
};

static uint16_t get16(const uint8_t *at)
{
    uint16_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

static uint32_t get32(const uint8_t *at)
{
    uint32_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

static uint64_t get64(const uint8_t *at)
{
    uint64_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

static int sums_to_zero(const uint8_t *bytes, uint32_t size)
{
    uint8_t sum = 0;
    for (uint32_t i = 0; i < size; i++)
        sum = (uint8_t)(sum + bytes[i]);
    return sum == 0;
}

// A whole table with this signature and a right checksum, or NULL.
static const uint8_t *table_at(const struct phys *phys, uint64_t address, const char signature[4],
                               uint32_t *length)
{
    const uint8_t *table = phys_bytes(phys, address, TABLE_HEADER);
    if (table == NULL || memcmp(table, signature, 4) != 0)
        return NULL;
    uint32_t size = get32(table + TABLE_LENGTH);
    if (size < TABLE_HEADER || size > TABLE_MAX || phys_bytes(phys, address, size) == NULL)
        return NULL;
    if (!sums_to_zero(table, size))
        return NULL;
    *length = size;
    return table;
}

// The first MADT that an RSDT (4-byte words) or XSDT (8-byte words) leads to.
static const uint8_t *madt_in(const struct phys *phys, uint64_t root, const char signature[4],
                              uint32_t word, uint32_t *length)
{
    uint32_t size;
    const uint8_t *table = table_at(phys, root, signature, &size);
    if (table == NULL)
        return NULL;
    for (uint32_t at = TABLE_HEADER; size - at >= word; at += word) {
        uint64_t address = word == 4 ? get32(table + at) : get64(table + at);
        const uint8_t *madt = table_at(phys, address, "APIC", length);
        if (madt != NULL && *length >= MADT_RECORDS)
            return madt;
    }
    return NULL;
}

static const uint8_t *madt_find(const struct phys *phys, uint64_t rsdp, uint32_t *length)
{
    const uint8_t *root = phys_bytes(phys, rsdp, RSDP_SIZE);
    if (root == NULL || memcmp(root, "RSD PTR ", 8) != 0 || !sums_to_zero(root, RSDP_SIZE))
        return NULL;
    if (root[RSDP_REVISION] >= 2) {
        if (phys_bytes(phys, rsdp, RSDP_SIZE_2) == NULL || !sums_to_zero(root, RSDP_SIZE_2))
            return NULL;
        const uint8_t *madt = madt_in(phys, get64(root + RSDP_XSDT), "XSDT", 8, length);
        if (madt != NULL)
            return madt;
    }
    return madt_in(phys, get32(root + RSDP_RSDT), "RSDT", 4, length);
}

// Section 5.2.12.5: bus, source, interrupt, flags; the bus is always ISA (0).
static void override_read(const uint8_t *record, struct acpi_wiring *wiring)
{
    uint8_t source = record[3];
    uint16_t flags = get16(record + 8);
    if (record[2] != 0 || source >= BOOT_IRQ_COUNT)
        return;
    struct boot_irq *irq = &wiring->irq[source];
    irq->gsi = get32(record + 4);
    irq->active_low = (flags & 3) == POLARITY_LOW;
    irq->level = (flags >> 2 & 3) == TRIGGER_LEVEL;
}

// The I/O APIC with the lowest first interrupt is where the ISA ones arrive.
static void ioapic_read(const uint8_t *record, struct acpi_wiring *wiring)
{
    uint32_t address = get32(record + 4), gsi_base = get32(record + 8);
    if (wiring->ioapic_phys != 0 && wiring->ioapic_gsi_base <= gsi_base)
        return;
    wiring->ioapic_phys = address;
    wiring->ioapic_gsi_base = gsi_base;
}

static void record_read(const uint8_t *record, uint32_t size, struct acpi_wiring *wiring)
{
    if (record[0] == RECORD_IOAPIC && size >= 12)
        ioapic_read(record, wiring);
    else if (record[0] == RECORD_OVERRIDE && size >= 10)
        override_read(record, wiring);
    else if (record[0] == RECORD_LAPIC_64 && size >= 12)
        wiring->lapic_phys = get64(record + 4);
}

enum boot_stop acpi_read(const struct phys *phys, uint64_t rsdp, struct acpi_wiring *out)
{
    uint32_t length = 0;
    const uint8_t *madt = madt_find(phys, rsdp, &length);
    if (madt == NULL)
        return BOOT_STOP_NO_APIC;
    struct acpi_wiring wiring = {.lapic_phys = get32(madt + MADT_LAPIC)};
    for (uint32_t i = 0; i < BOOT_IRQ_COUNT; i++)
        wiring.irq[i].gsi = i;
    for (uint32_t at = MADT_RECORDS; length - at >= 2;) {
        uint32_t size = madt[at + 1];
        if (size < 2 || size > length - at)
            return BOOT_STOP_NO_APIC;
        record_read(madt + at, size, &wiring);
        at += size;
    }
    if (wiring.ioapic_phys == 0 || wiring.ioapic_phys % PAGE_SIZE != 0)
        return BOOT_STOP_NO_APIC;
    if (wiring.lapic_phys == 0 || wiring.lapic_phys % PAGE_SIZE != 0)
        return BOOT_STOP_NO_APIC;
    *out = wiring;
    return BOOT_CLEAR;
}

enum boot_stop acpi_check_inputs(const struct acpi_wiring *wiring, uint32_t count)
{
    if (count == 0 || count > 256)
        return BOOT_STOP_NO_APIC;
    for (uint32_t i = 0; i < BOOT_IRQ_COUNT; i++)
        if (wiring->irq[i].gsi - wiring->ioapic_gsi_base >= count)
            return BOOT_STOP_NO_APIC;
    return BOOT_CLEAR;
}
