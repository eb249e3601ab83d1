// SPDX-License-Identifier: GPL-3.0-or-later
#include "bus.h"
#include "abi/layout.h"

// Safety (all four): main has mapped the five pages at CELL_DEVICE_BASE, and no offset is above the
// first of them: fifo.c and crb.c use constants and positions below CRB_END.
static volatile uint8_t *at(uint32_t offset)
{
    return (volatile uint8_t *)(uintptr_t)(CELL_DEVICE_BASE + offset);
}

uint8_t bus_read_8(uint32_t offset)
{
    return *at(offset);
}

uint32_t bus_read_32(uint32_t offset)
{
    return *(volatile uint32_t *)at(offset);
}

void bus_write_8(uint32_t offset, uint8_t value)
{
    *at(offset) = value;
}

void bus_write_32(uint32_t offset, uint32_t value)
{
    *(volatile uint32_t *)at(offset) = value;
}
