// SPDX-License-Identifier: GPL-3.0-or-later
// One bad plan for every sentence that plan_read can say.
#include "abi/syscall.h"
#include "fake.h"
#include "plan.h"
#include "tests/unit.h"
#include <stdlib.h>

static struct fake_bundle b;
static struct bundle_view v;

static void expect(const char *sentence, uint32_t culprit_wanted)
{
    const char *why = NULL;
    uint32_t culprit = 0;
    CHECK_EQ(plan_read(b.bytes, FAKE_PAGES, &v, &why, &culprit), ERR_BAD_DATA);
    CHECK(why != NULL && strcmp(why, sentence) == 0);
    if (why != NULL && strcmp(why, sentence) != 0)
        fprintf(stderr, "    said: %s\n", why);
    CHECK_EQ(culprit, culprit_wanted);
    fake_bundle_make(&b);
}

static void test_good(void)
{
    const char *why = "";
    uint32_t culprit = 0;
    fake_bundle_make(&b);
    CHECK_EQ(plan_read(b.bytes, FAKE_PAGES, &v, &why, &culprit), ERR_OK);
    CHECK(why == NULL);
    CHECK_EQ(v.cell_count, FAKE_CELLS);
    CHECK_EQ(v.grant_count, 4);
    CHECK_EQ(v.grants[3].methods, 4);
    CHECK_EQ(plan_server(&v, 5), FAKE_ENTROPY);
    CHECK_EQ(plan_server(&v, 9), PLAN_CELLS_MAX);
    // 6 pages of code, 3 of heap, 4 of stack, the lease area, the start page.
    CHECK_EQ(plan_pages(&v, FAKE_APP), FAKE_IMAGE + 3 + 4 + CELL_LEASE_PAGES + 1);
    // Lease area, window and start page, three above; leaves; code, heap and stack, wherever.
    const uint32_t rest = 3 + 3 + 1;
    CHECK_EQ(plan_tables(&v, FAKE_APP), rest + places_tables(FAKE_IMAGE, 3, 4));
    b.cells[FAKE_APP].heap_pages = 513;
    CHECK_EQ(plan_tables(&v, FAKE_APP), rest + places_tables(FAKE_IMAGE, 513, 4));
    b.cells[FAKE_APP].stack_pages = 1027;
    CHECK_EQ(plan_tables(&v, FAKE_APP), rest + places_tables(FAKE_IMAGE, 513, 1027));
    b.entries[FAKE_APP].part[BUNDLE_RODATA].size = 127 * PAGE_SIZE; // 129 leaves: one page more
    CHECK_EQ(plan_tables(&v, FAKE_APP), rest + 1 + places_tables(FAKE_IMAGE + 126, 513, 1027));
}

static void test_bundle(void)
{
    const char *why;
    uint32_t culprit;
    fake_bundle_make(&b);
    CHECK_EQ(plan_read(b.bytes, 1, &v, &why, &culprit), ERR_BAD_DATA);
    CHECK(strcmp(why, "the bundle is empty") == 0);
    b.header->format = BUNDLE_FORMAT + 1;
    expect("the bundle is of another format", PLAN_CELLS_MAX);
    b.header->payload_pages = FAKE_PAGES;
    expect("the bundle is not as long as it says", PLAN_CELLS_MAX);
    b.header->entry_count = BUNDLE_ENTRIES_MAX + 1;
    expect("the bundle's table is too long", PLAN_CELLS_MAX);
    b.entries[FAKE_CELLS].kind = BUNDLE_MANIFEST;
    expect("the bundle holds no plan", PLAN_CELLS_MAX);
    b.entries[FAKE_CELLS].part[BUNDLE_BYTES].offset = (FAKE_PAGES - 1) * PAGE_SIZE;
    expect("the plan lies outside the bundle", PLAN_CELLS_MAX);
    b.entries[FAKE_CELLS].part[BUNDLE_BYTES].offset = UINT32_MAX - BUNDLE_ALIGN + 1;
    expect("the plan lies outside the bundle", PLAN_CELLS_MAX);
    b.plan->version = PLAN_VERSION + 1;
    expect("the plan is of another version", PLAN_CELLS_MAX);
    b.plan->cell_count = PLAN_CELLS_MAX + 1;
    expect("the plan has too many cells or permissions", PLAN_CELLS_MAX);
    b.plan->grant_count = 500;
    expect("the plan is not as long as it says", PLAN_CELLS_MAX);
}

static void test_cells(void)
{
    b.cells[0].service = 2;
    expect("cell 0 is not the steward", PLAN_CELLS_MAX);
    b.cells[2].name[0] = '\n';
    expect("its name or app id is empty, too long or not printable", 2);
    memset(b.cells[2].app_id, 'x', sizeof b.cells[2].app_id);
    expect("its name or app id is empty, too long or not printable", 2);
    b.cells[1].service = 64;
    expect("it implements a service that cannot exist", 1);
    b.cells[1].flags = 256;
    expect("its flags are unknown", 1);
    b.cells[1].heap_pages = 0x10000;
    expect("it asks for too much memory", 1);
    b.cells[1].stack_pages = 0;
    expect("its stack is empty or too large", 1);
    b.cells[1].slots = 192;
    expect("its number of slots is out of range", 1);
    memset(b.cells[1].argument, 'x', sizeof b.cells[1].argument);
    expect("its argument is too long", 1);
    b.cells[1].budget_us = 2;
    expect("its budget is out of range", 1);
    b.cells[1].budget_us = 0;
    b.cells[1].period_us = 2;
    expect("its budget is out of range", 1);
    b.cells[1].period_us = 0;
    b.cells[1].priority = STEWARD_PRIORITY;
    expect("its priority is out of range", 1);
    b.cells[1].ports[3] = (struct plan_ports){0xffff, 2};
    expect("its ports do not exist", 1);
    b.cells[1].interrupts[2] = 17;
    expect("its interrupt does not exist", 1);
}

static void test_images(void)
{
    b.cells[3].image = FAKE_CELLS; // the plan itself
    expect("its image is no program of the bundle", 3);
    b.cells[3].image = 1000;
    expect("its image is no program of the bundle", 3);
    b.entries[3].part[BUNDLE_RELRO].offset += 1;
    expect("its image lies outside the bundle", 3);
    b.entries[3].part[BUNDLE_DATA].size = FAKE_PAGES * PAGE_SIZE;
    expect("its image lies outside the bundle", 3);
    b.entries[3].tree.offset = UINT32_MAX - BUNDLE_ALIGN + 1;
    expect("its image lies outside the bundle", 3);
    b.entries[3].bss_pages = 0xffffffff;
    expect("its image is empty or too large", 3);
    b.entries[3].start = 2 * PAGE_SIZE;
    expect("its image starts outside its code", 3);
    b.entries[3].tree.size -= CODE_HASH;
    expect("its image has no code tree of its size", 3);
    b.entries[3].relocs.size -= 1;
    expect("its image's relocations are out of place", 3);
    static const uint32_t bad[][FAKE_RELOCS] = {
        {FAKE_RELOC_DATA,             FAKE_RELOC_TABLE   }, // not ascending
        {FAKE_RELOC_TABLE,            FAKE_RELOC_TABLE   }, // twice
        {FAKE_RELOC_TABLE,            FAKE_RELOC_DATA + 4}, // not aligned
        {FAKE_SEALED * PAGE_SIZE - 8, FAKE_RELOC_DATA    }, // in the constants
        {FAKE_RELOC_TABLE,            5 * PAGE_SIZE      }, // in the zeroes
        {FAKE_RELOC_TABLE,            UINT32_MAX - 7     },
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        memcpy(b.bytes + BUNDLE_HEADER_SIZE + b.entries[3].relocs.offset, bad[i], sizeof bad[i]);
        expect("its image's relocations are out of place", 3);
    }
}

static void test_pairs(void)
{
    strcpy(b.cells[4].name, "log");
    expect("another cell has its name", 4);
    b.cells[4].service = 3;
    expect("another cell implements its service", 4);
    b.cells[4].flags |= PLAN_SEED;
    expect("another cell gets the seed", 4);
    b.cells[4].ports[0] = (struct plan_ports){0x3ff, 1};
    expect("another cell drives its device", 4);
    b.cells[4].interrupts[1] = 5;
    expect("another cell drives its device", 4);
}

static void test_grants(void)
{
    static const char order[] =
        "a permission names no cell or service, or stands in the wrong order";
    struct plan_grant g = fake_grant(&b, 3);
    g.cell = FAKE_CELLS;
    fake_grant_put(&b, 3, &g);
    expect(order, PLAN_CELLS_MAX);
    g = fake_grant(&b, 2); // the same pair twice
    fake_grant_put(&b, 3, &g);
    expect(order, PLAN_CELLS_MAX);
    g = fake_grant(&b, 0);
    g.cell = 0; // the steward calls nobody
    fake_grant_put(&b, 0, &g);
    expect(order, PLAN_CELLS_MAX);
    g = fake_grant(&b, 3);
    g.methods |= (uint64_t)1 << FAULT_METHOD;
    fake_grant_put(&b, 3, &g);
    expect("it would call a method that no service has", FAKE_APP);
    g = fake_grant(&b, 3);
    g.service = 9;
    fake_grant_put(&b, 3, &g);
    expect("it would call a service that no cell implements", FAKE_APP);
    b.cells[FAKE_APP].priority = 190;
    expect("it would call a service of no higher priority", FAKE_APP);
}

// Whatever stands in the bundle: an answer, no access outside it (the sanitizers watch), and every
// accepted plan has images inside the bundle.
static void test_random(void)
{
    unsigned good = 0, outside = 0;
    srand(2);
    for (int round = 0; round < 20000; round++) {
        const char *why;
        uint32_t culprit;
        fake_bundle_make(&b);
        for (int k = rand() % 4; k >= 0; k--) {
            size_t span = rand() % 2 ? 4096 + 1024 : 3 * PAGE_SIZE + 4096;
            b.bytes[(size_t)rand() % span] = (uint8_t)rand();
        }
        if (plan_read(b.bytes, FAKE_PAGES, &v, &why, &culprit) != ERR_OK)
            continue;
        good++;
        for (uint32_t i = 1; i < v.cell_count; i++) {
            const struct bundle_entry *e = plan_image(&v, i);
            for (unsigned part = 0; part < BUNDLE_PARTS; part++)
                outside += (uint64_t)e->part[part].offset + e->part[part].size > v.payload_size;
        }
    }
    CHECK(good > 100);
    CHECK_EQ(outside, 0);
}

int main(void)
{
    test_good();
    test_bundle();
    test_cells();
    test_images();
    test_pairs();
    test_grants();
    test_random();
    return unit_done();
}
