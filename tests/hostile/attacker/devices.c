// SPDX-License-Identifier: GPL-3.0-or-later
// What hostile drivers do with the ports and the interrupt line that they were given.
#include "attack.h"
#include "gen/cell.h"
#include "gen/interrupt.h"
#include "gen/port.h"
#include "os/ipc.h"
#include "tests/cells/raw.h"
#include "tests/cells/thread.h"

enum { MSEC = 1000000, PORTS = 8, BIT = 1 };
// The interval timer (Intel 8254) and the real-time clock (Motorola MC146818).
enum { TIMER_0 = 0, TIMER_MODE = 3, TIMER_0_RATE = 0x34 };
enum { CLOCK_B = 0x0b, CLOCK_C = 0x0c, CLOCK_MEMORY = 0x50, CLOCK_PERIODIC = 0x42, MARK = 0xa5 };

static cap_t ports(void)
{
    return start_page()->ports[0];
}

static bool reaches(cap_t range, uint64_t offset, uint64_t width)
{
    uint64_t read[MESSAGE_WORDS] = {offset, width}, write[MESSAGE_WORDS] = {offset, width, 0};
    return raw_call(range, PORT_METHOD_READ, read) == ERR_OK ||
           raw_call(range, PORT_METHOD_WRITE, write) == ERR_OK;
}

static bool narrows(cap_t range, uint64_t offset, uint64_t count)
{
    uint64_t w[MESSAGE_WORDS] = {offset, count, test_slot()};
    return raw_call(range, PORT_METHOD_NARROW, w) == ERR_OK;
}

// Ports before, behind and across the end of its range, in widths that there are not.
const char *attack_port_edges(void)
{
    static const struct {
        uint64_t offset, width;
    } bad[] = {
        {PORTS,           1    },
        {PORTS - 1,       2    },
        {PORTS - 3,       4    },
        {~0ull,           1    },
        {~0ull - 1,       2    },
        {~0ull - 3,       4    },
        {1ull << 32,      1    },
        {1ull << 63,      1    },
        {0x10000 - 0x2e8, 1    },
        {0,               0    },
        {0,               3    },
        {0,               8    },
        {0,               ~0ull},
    };
    static const struct {
        uint64_t offset, count;
    } wide[] = {
        {0,         PORTS + 1},
        {PORTS,     1        },
        {PORTS - 1, 2        },
        {1,         ~0ull    },
        {~0ull,     2        },
        {0,         0        }
    };
    cap_t part = 0, reader = 0;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (reaches(ports(), bad[i].offset, bad[i].width))
            return "a port that nobody gave";
    for (size_t i = 0; i < sizeof wide / sizeof wide[0]; i++)
        if (narrows(ports(), wide[i].offset, wide[i].count))
            return "a range that nobody gave";
    if (port_narrow(ports(), 2, 2, test_slot(), &part) != ERR_OK ||
        cell_derive(CAP_SELF, ports(), test_slot(), RIGHT_READ, ~0ull, 0, 0, &reader) != ERR_OK)
        return "no ports to try with";
    if (reaches(part, 2, 1) || reaches(part, ~0ull, 1) || reaches(part, 1, 2) ||
        narrows(part, 0, 3))
        return "a port outside a narrower range";
    uint64_t w[MESSAGE_WORDS] = {0, 1, 0};
    return raw_call(reader, PORT_METHOD_WRITE, w) == ERR_OK ? "a port written without the right"
                                                            : NULL;
}

static bool timer_write(uint32_t port, uint8_t value)
{
    return port_write(ports(), port, 1, value) == ERR_OK;
}

// As many interrupts as the timer can raise, each acknowledged at once.
const char *attack_interrupt_storm(void)
{
    const struct start_info *start = start_page();
    uint64_t bits;
    if (!timer_write(TIMER_MODE, TIMER_0_RATE) || !timer_write(TIMER_0, 4) ||
        !timer_write(TIMER_0, 0) ||
        interrupt_bind(start->interrupts[0], start->signal, BIT) != ERR_OK)
        return "no timer to try with";
    while (sys_wait(start->signal, 0, &bits) == ERR_OK)
        if (interrupt_acknowledge(start->interrupts[0]) != ERR_OK)
            return "its interrupt could not be acknowledged";
    return "it could not wait";
}

static uint8_t clock_read(uint8_t index)
{
    uint32_t value = 0;
    err_t err = port_write(ports(), 0, 1, index);
    if (err == ERR_OK)
        err = port_read(ports(), 1, 1, &value);
    return err == ERR_OK ? (uint8_t)value : 0;
}

static bool clock_write(uint8_t index, uint8_t value)
{
    return port_write(ports(), 0, 1, index) == ERR_OK && port_write(ports(), 1, 1, value) == ERR_OK;
}

// It dies with the line bound and the clock ticking, and lives again: its line was taken back with
// everything else, and works when it is bound anew.
const char *attack_line_after_death(void)
{
    const struct start_info *start = start_page();
    const bool again = clock_read(CLOCK_MEMORY) == MARK;
    uint64_t bits;
    if (again) {
        if (sys_wait(start->signal, sys_now() + 50 * MSEC, &bits) != ERR_TIMED_OUT)
            return "an interrupt of its last life";
        if (interrupt_acknowledge(start->interrupts[0]) == ERR_OK)
            return "a line that it has not bound could be acknowledged";
    }
    if (interrupt_bind(start->interrupts[0], start->signal, BIT) != ERR_OK ||
        !clock_write(CLOCK_B, CLOCK_PERIODIC))
        return "no clock to try with";
    clock_read(CLOCK_C); // which lets the next tick interrupt
    if (sys_wait(start->signal, sys_now() + 2000ull * MSEC, &bits) != ERR_OK)
        return "its line does not work";
    if (again)
        return NULL;
    clock_write(CLOCK_MEMORY, MARK);
    err_t err = interrupt_acknowledge(start->interrupts[0]);
    (void)err;
    clock_read(CLOCK_C);
    __asm__ volatile("ud2");
    return "it went on";
}
