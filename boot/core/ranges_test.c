// SPDX-License-Identifier: GPL-3.0-or-later
// Against a model: one flag for each of 256 pages. And whatever a firmware could say.
#include "core/info.h"
#include "core/random_test.h"
#include "core/ranges.h"
#include "tests/unit.h"

enum { PAGES = 256, OFFSET = 1 << 24 };

static void sane(const struct ranges *set)
{
    CHECK(set->count <= RANGES_MAX);
    for (uint32_t i = 0; i < set->count; i++) {
        const struct range *range = &set->at[i];
        CHECK(range->pages > 0 && range->base % PAGE_SIZE == 0);
        CHECK(range->base < RANGES_TOP && range->pages <= (RANGES_TOP - range->base) / PAGE_SIZE);
        if (i > 0)
            CHECK(set->at[i - 1].base + set->at[i - 1].pages * PAGE_SIZE < range->base);
    }
}

static void same_as_model(const struct ranges *set, const uint8_t *model)
{
    int good = 1;
    for (uint64_t page = 0; page < PAGES; page++)
        good &= ranges_hold(set, OFFSET + page * PAGE_SIZE, 1) == model[page];
    CHECK(good);
}

// Additions count whole pages only, cuts every page they touch.
static void model_change(uint8_t *model, uint64_t base, uint64_t size, int add)
{
    for (uint64_t page = 0; page < PAGES; page++) {
        uint64_t low = page * PAGE_SIZE, high = low + PAGE_SIZE;
        if (add && base <= low && high <= base + size)
            model[page] = 1;
        if (!add && size > 0 && base < high && low < base + size)
            model[page] = 0;
    }
}

static void test_model(void)
{
    struct ranges set = {.count = 0};
    uint8_t model[PAGES] = {0};
    for (unsigned i = 0; i < 20000; i++) {
        uint64_t base = random_below(PAGES * PAGE_SIZE);
        uint64_t size = random_below((uint64_t)PAGE_SIZE << random_below(7));
        if (random_below(3) == 0) {
            base = base / PAGE_SIZE * PAGE_SIZE;
            size = size / PAGE_SIZE * PAGE_SIZE;
        }
        if (base + size > (uint64_t)PAGES * PAGE_SIZE)
            size = PAGES * PAGE_SIZE - base;
        int add = random_below(2) == 0;
        if (add)
            ranges_add(&set, OFFSET + base, size);
        else
            ranges_cut(&set, OFFSET + base, size);
        model_change(model, base, size, add);
        sane(&set);
        same_as_model(&set, model);
    }
}

static void test_hostile(void)
{
    static const uint64_t odd[] = {0,
                                   1,
                                   4095,
                                   4096,
                                   RANGES_TOP,
                                   RANGES_TOP - 1,
                                   RANGES_TOP + 1,
                                   UINT64_MAX,
                                   UINT64_MAX - 4095,
                                   (uint64_t)1 << 63,
                                   (uint64_t)1 << 52};
    struct ranges set = {.count = 0};
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++)
        for (size_t j = 0; j < sizeof odd / sizeof odd[0]; j++) {
            ranges_add(&set, odd[i], odd[j]);
            sane(&set);
            ranges_cut(&set, odd[j], odd[i]);
            sane(&set);
        }
    ranges_add(&set, 0, UINT64_MAX);
    CHECK_EQ(ranges_end(&set), RANGES_TOP);
    ranges_cut(&set, 0, UINT64_MAX);
    CHECK_EQ(set.count, 0);
    CHECK_EQ(ranges_end(&set), 0);
    for (unsigned i = 0; i < 100000; i++) { // more pieces than fit: only memory is lost
        uint64_t base = random_word() >> random_below(50), size = random_word() >> random_below(64);
        if (random_below(3) != 0)
            ranges_add(&set, base, size);
        else
            ranges_cut(&set, base, size);
    }
    sane(&set);
}

static void test_full(void)
{
    struct ranges set = {.count = 0};
    for (uint64_t i = 0; i < 1000; i++)
        ranges_add(&set, i * 64 * PAGE_SIZE, (1 + i % 50) * PAGE_SIZE);
    sane(&set);
    CHECK_EQ(set.count, RANGES_MAX);
    for (uint32_t i = 0; i < set.count; i++)
        CHECK(set.at[i].pages > 40); // the large ones stayed
    ranges_trim(&set, RANGES_FIRMWARE);
    CHECK_EQ(set.count, RANGES_FIRMWARE);
    sane(&set);
}

static void test_places(void)
{
    struct ranges set = {.count = 0};
    ranges_add(&set, 3 * PAGE_SIZE, 2 * PAGE_SIZE);
    ranges_add(&set, 8 * PAGE_SIZE, 5 * PAGE_SIZE);
    CHECK_EQ(ranges_places(&set, 1, PAGE_SIZE, RANGES_TOP), 7);
    CHECK_EQ(ranges_places(&set, 2, PAGE_SIZE, RANGES_TOP), 5);
    CHECK_EQ(ranges_places(&set, 2, 2 * PAGE_SIZE, RANGES_TOP), 2);
    CHECK_EQ(ranges_place(&set, 2, 2 * PAGE_SIZE, RANGES_TOP, 0), 8 * PAGE_SIZE);
    CHECK_EQ(ranges_place(&set, 2, 2 * PAGE_SIZE, RANGES_TOP, 1), 10 * PAGE_SIZE);
    CHECK_EQ(ranges_places(&set, 2, PAGE_SIZE, 10 * PAGE_SIZE), 2);
    CHECK_EQ(ranges_places(&set, 6, PAGE_SIZE, RANGES_TOP), 0);
    CHECK_EQ(ranges_places(&set, 0, PAGE_SIZE, RANGES_TOP), 0);
    CHECK_EQ(ranges_places(&set, UINT64_MAX, PAGE_SIZE, RANGES_TOP), 0);
    CHECK_EQ(ranges_places(&set, UINT64_MAX / PAGE_SIZE + 2, PAGE_SIZE, RANGES_TOP), 0);
    CHECK(!ranges_hold(&set, 3 * PAGE_SIZE, 3));
    CHECK(!ranges_hold(&set, 3 * PAGE_SIZE, 0));
    CHECK(!ranges_hold(&set, 8 * PAGE_SIZE, UINT64_MAX));
    CHECK(ranges_hold(&set, 8 * PAGE_SIZE, 5));
}

// The kernel's map of a hostile firmware's: sorted, disjoint, page-aligned, everything in it.
static void test_info(void)
{
    for (unsigned round = 0; round < 200; round++) {
        struct ranges free = {.count = 0};
        struct boot_info info = {.magic = 0};
        struct info_taken taken = {
            {0x40000000, 16},
            {0x50000000, 3 },
            {0x60000000, 9 }
        };
        for (unsigned i = 0; i < 300; i++)
            ranges_add(&free, random_word() >> (24 + random_below(20)), random_below(1 << 20));
        ranges_cut(&free, 0, 1 << 20);
        ranges_cut(&free, 0x40000000, 16 * PAGE_SIZE);
        ranges_cut(&free, 0x50000000, 3 * PAGE_SIZE);
        ranges_cut(&free, 0x60000000, 9 * PAGE_SIZE);
        info_memory(&free, &taken, &info);
        CHECK_EQ(info.memory_count, free.count + 3);
        uint32_t kernel = 0, bundle = 0;
        for (uint32_t i = 0; i < info.memory_count; i++) {
            const struct boot_memory *memory = &info.memory[i];
            kernel += memory->kind == BOOT_MEMORY_KERNEL;
            bundle += memory->kind == BOOT_MEMORY_BUNDLE;
            if (i > 0)
                CHECK(memory[-1].base + memory[-1].pages * PAGE_SIZE <= memory->base);
        }
        CHECK(kernel == 2 && bundle == 1);
    }
}

int main(void)
{
    test_model();
    test_hostile();
    test_full();
    test_places();
    test_info();
    return unit_done();
}
