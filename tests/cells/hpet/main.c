// SPDX-License-Identifier: GPL-3.0-or-later
// A driver that maps a device's memory, gets its interrupt, and crashes in its first life: in the
// second everything works again (IA-PC HPET specification 1.0a, section 2.3).
#include "gen/cell.h"
#include "gen/device.h"
#include "gen/interrupt.h"
#include "os/ipc.h"
#include "os/panic.h"
#include "os/syscall.h"
#include "tests/cells/probe.h"
#include "tests/cells/raw.h"

enum { ID = 0x0, CONFIG = 0x10, COUNTER = 0xf0, TIMER_1 = 0x120, TIMER_2 = 0x140, COMPARATOR = 8 };
enum { CONFIG_ON = 1, CONFIG_LEGACY = 2, TIMER_INTERRUPT = 4 }; // legacy: timer 1 is ISA line 8
enum { LOG = 3, LOG_WRITE = 1, MSEC = 1000000, SOON = 100000 /* of 10 ns */, LIVED = 0x1eaf };

static volatile uint64_t *at(uint32_t reg)
{
    // Safety: mapped, one page, by main before anything else.
    return (volatile uint64_t *)(uintptr_t)(CELL_DEVICE_BASE + reg);
}

static void test_memory(cap_t hpet)
{
    uint64_t before = *at(COUNTER);
    cap_t made;

    probe_eq(*at(ID) >> 16 & 0xffff, 0x8086, "the device's memory is read");
    *at(CONFIG) = CONFIG_ON | CONFIG_LEGACY;
    for (volatile int i = 0; i < 10000; i++)
        ;
    probe(*at(COUNTER) != before, "its counter counts");
    probe_eq(device_map(hpet, CELL_DEVICE_BASE + PAGE_SIZE, ACCESS_READ), ERR_EXISTS,
             "one mapping");
    probe_eq(raw_lend(start_page()->services[LOG], LOG_WRITE, LEASE_LEND, CELL_DEVICE_BASE, 1),
             ERR_BAD_ADDRESS, "it is not lent");
    probe_eq(cell_derive(CAP_SELF, hpet, 100, RIGHT_ALL, ~0ull, 0, 0, &made), ERR_BAD_ARGUMENT,
             "it is not derived");
    probe_eq(device_narrow(hpet, 0, 2, 100, &made), ERR_BAD_ARGUMENT, "nor made larger");
    probe_eq(device_map(start_page()->mmio[1], CELL_DEVICE_BASE + PAGE_SIZE, ACCESS_READ),
             ERR_DENIED, "RAM is not device memory");
    probe_eq(device_map(start_page()->mmio[2], CELL_DEVICE_BASE + PAGE_SIZE, ACCESS_READ),
             ERR_DENIED, "nor is what the kernel drives");
    probe_eq(device_unmap(hpet), ERR_OK, "unmapped");
    probe_eq(device_unmap(hpet), ERR_NOT_FOUND, "once");
    probe_eq(device_map(hpet, CELL_DEVICE_BASE, ACCESS_READ | ACCESS_EXECUTE), ERR_DENIED,
             "not executable");
    probe_eq(device_map(hpet, CELL_DEVICE_BASE, ACCESS_READ | ACCESS_WRITE), ERR_OK,
             "mapped again");
}

static void test_interrupt(void)
{
    cap_t signal = start_page()->signal;
    uint64_t bits = 0;

    probe_eq(interrupt_bind(start_page()->interrupts[0], signal, 1), ERR_OK, "its interrupt");
    *at(TIMER_1) = TIMER_INTERRUPT;
    *at(TIMER_1 + COMPARATOR) = (uint32_t)(*at(COUNTER) + SOON);
    probe_eq(sys_wait(signal, sys_now() + 5000ull * MSEC, &bits), ERR_OK, "the interrupt comes");
    probe_eq(bits, 1, "its bit");
    *at(TIMER_1) = 0;
}

int main(void)
{
    cap_t hpet = start_page()->mmio[0];

    ASSERT(cell_reserve(CAP_SELF, CELL_DEVICE_BASE, 2) == ERR_OK, "no page tables");
    ASSERT(device_map(hpet, CELL_DEVICE_BASE, ACCESS_READ | ACCESS_WRITE) == ERR_OK, "not mapped");
    bool second = (uint32_t)*at(TIMER_2 + COMPARATOR) == LIVED;
    probe_about(second ? "second life: " : "first life: ");
    test_memory(hpet);
    test_interrupt();
    if (second)
        return probe_end();
    *at(TIMER_2 + COMPARATOR) = LIVED; // the device remembers
    *at(PAGE_SIZE) = 1;                // behind its end
    return 0;
}
