// SPDX-License-Identifier: GPL-3.0-or-later
// Builds tables in an array and walks every entry: what is mapped, with which access, and that
// nothing else is.
#include "core/random_test.h"
#include "tests/unit.h"
#include "x86_64/tables.h"

#include <stdlib.h>

enum { ARENA_PAGES = 256 };

#define ARENA   0x100000u
#define KERNEL  0x4000000u
#define VIRT    0xffffffff8a200000u
#define PHYSMAP 0xffffa37fc0000000u // crosses from one 512 GiB slot into the next
#define JUMP    0x201000u

static uint8_t *memory; // physical addresses ARENA to ARENA + ARENA_PAGES pages
static struct phys phys;
static struct ranges ram;
static struct tables_plan plan;

// What a walk over all leaves found.
struct found {
    uint64_t kernel[3]; // pages: execute, read, write
    uint64_t physmap, jump, large, other, both;
};

static unsigned kernel_part(uint64_t offset)
{
    const uint64_t page = offset / PAGE_SIZE;
    return page < plan.text_pages ? 0 : page < plan.text_pages + plan.rodata_pages ? 1 : 2;
}

static void leaf_count(struct found *found, uint64_t virt, uint64_t entry, uint64_t pages)
{
    const int write = (entry & 2) != 0, execute = (entry >> 63) == 0;
    const uint64_t base = entry & 0x000ffffffffff000u & ~(pages * PAGE_SIZE - 1);
    const uint64_t kernel_pages = plan.text_pages + plan.rodata_pages + plan.data_pages;
    found->both += write && execute;
    found->large += pages > 1;
    if (virt == JUMP && base == JUMP && execute && pages == 1) {
        found->jump++;
    } else if (virt >= VIRT && virt < VIRT + kernel_pages * PAGE_SIZE &&
               base - KERNEL == virt - VIRT) {
        const unsigned part = kernel_part(virt - VIRT);
        found->kernel[part] += pages == 1 && execute == (part == 0) && write == (part == 2);
    } else if (virt - PHYSMAP == base && write && ranges_hold(&ram, base, pages)) {
        found->physmap += pages;
    } else {
        found->other++;
    }
}

static void walk(struct found *found, uint64_t table, uint64_t virt, unsigned shift)
{
    for (uint64_t i = 0; i < 512; i++) {
        const uint64_t entry = ((const uint64_t *)phys_at(&phys, table))[i];
        uint64_t at = virt + (i << shift);
        if (shift == 39 && i >= 256)
            at |= 0xffff000000000000u;
        if ((entry & 1) == 0) {
            CHECK_EQ(entry, 0);
        } else if (shift == 12 || (entry & 0x80) != 0) {
            CHECK(shift <= 21);
            leaf_count(found, at, entry, (uint64_t)1 << (shift - 12));
        } else {
            CHECK((entry & 0xfff) == 0x23);
            walk(found, entry & 0x000ffffffffff000u, at, shift - 9);
        }
    }
}

static uint64_t ram_pages(void)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < ram.count; i++)
        sum += ram.at[i].pages;
    return sum;
}

static enum boot_stop build(struct tables *tables, uint64_t pages)
{
    *tables = (struct tables){.phys = phys, .next = ARENA, .end = ARENA + pages * PAGE_SIZE};
    return tables_build(tables, &plan);
}

static void check_plan(void)
{
    struct tables tables;
    struct found found = {.other = 0};
    const uint64_t need = tables_need(&ram, plan.text_pages + plan.rodata_pages + plan.data_pages);
    CHECK(need <= ARENA_PAGES);
    CHECK_EQ(build(&tables, need), BOOT_CLEAR);
    const uint64_t used = (tables.next - ARENA) / PAGE_SIZE;
    walk(&found, tables.root, 0, 39);
    CHECK_EQ(found.kernel[0], plan.text_pages);
    CHECK_EQ(found.kernel[1], plan.rodata_pages);
    CHECK_EQ(found.kernel[2], plan.data_pages);
    CHECK_EQ(found.physmap, ram_pages());
    CHECK_EQ(found.jump, 1);
    CHECK_EQ(found.both, 0);
    CHECK_EQ(found.other, 0);
    CHECK_EQ(build(&tables, used - 1), BOOT_STOP_NO_TABLES); // one page less is noticed
}

static void plan_make(uint64_t text, uint64_t rodata, uint64_t data)
{
    plan = (struct tables_plan){VIRT, KERNEL, text, rodata, data, PHYSMAP, &ram, JUMP};
    ranges_cut(&ram, KERNEL, (text + rodata + data) * PAGE_SIZE);
}

static void test_typical(void)
{
    ram.count = 0;
    ranges_add(&ram, 0x100000, 0x7edf000);
    plan_make(9, 3, 17);
    check_plan();
    ranges_add(&ram, 0x100000000, 0x83000000); // and some above 4 GiB
    check_plan();
}

static void test_random(void)
{
    for (unsigned round = 0; round < 60; round++) {
        ram.count = 0;
        for (unsigned i = 0; i < 20; i++)
            ranges_add(&ram, random_below((uint64_t)1 << 33), random_below((uint64_t)1 << 28));
        plan_make(1 + random_below(600), random_below(600), random_below(600));
        check_plan();
    }
}

// Two mappings at one place are our mistake, not a silent overwrite.
static void test_twice(void)
{
    struct tables tables;
    ram.count = 0;
    plan_make(1, 1, 1);
    CHECK_EQ(build(&tables, ARENA_PAGES), BOOT_CLEAR);
    CHECK_EQ(tables_map(&tables, VIRT, KERNEL, 1, TABLE_READ, 0), BOOT_STOP_GLITCH);
    CHECK_EQ(tables_map(&tables, PHYSMAP, 0, 512, TABLE_WRITE, 1), BOOT_CLEAR);
    CHECK_EQ(tables_map(&tables, PHYSMAP + PAGE_SIZE, 0, 1, TABLE_READ, 0), BOOT_STOP_GLITCH);
}

int main(void)
{
    memory = aligned_alloc(PAGE_SIZE, ARENA_PAGES * PAGE_SIZE);
    phys = (struct phys){(uintptr_t)memory - ARENA, ARENA + ARENA_PAGES * PAGE_SIZE};
    test_typical();
    test_random();
    test_twice();
    free(memory);
    return unit_done();
}
