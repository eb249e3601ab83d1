// SPDX-License-Identifier: GPL-3.0-or-later
// All choices there are, one by one; and the dice.
#include "core/place.h"

#include "abi/start.h"
#include "core/random_test.h"
#include "tests/unit.h"

static void test_kernel_places(void)
{
    static const uint64_t pages[] = {1, 511, 512, 513, 1024, 65536, 523776};
    for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
        const uint64_t count = place_kernel_choices(pages[i]);
        CHECK(count > 0 && count <= 1023);
        for (uint64_t choice = 0; choice < count; choice++) {
            const uint64_t base = place_kernel(choice);
            CHECK(base >= PLACE_KERNEL_BASE && base % PLACE_KERNEL_ALIGN == 0);
            CHECK(pages[i] * PAGE_SIZE <= PLACE_KERNEL_TOP - base);
        }
        // and one more would not fit
        CHECK(pages[i] * PAGE_SIZE > PLACE_KERNEL_TOP - place_kernel(count));
    }
    CHECK_EQ(place_kernel_choices(1), 1023);
    CHECK_EQ(place_kernel_choices(0), 0);
    CHECK_EQ(place_kernel_choices(523777), 0);
    CHECK_EQ(place_kernel_choices(UINT64_MAX), 0);
}

// Canonical, in the upper half, and clear of every kernel place whatever the RAM's size.
static void test_physmap_places(void)
{
    int good = 1;
    for (uint64_t choice = 0; choice < PLACE_PHYSMAP_CHOICES; choice++) {
        const uint64_t base = place_physmap(choice), end = base + RANGES_TOP;
        good &= base % PLACE_PHYSMAP_STEP == 0;
        good &= base >> 47 == 0x1ffff && (end - 1) >> 47 == 0x1ffff;
        good &= (base >> 39 & 511) >= PLACE_SLOT_FIRST && (base >> 39 & 511) <= PLACE_SLOT_LAST;
        good &= end > base && end <= PLACE_KERNEL_BASE;
    }
    CHECK(good);
    CHECK_EQ(place_physmap(0), 0xffff808000000000);
    CHECK(PLACE_PHYSMAP_CHOICES >= 1 << 16);
}

static struct dice dice_make(uint8_t start)
{
    struct dice dice = {.rolls = 0};
    dice.key[0] = start;
    return dice;
}

static void test_choose(void)
{
    for (unsigned round = 0; round < 500; round++) {
        struct dice dice = dice_make((uint8_t)round);
        struct ranges free = {.count = 0}, before;
        for (unsigned i = 0; i < 20; i++)
            ranges_add(&free, random_below(1u << 28), random_below(1u << 24));
        ranges_cut(&free, 0, 1 << 20);
        before = free;
        const uint64_t kernel = 1 + random_below(600), arena = 1 + random_below(100);
        const uint64_t limit = (uint64_t)1 << (24 + random_below(5));
        struct places places;
        enum boot_stop stop = places_choose(&dice, &free, limit, kernel, arena, &places);
        CHECK(stop == BOOT_CLEAR || stop == BOOT_STOP_NO_ROOM);
        if (stop != BOOT_CLEAR)
            continue;
        CHECK(places.kernel_phys % PLACE_KERNEL_ALIGN == 0);
        CHECK(ranges_hold(&before, places.kernel_phys, kernel));
        CHECK(ranges_hold(&before, places.arena_phys, arena));
        CHECK(places.kernel_phys + kernel * PAGE_SIZE <= limit);
        CHECK(places.arena_phys + arena * PAGE_SIZE <= limit);
        CHECK(places.arena_phys >= places.kernel_phys + kernel * PAGE_SIZE ||
              places.kernel_phys >= places.arena_phys + arena * PAGE_SIZE);
        CHECK(!ranges_hold(&free, places.kernel_phys, 1));
        CHECK(!ranges_hold(&free, places.arena_phys, 1));
    }
}

// Two blocks, whole areas inside, neither at a block's edge, all of it in user space.
static void test_steward_places(void)
{
    struct dice dice = dice_make(3);
    uint64_t seen = 0, last = 0;
    for (unsigned round = 0; round < 2000; round++) {
        const uint64_t block = (uint64_t)CELL_BLOCK_PAGES * PAGE_SIZE;
        const uint64_t pages = 1 + random_below(CELL_CODE_PAGES_MAX);
        const struct steward_places p = place_steward(&dice, pages);
        const uint64_t bottom = p.stack - STEWARD_STACK_PAGES * PAGE_SIZE;
        CHECK(p.code % PAGE_SIZE == 0 && p.stack % PAGE_SIZE == 0);
        CHECK(p.code > CELL_PLACES && p.code + pages * PAGE_SIZE < CELL_TOP);
        CHECK(bottom > CELL_PLACES && p.stack < CELL_TOP);
        CHECK((p.code - PAGE_SIZE) / block == (p.code + pages * PAGE_SIZE) / block);
        CHECK((bottom - PAGE_SIZE) / block == p.stack / block);
        CHECK(p.code / block != p.stack / block);
        seen |= p.code ^ last;
        last = p.code;
    }
    CHECK_EQ(seen, 0x00007fffffffffff & ~(uint64_t)(PAGE_SIZE - 1)); // every bit changes
}

static void test_no_room(void)
{
    struct dice dice = dice_make(1);
    struct places places;
    struct ranges free = {.count = 0};
    CHECK_EQ(places_choose(&dice, &free, RANGES_TOP, 1, 1, &places), BOOT_STOP_NO_ROOM);
    ranges_add(&free, PLACE_KERNEL_ALIGN, 10 * PAGE_SIZE);
    CHECK_EQ(places_choose(&dice, &free, RANGES_TOP, 11, 1, &places), BOOT_STOP_NO_ROOM);
    CHECK_EQ(places_choose(&dice, &free, RANGES_TOP, 10, 1, &places), BOOT_STOP_NO_ROOM);
    CHECK_EQ(places_choose(&dice, &free, RANGES_TOP, UINT64_MAX, 1, &places), BOOT_STOP_NO_ROOM);
}

static void test_dice(void)
{
    struct dice dice = dice_make(9);
    unsigned seen[7] = {0};
    for (unsigned i = 0; i < 7000; i++)
        seen[dice_below(&dice, 7)]++;
    for (unsigned i = 0; i < 7; i++)
        CHECK(seen[i] > 850 && seen[i] < 1150); // 5 standard deviations
    CHECK_EQ(dice_below(&dice, 1), 0);
    CHECK(dice_below(&dice, UINT64_MAX) < UINT64_MAX);
}

static void test_seed(void)
{
    struct seed_input input = {.sources = BOOT_SEED_TSC};
    uint8_t seed[BOOT_SEED_SIZE] = {0}, other[BOOT_SEED_SIZE];
    uint64_t steward[2], other_steward[2];
    struct dice dice, other_dice;
    CHECK_EQ(seed_mix(&input, seed, steward, &dice), BOOT_STOP_NO_SEED);
    input.sources |= BOOT_SEED_RDRAND;
    CHECK_EQ(seed_mix(&input, seed, steward, &dice), BOOT_CLEAR);
    CHECK(memcmp(seed, dice.key, sizeof dice.key) != 0);
    CHECK(memcmp(steward, dice.key, sizeof steward) != 0);
    CHECK(memcmp(steward, seed, sizeof steward) != 0);
    for (size_t i = 0; i < offsetof(struct seed_input, sources); i += 9) { // every part counts
        ((uint8_t *)&input)[i] ^= 0x10;
        CHECK_EQ(seed_mix(&input, other, other_steward, &other_dice), BOOT_CLEAR);
        CHECK(memcmp(seed, other, sizeof seed) != 0);
        CHECK(memcmp(steward, other_steward, sizeof steward) != 0);
        CHECK(memcmp(dice.key, other_dice.key, sizeof dice.key) != 0);
        ((uint8_t *)&input)[i] ^= 0x10;
    }
    uint64_t words[SEED_WORDS] = {1, 2, 3, 4, 5, 6, 7, 8};
    CHECK(seed_words_good(words));
    words[7] = UINT64_MAX;
    CHECK(!seed_words_good(words));
    words[7] = 3;
    CHECK(!seed_words_good(words));
    words[7] = 0;
    CHECK(!seed_words_good(words));
}

int main(void)
{
    test_kernel_places();
    test_physmap_places();
    test_choose();
    test_steward_places();
    test_no_room();
    test_dice();
    test_seed();
    return unit_done();
}
