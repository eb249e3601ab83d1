// SPDX-License-Identifier: GPL-3.0-or-later
// A machine's tables built by hand, then every way of being wrong that we could think of, then
// noise.
#include "core/acpi.h"
#include "core/random_test.h"
#include "tests/unit.h"

#include <stdlib.h>

enum { RAM = 1 << 14, RSDP = 0x400, RSDT = 0x800, XSDT = 0xa00, MADT = 0xc00, OTHER = 0x1000 };

static uint8_t *ram;
static struct phys phys;

static void put(uint64_t at, uint64_t value, size_t size)
{
    memcpy(ram + at, &value, size);
}

// The byte at `sum` makes the bytes from `at` add up to zero.
static void seal(uint64_t at, uint64_t size, uint64_t sum)
{
    uint8_t all = 0;
    ram[sum] = 0;
    for (uint64_t i = 0; i < size; i++)
        all = (uint8_t)(all + ram[at + i]);
    ram[sum] = (uint8_t)-all;
}

static uint32_t table_size(uint64_t at)
{
    uint32_t size;
    memcpy(&size, ram + at + 4, sizeof size);
    return size;
}

static void table_begin(uint64_t at, const char *signature, uint32_t size)
{
    memcpy(ram + at, signature, 4);
    put(at + 4, size, 4);
}

static void table_seal(uint64_t at)
{
    seal(at, table_size(at), at + 9);
}

static void madt_record(const uint8_t *record, uint32_t size)
{
    uint32_t end = table_size(MADT);
    memcpy(ram + MADT + end, record, size);
    put(MADT + 4, end + size, 4);
    table_seal(MADT);
}

// What QEMU's q35 says: IRQ 0 at input 2, the rest of 5, 9, 10, 11 level-triggered.
static void tables_make(void)
{
    memset(ram, 0, RAM);
    table_begin(MADT, "APIC", 44);
    put(MADT + 36, 0xfee00000, 4);
    const uint8_t processor[8] = {0, 8, 0, 0, 1, 0, 0, 0};
    const uint8_t ioapic[12] = {1, 12, 0, 0, 0, 0, 0xc0, 0xfe, 0, 0, 0, 0};
    const uint8_t timer[10] = {2, 10, 0, 0, 2, 0, 0, 0, 0, 0};
    const uint8_t nine[10] = {2, 10, 0, 9, 9, 0, 0, 0, 0x0d, 0};
    const uint8_t ten[10] = {2, 10, 0, 10, 10, 0, 0, 0, 0x0f, 0};
    madt_record(processor, sizeof processor);
    madt_record(ioapic, sizeof ioapic);
    madt_record(timer, sizeof timer);
    madt_record(nine, sizeof nine);
    madt_record(ten, sizeof ten);
    table_begin(OTHER, "FACP", 40);
    table_seal(OTHER);
    table_begin(RSDT, "RSDT", 44);
    put(RSDT + 36, OTHER, 4);
    put(RSDT + 40, MADT, 4);
    table_seal(RSDT);
    table_begin(XSDT, "XSDT", 52);
    put(XSDT + 36, OTHER, 8);
    put(XSDT + 44, MADT, 8);
    table_seal(XSDT);
    memcpy(ram + RSDP, "RSD PTR ", 8);
    put(RSDP + 15, 2, 1);
    put(RSDP + 16, RSDT, 4);
    put(RSDP + 20, 36, 4);
    put(RSDP + 24, XSDT, 8);
    seal(RSDP, 20, RSDP + 8);
    seal(RSDP, 36, RSDP + 32);
}

static enum boot_stop read_wiring(struct acpi_wiring *wiring)
{
    return acpi_read(&phys, RSDP, wiring);
}

static void good_wiring(void)
{
    struct acpi_wiring wiring;
    CHECK_EQ(read_wiring(&wiring), BOOT_CLEAR);
    CHECK_EQ(wiring.lapic_phys, 0xfee00000);
    CHECK_EQ(wiring.ioapic_phys, 0xfec00000);
    CHECK_EQ(wiring.irq[0].gsi, 2);
    CHECK_EQ(wiring.irq[1].gsi, 1);
    CHECK(!wiring.irq[1].level && !wiring.irq[1].active_low);
    CHECK(wiring.irq[9].level && !wiring.irq[9].active_low);
    CHECK(wiring.irq[10].level && wiring.irq[10].active_low);
    CHECK_EQ(acpi_check_inputs(&wiring, 24), BOOT_CLEAR);
    CHECK_EQ(acpi_check_inputs(&wiring, 16), BOOT_CLEAR);
    CHECK_EQ(acpi_check_inputs(&wiring, 15), BOOT_STOP_NO_APIC);
    CHECK_EQ(acpi_check_inputs(&wiring, 0), BOOT_STOP_NO_APIC);
    CHECK_EQ(acpi_check_inputs(&wiring, 257), BOOT_STOP_NO_APIC);
}

static void test_good(void)
{
    tables_make();
    good_wiring();
    put(XSDT, 0, 4); // no XSDT: the RSDT does
    good_wiring();
    tables_make();
    ram[RSDP + 15] = 0; // revision 0 knows no XSDT
    seal(RSDP, 20, RSDP + 8);
    good_wiring();
    tables_make();
    const uint8_t second[12] = {1, 12, 1, 0, 0, 0, 0xc1, 0xfe, 24, 0, 0, 0};
    madt_record(second, sizeof second);
    good_wiring();
    const uint8_t wide[12] = {5, 12, 0, 0, 0, 0, 0xe0, 0xfd, 1, 0, 0, 0};
    struct acpi_wiring wiring;
    madt_record(wide, sizeof wide);
    CHECK_EQ(read_wiring(&wiring), BOOT_CLEAR);
    CHECK_EQ(wiring.lapic_phys, 0x1fde00000);
}

static void refused(void)
{
    struct acpi_wiring wiring = {.lapic_phys = 77};
    CHECK_EQ(read_wiring(&wiring), BOOT_STOP_NO_APIC);
    CHECK_EQ(wiring.lapic_phys, 77); // untouched
    tables_make();
}

static void test_missing(void)
{
    struct acpi_wiring wiring;
    tables_make();
    CHECK_EQ(acpi_read(&phys, 0, &wiring), BOOT_STOP_NO_APIC);
    CHECK_EQ(acpi_read(&phys, RAM - 8, &wiring), BOOT_STOP_NO_APIC);
    CHECK_EQ(acpi_read(&phys, UINT64_MAX - 3, &wiring), BOOT_STOP_NO_APIC);
    ram[RSDP] ^= 1;
    refused();
    ram[RSDP + 8] ^= 1; // checksums
    refused();
    ram[RSDP + 32] ^= 1;
    refused();
    ram[MADT + 9] ^= 1;
    refused();
    put(MADT + 4, 43, 4); // too short for a MADT
    table_seal(MADT);
    refused();
    put(MADT + 4, UINT32_MAX, 4);
    refused();
    put(MADT + 4, RAM, 4);
    refused();
    put(XSDT + 44, UINT64_MAX - 40, 8);
    table_seal(XSDT);
    put(RSDT + 40, RAM - 36, 4);
    table_seal(RSDT);
    refused();
}

static void test_bad_records(void)
{
    const uint32_t first = 44, ioapic = 52;
    tables_make();
    ram[MADT + first + 1] = 0; // a record of no length would never end
    table_seal(MADT);
    refused();
    ram[MADT + first + 1] = 1;
    table_seal(MADT);
    refused();
    ram[MADT + first + 1] = 255; // longer than the table
    table_seal(MADT);
    refused();
    ram[MADT + table_size(MADT) - 9]++; // the last one, by a byte
    table_seal(MADT);
    refused();
    ram[MADT + ioapic] = 99; // no I/O APIC
    table_seal(MADT);
    refused();
    put(MADT + ioapic + 4, 0xfec00001, 4);
    table_seal(MADT);
    refused();
    put(MADT + 36, 0, 4);
    table_seal(MADT);
    refused();
    struct acpi_wiring wiring;
    const uint8_t far[10] = {2, 10, 0, 3, 0xff, 0xff, 0xff, 0xff, 0, 0};
    const uint8_t odd[10] = {2, 10, 0, 16, 7, 0, 0, 0, 0, 0},
                  bus[10] = {2, 10, 1, 4, 7, 0, 0, 0, 0, 0};
    madt_record(odd, sizeof odd); // no such ISA interrupt, another bus: passed over
    madt_record(bus, sizeof bus);
    CHECK_EQ(read_wiring(&wiring), BOOT_CLEAR);
    CHECK_EQ(wiring.irq[4].gsi, 4);
    madt_record(far, sizeof far);
    CHECK_EQ(read_wiring(&wiring), BOOT_CLEAR);
    CHECK_EQ(acpi_check_inputs(&wiring, 24), BOOT_STOP_NO_APIC);
}

static void test_noise(void)
{
    static const uint32_t tables[] = {RSDP, RSDT, XSDT, MADT};
    unsigned clear = 0;
    for (unsigned i = 0; i < 50000; i++) {
        tables_make();
        for (unsigned j = 0; j <= i % 5; j++)
            ram[tables[random_below(4)] + random_below(100)] = (uint8_t)random_word();
        if (i % 2 == 0) { // behind right checksums
            table_seal(MADT < RAM - table_size(MADT) % RAM && table_size(MADT) < 2000 ? MADT
                                                                                      : OTHER);
            if (table_size(XSDT) < 200)
                table_seal(XSDT);
            seal(RSDP, 20, RSDP + 8);
            seal(RSDP, 36, RSDP + 32);
        }
        struct acpi_wiring wiring;
        enum boot_stop stop = read_wiring(&wiring);
        CHECK(stop == BOOT_CLEAR || stop == BOOT_STOP_NO_APIC);
        clear += stop == BOOT_CLEAR;
    }
    CHECK(clear > 1000 && clear < 49000); // the noise reached both answers
}

int main(void)
{
    ram = malloc(RAM);
    phys = (struct phys){(uintptr_t)ram, RAM};
    test_good();
    test_missing();
    test_bad_records();
    test_noise();
    free(ram);
    return unit_done();
}
