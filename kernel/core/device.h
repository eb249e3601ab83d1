// SPDX-License-Identifier: GPL-3.0-or-later
// Device memory: a capability for a range of physical pages that is not RAM. `object` is the
// physical address, `extent` the pages, `identity` where it is mapped in the cell whose table it is
// in (0: it is not), so that the mapping ends with the capability, and that with its cell.
//
// I22  A device capability is mapped in the cell whose table it is in, or nowhere.
// I23  No device capability maps RAM or what the kernel itself drives.
#pragma once
#include "abi/boot_info.h"
#include "cap.h"

enum { DEVICE_PAGES_MAX = 1024, DEVICE_ADDRESS_BITS = 40 };

// At boot: these pages are not a device of anybody's (I23).
void device_keep(paddr_t from, uint64_t pages);

MUST_USE err_t device_map(struct cap *c, vaddr_t address, uint32_t access);
MUST_USE err_t device_unmap(struct cap *c);

// The capability leaves its slot: its mapping goes.
/*@ requires \valid(c);
    assigns c->identity, object_counts;
    ensures unmapped: c->identity == 0;
 */
void device_cut(struct cap *c);
