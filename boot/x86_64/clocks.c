// SPDX-License-Identifier: GPL-3.0-or-later
// Intel 8254 data sheet; local APIC timer: Intel SDM volume 3, section 11.5.4. The three counters
// are read together twice, about 10 ms apart. Something else may take the processor away between
// two reads (a hypervisor, system management mode), so of several readings the quickest counts, and
// how long the wait really took does not matter.
#include "x86_64/cpu.h"
#include "x86_64/hardware.h"

enum {
    PIT_HZ = 1193182,
    PIT_COUNT = 65535, // 55 ms until the output rises
    PIT_WAIT = 11932,  // 10 ms
    PIT_CHANNEL_2 = 0x42,
    PIT_COMMAND = 0x43,
    PIT_ONE_SHOT = 0xb0, // channel 2, both bytes, mode 0: the output rises when the count ends
    PIT_LATCH = 0x80,    // channel 2
    GATE_PORT = 0x61,
    GATE_ON = 0x01,
    GATE_SPEAKER = 0x02,
    GATE_OUTPUT = 0x20,
    LAPIC_TIMER = 0x320,
    LAPIC_INITIAL = 0x380,
    LAPIC_CURRENT = 0x390,
    LAPIC_DIVIDE = 0x3e0,
    TIMER_MASKED = 0x10000,
    DIVIDE_BY_1 = 0xb,
    ROUNDS = 8,
    READINGS = 16,
    POLLS_MAX = 10000000,
};

struct reading {
    uint64_t tsc;
    uint32_t pit, lapic; // both have counted up to here, from 0
};

static uint32_t pit_read(void)
{
    port_out8(PIT_COMMAND, PIT_LATCH);
    uint32_t low = port_in8(PIT_CHANNEL_2);
    return PIT_COUNT - (low | (uint32_t)port_in8(PIT_CHANNEL_2) << 8);
}

static struct reading reading_take(uint64_t lapic)
{
    struct reading best = {.tsc = 0};
    uint64_t shortest = UINT64_MAX;
    for (unsigned i = 0; i < READINGS; i++) {
        const uint64_t before = tsc_read();
        const uint32_t pit = pit_read();
        const uint32_t timer = UINT32_MAX - mmio_read32(lapic + LAPIC_CURRENT);
        const uint64_t took = tsc_read() - before;
        if (took < shortest) {
            shortest = took;
            best = (struct reading){before + took / 2, pit, timer};
        }
    }
    return best;
}

static void counters_start(uint64_t lapic, uint8_t gate)
{
    port_out8(GATE_PORT, (uint8_t)((gate & ~(GATE_SPEAKER | GATE_ON)) | GATE_ON));
    port_out8(PIT_COMMAND, PIT_ONE_SHOT);
    port_out8(PIT_CHANNEL_2, PIT_COUNT & 0xff);
    port_out8(PIT_CHANNEL_2, PIT_COUNT >> 8);
    mmio_write32(lapic + LAPIC_TIMER, TIMER_MASKED);
    mmio_write32(lapic + LAPIC_DIVIDE, DIVIDE_BY_1);
    mmio_write32(lapic + LAPIC_INITIAL, UINT32_MAX);
}

// Good unless the wait took so long that the 8254 ran out, or something does not count at all.
static int round_measure(uint64_t lapic, struct clocks *out)
{
    const uint8_t gate = port_in8(GATE_PORT);
    counters_start(lapic, gate);
    const struct reading first = reading_take(lapic);
    unsigned polls = 0;
    while (pit_read() < first.pit + PIT_WAIT && polls < POLLS_MAX &&
           (port_in8(GATE_PORT) & GATE_OUTPUT) == 0)
        polls++;
    const struct reading last = reading_take(lapic);
    const int ran_out = (port_in8(GATE_PORT) & GATE_OUTPUT) != 0;
    mmio_write32(lapic + LAPIC_INITIAL, 0);
    port_out8(GATE_PORT, gate);
    if (ran_out || polls == POLLS_MAX || last.pit < first.pit + PIT_WAIT || last.tsc <= first.tsc ||
        last.lapic <= first.lapic)
        return 0;
    const uint64_t ticks = last.pit - first.pit;
    out->tsc_hz = (last.tsc - first.tsc) * PIT_HZ / ticks;
    out->lapic_hz = (uint64_t)(last.lapic - first.lapic) * PIT_HZ / ticks;
    return 1;
}

enum boot_stop clocks_measure(uint64_t lapic_phys, struct clocks *out)
{
    for (unsigned i = 0; i < ROUNDS; i++)
        if (round_measure(lapic_phys, out))
            return BOOT_CLEAR;
    return BOOT_STOP_CLOCK;
}
