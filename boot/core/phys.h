// SPDX-License-Identifier: GPL-3.0-or-later
// Physical memory as the loader sees it: on the machine mapped one to one (origin 0), in tests an
// array. Whatever comes from a firmware table goes through phys_bytes.
#pragma once
#include "abi/types.h"

struct phys {
    uintptr_t origin; // where physical address 0 would be
    uint64_t reach;   // physical addresses below can be read and, where RAM, written
};

// Safety: the caller knows that the address lies in RAM that it may use.
static inline void *phys_at(const struct phys *phys, uint64_t address)
{
    return (void *)(phys->origin + (uintptr_t)address);
}

// For addresses that somebody else named: NULL unless all `size` bytes are in reach; address 0 is
// nobody's.
static inline const uint8_t *phys_bytes(const struct phys *phys, uint64_t address, uint64_t size)
{
    if (address == 0 || address >= phys->reach || size > phys->reach - address)
        return NULL;
    return phys_at(phys, address);
}
