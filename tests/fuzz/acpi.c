// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as physical memory with ACPI tables in it: the reader answers and stays inside. The
// first two bytes say where the RSDP is.
#include "core/acpi.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    uint8_t *ram = malloc(size);
    memcpy(ram, data, size);
    const struct phys phys = {(uintptr_t)ram, size};
    struct acpi_wiring wiring;
    enum boot_stop stop = acpi_read(&phys, (uint64_t)data[0] | (uint64_t)data[1] << 8, &wiring);
    if (stop == BOOT_CLEAR && (wiring.lapic_phys % PAGE_SIZE != 0 || wiring.ioapic_phys == 0))
        abort();
    if (stop == BOOT_CLEAR)
        (void)acpi_check_inputs(&wiring, 24);
    free(ram);
    return 0;
}
