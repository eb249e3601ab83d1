// SPDX-License-Identifier: GPL-3.0-or-later
// From boot information to the first cell: the frame table, the root of the capability tree, and
// the steward, which gets everything that there is. Runs once, before anything else.
#pragma once
#include "abi/boot_info.h"
#include "kernel.h"

struct cell;
struct cell *boot_steward(struct boot_info *boot);
