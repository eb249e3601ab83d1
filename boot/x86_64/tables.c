// SPDX-License-Identifier: GPL-3.0-or-later
#include "x86_64/tables.h"

#include <string.h>

enum { ENTRIES = 512, LEAF_SHIFT = 12, LARGE_SHIFT = 21, TOP_SHIFT = 39, LEVEL_BITS = 9 };

#define PTE_PRESENT  0x1u
#define PTE_WRITE    0x2u
#define PTE_ACCESSED 0x20u
#define PTE_DIRTY    0x40u
#define PTE_LARGE    0x80u
#define PTE_NX       0x8000000000000000u
#define PTE_ADDRESS  0x000ffffffffff000u
#define LARGE_PAGES  512u

// Accessed and dirty are set beforehand, so that the processor never writes to a table.
static uint64_t leaf_bits(enum table_access access)
{
    const uint64_t bits = PTE_PRESENT | PTE_ACCESSED;
    if (access == TABLE_EXECUTE)
        return bits;
    return access == TABLE_WRITE ? bits | PTE_WRITE | PTE_DIRTY | PTE_NX : bits | PTE_NX;
}

static enum boot_stop page_take(struct tables *tables, uint64_t *out)
{
    if (tables->next >= tables->end)
        return BOOT_STOP_NO_TABLES;
    *out = tables->next;
    memset(phys_at(&tables->phys, tables->next), 0, PAGE_SIZE);
    tables->next += PAGE_SIZE;
    return BOOT_CLEAR;
}

// The entry for `virt` in the table that covers 2^(shift + 9) bytes, made where missing. An entry
// that is a leaf already is a mistake of ours: two mappings at one place.
static enum boot_stop entry_find(struct tables *tables, uint64_t virt, unsigned shift,
                                 uint64_t **out)
{
    uint64_t table = tables->root;
    for (unsigned level = TOP_SHIFT; level > shift; level -= LEVEL_BITS) {
        uint64_t *entry = (uint64_t *)phys_at(&tables->phys, table) + (virt >> level) % ENTRIES;
        if ((*entry & PTE_PRESENT) == 0) {
            uint64_t page;
            enum boot_stop stop = page_take(tables, &page);
            if (stop != BOOT_CLEAR)
                return stop;
            *entry = page | PTE_PRESENT | PTE_WRITE | PTE_ACCESSED;
        } else if ((*entry & PTE_LARGE) != 0) {
            return BOOT_STOP_GLITCH;
        }
        table = *entry & PTE_ADDRESS;
    }
    *out = (uint64_t *)phys_at(&tables->phys, table) + (virt >> shift) % ENTRIES;
    return **out == 0 ? BOOT_CLEAR : BOOT_STOP_GLITCH;
}

enum boot_stop tables_map(struct tables *tables, uint64_t virt, uint64_t base, uint64_t pages,
                          enum table_access access, int large)
{
    const uint64_t large_mask = ((uint64_t)1 << LARGE_SHIFT) - 1;
    while (pages > 0) {
        const int big = large && ((virt | base) & large_mask) == 0 && pages >= LARGE_PAGES;
        const uint64_t step = big ? LARGE_PAGES : 1;
        uint64_t *entry;
        enum boot_stop stop = entry_find(tables, virt, big ? LARGE_SHIFT : LEAF_SHIFT, &entry);
        if (stop != BOOT_CLEAR)
            return stop;
        *entry = base | leaf_bits(access) | (big ? PTE_LARGE : 0);
        virt += step * PAGE_SIZE;
        base += step * PAGE_SIZE;
        pages -= step;
    }
    return BOOT_CLEAR;
}

static enum boot_stop kernel_map(struct tables *tables, const struct tables_plan *plan)
{
    const uint64_t pages[] = {plan->text_pages, plan->rodata_pages, plan->data_pages};
    const enum table_access access[] = {TABLE_EXECUTE, TABLE_READ, TABLE_WRITE};
    uint64_t offset = 0;
    for (unsigned i = 0; i < 3; i++) {
        enum boot_stop stop = tables_map(tables, plan->kernel_virt + offset,
                                         plan->kernel_phys + offset, pages[i], access[i], 0);
        if (stop != BOOT_CLEAR)
            return stop;
        offset += pages[i] * PAGE_SIZE;
    }
    return BOOT_CLEAR;
}

static enum boot_stop physmap_map(struct tables *tables, const struct tables_plan *plan)
{
    for (uint32_t i = 0; i < plan->ram->count; i++) {
        const struct range *range = &plan->ram->at[i];
        enum boot_stop stop = tables_map(tables, plan->physmap + range->base, range->base,
                                         range->pages, TABLE_WRITE, 1);
        if (stop != BOOT_CLEAR)
            return stop;
    }
    return BOOT_CLEAR;
}

// Fixed: the top, 3 for the jump, 2 + 2 above the kernel's leaves, 3 above the physmap's gigabytes.
// Each range can split a 2 MiB page at both ends and a gigabyte at both ends.
uint64_t tables_need(const struct ranges *ram, uint64_t kernel_pages)
{
    uint64_t need = 1 + 3 + 4 + 3 + kernel_pages / ENTRIES + 2;
    for (uint32_t i = 0; i < ram->count; i++)
        need += 2 + 2 + (ram->at[i].pages >> 18);
    return need;
}

enum boot_stop tables_build(struct tables *tables, const struct tables_plan *plan)
{
    enum boot_stop stop = page_take(tables, &tables->root);
    if (stop == BOOT_CLEAR)
        stop = kernel_map(tables, plan);
    if (stop == BOOT_CLEAR)
        stop = physmap_map(tables, plan);
    if (stop == BOOT_CLEAR)
        stop = tables_map(tables, plan->jump, plan->jump, 1, TABLE_EXECUTE, 0);
    return stop;
}
