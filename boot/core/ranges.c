// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ranges.h"

#include <string.h>

static uint64_t range_end(const struct range *range)
{
    return range->base + range->pages * PAGE_SIZE;
}

// The end of [base, base + size), not beyond what is used at all.
static uint64_t clamp_end(uint64_t base, uint64_t size)
{
    if (base >= RANGES_TOP)
        return base;
    return size > RANGES_TOP - base ? RANGES_TOP : base + size;
}

static void range_remove(struct ranges *set, uint32_t index)
{
    set->count--;
    memmove(&set->at[index], &set->at[index + 1], (set->count - index) * sizeof set->at[0]);
}

void ranges_trim(struct ranges *set, uint32_t count)
{
    while (set->count > count) {
        uint32_t smallest = 0;
        for (uint32_t i = 1; i < set->count; i++)
            if (set->at[i].pages < set->at[smallest].pages)
                smallest = i;
        range_remove(set, smallest);
    }
}

static void range_insert(struct ranges *set, uint32_t index, uint64_t base, uint64_t end)
{
    memmove(&set->at[index + 1], &set->at[index], (set->count - index) * sizeof set->at[0]);
    set->at[index] = (struct range){base, (end - base) / PAGE_SIZE};
    set->count++;
    ranges_trim(set, RANGES_MAX);
}

void ranges_add(struct ranges *set, uint64_t base, uint64_t size)
{
    uint64_t end = clamp_end(base, size) / PAGE_SIZE * PAGE_SIZE;
    if (base >= RANGES_TOP)
        return;
    base = (base + PAGE_SIZE - 1) / PAGE_SIZE * PAGE_SIZE;
    if (base >= end)
        return;
    uint32_t i = 0;
    while (i < set->count && range_end(&set->at[i]) < base)
        i++;
    while (i < set->count && set->at[i].base <= end) { // touches: becomes part of the new one
        if (set->at[i].base < base)
            base = set->at[i].base;
        if (range_end(&set->at[i]) > end)
            end = range_end(&set->at[i]);
        range_remove(set, i);
    }
    range_insert(set, i, base, end);
}

void ranges_cut(struct ranges *set, uint64_t base, uint64_t size)
{
    uint64_t end = clamp_end(base, size);
    if (base >= end)
        return;
    base = base / PAGE_SIZE * PAGE_SIZE;
    end = (end + PAGE_SIZE - 1) / PAGE_SIZE * PAGE_SIZE;
    struct ranges left = {.count = 0};
    for (uint32_t i = 0; i < set->count; i++) {
        const struct range *range = &set->at[i];
        uint64_t below = range_end(range) < base ? range_end(range) : base;
        uint64_t above = range->base > end ? range->base : end;
        if (range->base < below)
            range_insert(&left, left.count, range->base, below);
        if (above < range_end(range))
            range_insert(&left, left.count, above, range_end(range));
    }
    *set = left;
}

int ranges_hold(const struct ranges *set, uint64_t base, uint64_t pages)
{
    for (uint32_t i = 0; i < set->count; i++) {
        const struct range *range = &set->at[i];
        if (base >= range->base && base < range_end(range))
            return pages != 0 && pages <= (range_end(range) - base) / PAGE_SIZE;
    }
    return 0;
}

uint64_t ranges_end(const struct ranges *set)
{
    return set->count == 0 ? 0 : range_end(&set->at[set->count - 1]);
}

// The places inside one range: the first one's address, and how many.
static uint64_t range_places(const struct range *range, uint64_t pages, uint64_t align,
                             uint64_t limit, uint64_t *first)
{
    uint64_t end = range_end(range) < limit ? range_end(range) : limit;
    *first = (range->base + align - 1) & ~(align - 1);
    if (pages == 0 || pages > RANGES_TOP / PAGE_SIZE || *first >= end)
        return 0;
    if (end - *first < pages * PAGE_SIZE)
        return 0;
    return (end - *first - pages * PAGE_SIZE) / align + 1;
}

uint64_t ranges_places(const struct ranges *set, uint64_t pages, uint64_t align, uint64_t limit)
{
    uint64_t sum = 0, first;
    for (uint32_t i = 0; i < set->count; i++)
        sum += range_places(&set->at[i], pages, align, limit, &first);
    return sum;
}

uint64_t ranges_place(const struct ranges *set, uint64_t pages, uint64_t align, uint64_t limit,
                      uint64_t index)
{
    for (uint32_t i = 0; i < set->count; i++) {
        uint64_t first;
        uint64_t places = range_places(&set->at[i], pages, align, limit, &first);
        if (index < places)
            return first + index * align;
        index -= places;
    }
    return 0;
}
