// SPDX-License-Identifier: GPL-3.0-or-later
// The memory map that the kernel gets.
#pragma once
#include "abi/boot_info.h"
#include "core/ranges.h"
#include "format/boot_stop.h"

// What is RAM but not free. All page-aligned and disjoint.
struct info_taken {
    struct range kernel, arena, bundle;
};

// Fills info->memory and memory_count from what is free and what the loader took. `free` no longer
// holds what is taken. At most BOOT_MEMORY_MAX - 3 free ranges can exist.
void info_memory(const struct ranges *free, const struct info_taken *taken, struct boot_info *info);
