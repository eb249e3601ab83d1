// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as physical memory with ACPI tables in it, as they are and then with right checksums:
// the reader answers and stays inside. The first two bytes say where the RSDP is.
#include "core/acpi.h"

#include <stdlib.h>
#include <string.h>

size_t fuzz_seed(unsigned number, uint8_t *out, size_t max);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// Where the seed has its tables, and where checksums are mended.
enum { RSDP = 16, RSDT = 64, XSDT = 112, MADT = 160, RAM = 256, TABLE_SUM = 9, TABLE_LENGTH = 4 };

// The byte at `sum` makes the `length` bytes from `at` add up to zero, if all that lies in the RAM.
static void seal(uint8_t *ram, size_t size, size_t at, size_t length, size_t sum)
{
    uint8_t all = 0;
    if (size < at || size - at < length || length <= sum - at)
        return;
    ram[sum] = 0;
    for (size_t i = 0; i < length; i++)
        all = (uint8_t)(all + ram[at + i]);
    ram[sum] = (uint8_t)-all;
}

static void seal_table(uint8_t *ram, size_t size, size_t at)
{
    uint32_t length;
    if (size < at + TABLE_LENGTH + sizeof length)
        return;
    memcpy(&length, ram + at + TABLE_LENGTH, sizeof length);
    seal(ram, size, at, length, at + TABLE_SUM);
}

static void seal_all(uint8_t *ram, size_t size)
{
    seal_table(ram, size, MADT);
    seal_table(ram, size, XSDT);
    seal_table(ram, size, RSDT);
    seal(ram, size, RSDP, 20, RSDP + 8);
    seal(ram, size, RSDP, 36, RSDP + 32);
}

// What QEMU's q35 says, by way of the XSDT and (1) by way of the RSDT.
size_t fuzz_seed(unsigned number, uint8_t *out, size_t max)
{
    static const uint8_t records[] = {
        0, 8,  0, 0, 1, 0, 0,    0,                   // a processor
        1, 12, 0, 0, 0, 0, 0xc0, 0xfe, 0,    0, 0, 0, // the I/O APIC
        2, 10, 0, 0, 2, 0, 0,    0,    0,    0,       // the timer at input 2
        2, 10, 0, 9, 9, 0, 0,    0,    0x0d, 0,       // level-triggered
        5, 12, 0, 0, 0, 0, 0xe0, 0xfe, 0,    0, 0, 0, // the local APIC, as 64 bits
    };
    if (number > 1 || max < RAM)
        return 0;
    memset(out, 0, RAM);
    out[0] = RSDP;
    memcpy(out + RSDP, "RSD PTR ", 8);
    out[RSDP + 15] = number == 0 ? 2 : 0;
    out[RSDP + 16] = RSDT;
    out[RSDP + 20] = 36;
    out[RSDP + 24] = XSDT;
    memcpy(out + RSDT, "RSDT", 4);
    memcpy(out + XSDT, "XSDT", 4);
    memcpy(out + MADT, "APIC", 4);
    out[RSDT + 4] = 40;
    out[XSDT + 4] = 44;
    out[MADT + 4] = 44 + sizeof records;
    out[RSDT + 36] = MADT;
    out[XSDT + 36] = MADT;
    memcpy(out + MADT + 38, "\xe0\xfe", 2);
    memcpy(out + MADT + 44, records, sizeof records);
    seal_all(out, RAM);
    const struct phys phys = {(uintptr_t)out, RAM};
    struct acpi_wiring wiring;
    if (acpi_read(&phys, RSDP, &wiring) != BOOT_CLEAR)
        abort(); // a seed that is refused would be none
    return RAM;
}

static void wiring_read(const uint8_t *ram, size_t size)
{
    const struct phys phys = {(uintptr_t)ram, size};
    struct acpi_wiring wiring;
    enum boot_stop stop = acpi_read(&phys, (uint64_t)ram[0] | (uint64_t)ram[1] << 8, &wiring);
    if (stop == BOOT_CLEAR && (wiring.lapic_phys % PAGE_SIZE != 0 || wiring.ioapic_phys == 0))
        abort();
    if (stop == BOOT_CLEAR)
        (void)acpi_check_inputs(&wiring, 24);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    uint8_t *ram = malloc(size);
    if (ram == NULL)
        abort();
    memcpy(ram, data, size);
    wiring_read(ram, size);
    seal_all(ram, size);
    wiring_read(ram, size);
    free(ram);
    return 0;
}
