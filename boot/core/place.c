// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/place.h"

#include "abi/start.h"

uint64_t place_kernel_choices(uint64_t pages)
{
    const uint64_t room = PLACE_KERNEL_TOP - PLACE_KERNEL_BASE;
    if (pages == 0 || pages > room / PAGE_SIZE)
        return 0;
    return (room - pages * PAGE_SIZE) / PLACE_KERNEL_ALIGN + 1;
}

uint64_t place_kernel(uint64_t choice)
{
    return PLACE_KERNEL_BASE + choice * PLACE_KERNEL_ALIGN;
}

uint64_t place_physmap(uint64_t choice)
{
    const uint64_t upper_half = 0xffff000000000000u; // bits 63 to 48 repeat bit 47
    return upper_half | ((uint64_t)PLACE_SLOT_FIRST << 39) + choice * PLACE_PHYSMAP_STEP;
}

struct steward_places place_steward(struct dice *dice, uint64_t pages)
{
    const uint64_t code = dice_below(dice, CELL_BLOCKS);
    const uint64_t stack = (code + 1 + dice_below(dice, CELL_BLOCKS - 1)) % CELL_BLOCKS;
    const uint64_t code_choices = CELL_BLOCK_PAGES - 1 - pages;
    const uint64_t stack_choices = CELL_BLOCK_PAGES - 1 - STEWARD_STACK_PAGES;
    return (struct steward_places){
        .code = cell_place(code, 1 + dice_below(dice, code_choices)),
        .stack = cell_place(stack, 1 + dice_below(dice, stack_choices) + STEWARD_STACK_PAGES)};
}

enum boot_stop places_choose(struct dice *dice, struct ranges *free, uint64_t limit,
                             uint64_t kernel_pages, uint64_t arena_pages, struct places *out)
{
    struct places chosen;
    uint64_t count = place_kernel_choices(kernel_pages);
    if (count == 0)
        return BOOT_STOP_NO_ROOM;
    chosen.kernel_virt = place_kernel(dice_below(dice, count));
    chosen.physmap = place_physmap(dice_below(dice, PLACE_PHYSMAP_CHOICES));

    count = ranges_places(free, kernel_pages, PLACE_KERNEL_ALIGN, limit);
    if (count == 0)
        return BOOT_STOP_NO_ROOM;
    chosen.kernel_phys =
        ranges_place(free, kernel_pages, PLACE_KERNEL_ALIGN, limit, dice_below(dice, count));
    ranges_cut(free, chosen.kernel_phys, kernel_pages * PAGE_SIZE);

    count = ranges_places(free, arena_pages, PAGE_SIZE, limit);
    if (count == 0)
        return BOOT_STOP_NO_ROOM;
    chosen.arena_phys = ranges_place(free, arena_pages, PAGE_SIZE, limit, dice_below(dice, count));
    ranges_cut(free, chosen.arena_phys, arena_pages * PAGE_SIZE);
    *out = chosen;
    return BOOT_CLEAR;
}
