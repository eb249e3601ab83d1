// SPDX-License-Identifier: GPL-3.0-or-later
// A cell without devices: whatever it names, no device's memory becomes its own.
#include "gen/device.h"
#include "os/ipc.h"
#include "tests/cells/probe.h"

// In the last-level table of its window, which is there.
#define AT (CELL_WINDOW_BASE + CELL_WINDOW_PAGES * PAGE_SIZE)
enum { SLOTS = 256, GENERATIONS = 4 };

int main(void)
{
    uint64_t mapped = 0;

    for (uint64_t generation = 0; generation <= GENERATIONS; generation++)
        for (uint64_t slot = 0; slot < SLOTS; slot++)
            mapped += device_map(generation << 32 | slot, AT, ACCESS_READ) == ERR_OK;
    probe_eq(mapped, 0, "no handle maps a device");
    probe_eq(start_page()->mmio[0], 0, "none was given");
    return probe_end();
}
