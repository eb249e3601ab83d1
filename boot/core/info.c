// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/info.h"

_Static_assert(RANGES_MAX + 3 <= BOOT_MEMORY_MAX, "every range fits in the kernel's map");

static void memory_insert(struct boot_info *info, const struct range *range, uint32_t kind)
{
    uint32_t i = info->memory_count++;
    for (; i > 0 && info->memory[i - 1].base > range->base; i--)
        info->memory[i] = info->memory[i - 1];
    info->memory[i] = (struct boot_memory){range->base, range->pages, kind, 0};
}

void info_memory(const struct ranges *free, const struct info_taken *taken, struct boot_info *info)
{
    info->memory_count = 0;
    for (uint32_t i = 0; i < free->count; i++)
        memory_insert(info, &free->at[i], BOOT_MEMORY_FREE);
    memory_insert(info, &taken->kernel, BOOT_MEMORY_KERNEL);
    memory_insert(info, &taken->arena, BOOT_MEMORY_KERNEL);
    memory_insert(info, &taken->bundle, BOOT_MEMORY_BUNDLE);
}
