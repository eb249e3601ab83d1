// SPDX-License-Identifier: GPL-3.0-or-later
// Intel 8254 data sheet; local APIC timer: Intel SDM volume 3, section 11.5.4.
#include "x86_64/cpu.h"
#include "x86_64/hardware.h"

enum {
    PIT_HZ = 1193182,
    PIT_COUNT = 11932, // 10 ms
    PIT_CHANNEL_2 = 0x42,
    PIT_COMMAND = 0x43,
    PIT_ONE_SHOT = 0xb0, // channel 2, both bytes, mode 0: the output rises when the count ends
    GATE_PORT = 0x61,
    GATE_ON = 0x01,
    GATE_SPEAKER = 0x02,
    GATE_OUTPUT = 0x20,
    READS_MAX = 20000000,
    LAPIC_TIMER = 0x320,
    LAPIC_INITIAL = 0x380,
    LAPIC_CURRENT = 0x390,
    LAPIC_DIVIDE = 0x3e0,
    TIMER_MASKED = 0x10000,
    DIVIDE_BY_1 = 0xb,
    ROUNDS = 3,
};

struct round {
    uint64_t tsc, lapic; // ticks in PIT_COUNT of the 8254's
};

static int round_measure(uint64_t lapic, struct round *out)
{
    uint8_t gate = port_in8(GATE_PORT);
    port_out8(GATE_PORT, (uint8_t)((gate & ~(GATE_SPEAKER | GATE_ON)) | GATE_ON));
    port_out8(PIT_COMMAND, PIT_ONE_SHOT);
    port_out8(PIT_CHANNEL_2, PIT_COUNT & 0xff);
    port_out8(PIT_CHANNEL_2, PIT_COUNT >> 8);
    mmio_write32(lapic + LAPIC_INITIAL, UINT32_MAX);
    uint64_t start = tsc_read();
    unsigned reads = 0;
    while ((port_in8(GATE_PORT) & GATE_OUTPUT) == 0 && reads < READS_MAX)
        reads++;
    uint32_t left = mmio_read32(lapic + LAPIC_CURRENT);
    uint64_t end = tsc_read();
    mmio_write32(lapic + LAPIC_INITIAL, 0);
    port_out8(GATE_PORT, gate);
    *out = (struct round){end - start, UINT32_MAX - left};
    return reads > 0 && reads < READS_MAX && out->tsc != 0 && out->lapic != 0;
}

static uint64_t middle(uint64_t a, uint64_t b, uint64_t c)
{
    uint64_t low = a < b ? a : b, high = a < b ? b : a;
    return c < low ? low : c > high ? high : c;
}

enum boot_stop clocks_measure(uint64_t lapic_phys, struct clocks *out)
{
    struct round round[ROUNDS];
    mmio_write32(lapic_phys + LAPIC_TIMER, TIMER_MASKED);
    mmio_write32(lapic_phys + LAPIC_DIVIDE, DIVIDE_BY_1);
    for (unsigned i = 0; i < ROUNDS; i++)
        if (!round_measure(lapic_phys, &round[i]))
            return BOOT_STOP_CLOCK;
    out->tsc_hz = middle(round[0].tsc, round[1].tsc, round[2].tsc) * PIT_HZ / PIT_COUNT;
    out->lapic_hz = middle(round[0].lapic, round[1].lapic, round[2].lapic) * PIT_HZ / PIT_COUNT;
    return BOOT_CLEAR;
}
