// SPDX-License-Identifier: GPL-3.0-or-later
// Structure only; signatures and the loader's rules are in boot/core/verify_test.c.
#include "abi/layout.h"
#include "format/bundle.h"
#include "format/bundle_sample.h"
#include "format/code_tree.h"
#include "tests/unit.h"

static struct sample sample;

static enum boot_stop check_all(uint64_t size)
{
    struct bundle_view view;
    enum boot_stop stop = bundle_recognise(sample.bytes, size);
    if (stop == BOOT_CLEAR)
        stop = bundle_check_unsigned(sample.header);
    if (stop == BOOT_CLEAR)
        stop = bundle_check_header(sample.header, size);
    if (stop == BOOT_CLEAR)
        stop = bundle_check_payload(sample.header, sample.bytes + BUNDLE_HEADER_SIZE, &view);
    return stop;
}

static void test_good(void)
{
    struct bundle_view view = {.count = 0};
    CHECK_EQ(check_all(sample.size), BOOT_CLEAR);
    CHECK_EQ(bundle_check_payload(sample.header, sample.bytes + BUNDLE_HEADER_SIZE, &view),
             BOOT_CLEAR);
    CHECK_EQ(view.count, SAMPLE_PARTS);
    CHECK_EQ(view.kernel, SAMPLE_KERNEL);
    CHECK_EQ(view.steward, SAMPLE_STEWARD);
    CHECK_EQ(bundle_image_pages(&view.entries[view.kernel]), SAMPLE_LOADED);
    CHECK_EQ(check_all(0), BOOT_STOP_BUNDLE_SHORT);
    CHECK_EQ(check_all(2 * PAGE_SIZE - 1), BOOT_STOP_BUNDLE_SHORT);
    CHECK_EQ(check_all(sample.size - 1), BOOT_STOP_BUNDLE_SHORT);
    CHECK_EQ(check_all(sample.size + 1), BOOT_STOP_BUNDLE_LONG);
}

// `size` bytes at offset `at` of the bundle become `value`, and that is what the checks say.
static void expect(size_t at, size_t size, uint64_t value, enum boot_stop wanted)
{
    uint8_t kept[8];
    memcpy(kept, sample.bytes + at, size);
    memcpy(sample.bytes + at, &value, size);
    enum boot_stop stop = check_all(sample.size);
    if (!CHECK(stop == wanted))
        fprintf(stderr, "    offset %zu, value %llx: %s\n", at, (unsigned long long)value,
                boot_stop_wrong(stop));
    memcpy(sample.bytes + at, kept, size);
    CHECK_EQ(check_all(sample.size), BOOT_CLEAR);
}

#define HEAD(field) offsetof(struct bundle_header, field), sizeof((struct bundle_header *)0)->field
#define ENTRY(index, field)                                                                        \
    BUNDLE_HEADER_SIZE + (index) * sizeof(struct bundle_entry) +                                   \
        offsetof(struct bundle_entry, field),                                                      \
        sizeof((struct bundle_entry *)0)->field
#define PART(index, part_number, field)                                                            \
    BUNDLE_HEADER_SIZE + (index) * sizeof(struct bundle_entry) +                                   \
        offsetof(struct bundle_entry, part[part_number].field),                                    \
        sizeof(uint32_t)
#define NAME_BYTE(field, byte) offsetof(struct bundle_header, field) + (byte), 1
#define ENTRY_BYTE(index, byte)                                                                    \
    BUNDLE_HEADER_SIZE + (index) * sizeof(struct bundle_entry) + (byte), 1

static void test_header(void)
{
    expect(HEAD(magic), 1, BOOT_STOP_MAGIC);
    expect(HEAD(format), BUNDLE_FORMAT + 1, BOOT_STOP_FORMAT);
    expect(HEAD(format), BUNDLE_FORMAT_OLD, BOOT_STOP_FORMAT_OLD);
    expect(HEAD(format), 0, BOOT_STOP_FORMAT);
    expect(HEAD(arch), 2, BOOT_STOP_ARCH);
    expect(NAME_BYTE(profile, 0), 0, BOOT_STOP_HEADER_NAME);
    expect(NAME_BYTE(profile, 31), 'x', BOOT_STOP_HEADER_NAME);
    expect(NAME_BYTE(profile, 2), 0x80, BOOT_STOP_HEADER_NAME);
    expect(NAME_BYTE(version, 0), ' ', BOOT_STOP_HEADER_NAME);
    expect(NAME_BYTE(version, 31), 'x', BOOT_STOP_HEADER_NAME);
    expect(HEAD(flags), 2, BOOT_STOP_HEADER_FLAGS);
    expect(HEAD(flags), 0x80000001u, BOOT_STOP_HEADER_FLAGS);
    expect(HEAD(entry_count), 0, BOOT_STOP_HEADER_COUNTS);
    expect(HEAD(entry_count), BUNDLE_ENTRIES_MAX + 1, BOOT_STOP_HEADER_COUNTS);
    expect(HEAD(entry_count), UINT32_MAX, BOOT_STOP_HEADER_COUNTS);
    expect(HEAD(payload_pages), 0, BOOT_STOP_HEADER_COUNTS);
    expect(HEAD(payload_pages), BUNDLE_PAGES_MAX + 1, BOOT_STOP_HEADER_COUNTS);
    expect(HEAD(payload_pages), UINT64_MAX, BOOT_STOP_HEADER_COUNTS);
    expect(HEAD(payload_pages), 1, BOOT_STOP_BUNDLE_LONG);
    expect(HEAD(payload_pages), 1000, BOOT_STOP_BUNDLE_SHORT);
    expect(offsetof(struct bundle_header, zero_signed), 1, 1, BOOT_STOP_HEADER_ZERO);
    expect(BUNDLE_SIGNED - 1, 1, 1, BOOT_STOP_HEADER_ZERO);
    expect(offsetof(struct bundle_header, zero), 1, 1, BOOT_STOP_HEADER_ZERO);
    expect(BUNDLE_HEADER_SIZE - 1, 1, 1, BOOT_STOP_HEADER_ZERO);
}

static void test_entries(void)
{
    expect(ENTRY_BYTE(SAMPLE_CELL, 0), 0, BOOT_STOP_ENTRY_NAME);
    expect(ENTRY_BYTE(SAMPLE_CELL, 31), 1, BOOT_STOP_ENTRY_NAME);
    expect(ENTRY_BYTE(SAMPLE_CELL, 1), '\n', BOOT_STOP_ENTRY_NAME);
    expect(ENTRY(SAMPLE_PLAN, kind), 0, BOOT_STOP_ENTRY_KIND);
    expect(ENTRY(SAMPLE_PLAN, kind), BUNDLE_PROFILE + 1, BOOT_STOP_ENTRY_KIND);
    expect(ENTRY(SAMPLE_PLAN, kind), UINT32_MAX, BOOT_STOP_ENTRY_KIND);
    expect(PART(SAMPLE_CELL, BUNDLE_TEXT, offset), 0, BOOT_STOP_ENTRY_RANGE);
    expect(PART(SAMPLE_CELL, BUNDLE_RODATA, offset), PAGE_SIZE + 1, BOOT_STOP_ENTRY_RANGE);
    expect(PART(SAMPLE_CELL, BUNDLE_DATA, offset), 1u << 30, BOOT_STOP_ENTRY_RANGE);
    expect(PART(SAMPLE_CELL, BUNDLE_DATA, offset), UINT32_MAX - BUNDLE_ALIGN + 1,
           BOOT_STOP_ENTRY_RANGE);
    expect(PART(SAMPLE_CELL, BUNDLE_DATA, size), 0, BOOT_STOP_ENTRY_RANGE);
    expect(PART(SAMPLE_CELL, BUNDLE_RODATA, size), 78 + BUNDLE_ALIGN, BOOT_STOP_ENTRY_RANGE);
    expect(PART(SAMPLE_TEXT, BUNDLE_BYTES, size), 0, BOOT_STOP_ENTRY_RANGE);
    expect(PART(SAMPLE_TEXT, BUNDLE_BYTES, size), 2 * PAGE_SIZE, BOOT_STOP_ENTRY_RANGE);
    expect(PART(SAMPLE_TEXT, BUNDLE_BYTES, size), UINT32_MAX, BOOT_STOP_ENTRY_RANGE);
    expect(PART(SAMPLE_TEXT, BUNDLE_BYTES, size), 76, BOOT_STOP_PAYLOAD_ZERO);
    expect(PART(SAMPLE_PLAN, BUNDLE_BYTES, size), 4999, BOOT_STOP_PAYLOAD_ZERO);
}

static void test_images(void)
{
    expect(PART(SAMPLE_TEXT, BUNDLE_RODATA, size), 1, BOOT_STOP_ENTRY_IMAGE);
    expect(ENTRY(SAMPLE_TEXT, bss_pages), 1, BOOT_STOP_ENTRY_IMAGE);
    expect(ENTRY(SAMPLE_TEXT, start), 1, BOOT_STOP_ENTRY_IMAGE);
    expect(ENTRY(SAMPLE_TEXT, relocs.size), 1, BOOT_STOP_ENTRY_IMAGE);
    expect(ENTRY(SAMPLE_TEXT, tree.offset), PAGE_SIZE, BOOT_STOP_ENTRY_IMAGE);
    expect(ENTRY_BYTE(SAMPLE_TEXT, 96), 1, BOOT_STOP_ENTRY_IMAGE); // a root
    expect(PART(SAMPLE_CELL, BUNDLE_TEXT, size), 0x123, BOOT_STOP_ENTRY_IMAGE);
    expect(PART(SAMPLE_CELL, BUNDLE_TEXT, size), UINT32_MAX, BOOT_STOP_ENTRY_IMAGE);
    expect(ENTRY(SAMPLE_CELL, bss_pages), UINT32_MAX, BOOT_STOP_ENTRY_IMAGE);
    expect(ENTRY(SAMPLE_CELL, bss_pages), CELL_CODE_PAGES_MAX - SAMPLE_IMAGE + 1,
           BOOT_STOP_ENTRY_IMAGE);
    expect(ENTRY(SAMPLE_CELL, start), 2 * PAGE_SIZE, BOOT_STOP_ENTRY_IMAGE);
    expect(ENTRY(SAMPLE_CELL, start), UINT64_MAX, BOOT_STOP_ENTRY_IMAGE);
    expect(ENTRY(SAMPLE_CELL, kind), BUNDLE_KERNEL, BOOT_STOP_NO_KERNEL);
    expect(ENTRY(SAMPLE_STEWARD, kind), BUNDLE_KERNEL, BOOT_STOP_NO_KERNEL);
    expect(ENTRY_BYTE(SAMPLE_STEWARD, 0), 'S', BOOT_STOP_NO_STEWARD);
}

static void test_trees(void)
{
    const struct bundle_entry *cell = sample_entry(&sample, SAMPLE_CELL);
    const size_t payload = BUNDLE_HEADER_SIZE;
    expect(ENTRY(SAMPLE_CELL, tree.offset), 0, BOOT_STOP_ENTRY_TREE);
    expect(ENTRY(SAMPLE_CELL, tree.offset), UINT32_MAX, BOOT_STOP_ENTRY_TREE);
    expect(ENTRY(SAMPLE_CELL, tree.size), 0, BOOT_STOP_ENTRY_TREE);
    expect(ENTRY(SAMPLE_CELL, tree.size), 5 * CODE_HASH, BOOT_STOP_ENTRY_TREE);
    expect(ENTRY_BYTE(SAMPLE_CELL, 127), 0x99, BOOT_STOP_ENTRY_TREE);
    // What the loader leaves to the kernel, makers and inspectors of images see.
    struct bundle_view view = {.count = 0};
    const size_t places[] = {cell->tree.offset, cell->tree.offset + 3 * CODE_HASH,
                             cell->part[BUNDLE_TEXT].offset + 5000,
                             cell->part[BUNDLE_RODATA].offset + 76};
    CHECK_EQ(bundle_check_payload(sample.header, sample.bytes + payload, &view), BOOT_CLEAR);
    CHECK_EQ(bundle_check_trees(&view, sample.bytes + payload), BOOT_CLEAR);
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        sample.bytes[payload + places[i]] ^= 1;
        CHECK_EQ(check_all(sample.size), BOOT_CLEAR);
        CHECK_EQ(bundle_check_trees(&view, sample.bytes + payload), BOOT_STOP_ENTRY_TREE);
        sample.bytes[payload + places[i]] ^= 1;
    }
    sample.bytes[payload + cell->part[BUNDLE_RELRO].offset] ^= 1; // not sealed
    CHECK_EQ(bundle_check_trees(&view, sample.bytes + payload), BOOT_CLEAR);
    sample.bytes[payload + cell->part[BUNDLE_RELRO].offset] ^= 1;
}

static void test_relocs(void)
{
    const size_t table = BUNDLE_HEADER_SIZE + sample_entry(&sample, SAMPLE_KERNEL)->relocs.offset;
    expect(ENTRY(SAMPLE_CELL, relocs.offset), PAGE_SIZE, BOOT_STOP_ENTRY_RELOC);
    expect(ENTRY(SAMPLE_CELL, relocs.size), 4, BOOT_STOP_ENTRY_RELOC);
    expect(ENTRY(SAMPLE_KERNEL, relocs.offset), 0, BOOT_STOP_ENTRY_RELOC);
    expect(ENTRY(SAMPLE_KERNEL, relocs.offset), PAGE_SIZE + 4, BOOT_STOP_ENTRY_RELOC);
    expect(ENTRY(SAMPLE_KERNEL, relocs.size), UINT32_MAX, BOOT_STOP_ENTRY_RELOC);
    expect(ENTRY(SAMPLE_KERNEL, relocs.size), 11, BOOT_STOP_ENTRY_RELOC);
    expect(ENTRY(SAMPLE_KERNEL, relocs.size), 8, BOOT_STOP_PAYLOAD_ZERO);
    expect(table, 4, 3 * PAGE_SIZE - 8, BOOT_STOP_RELOC);       // the constants
    expect(table, 4, 3 * PAGE_SIZE + 4, BOOT_STOP_RELOC);       // not aligned
    expect(table, 4, 3 * PAGE_SIZE + 792, BOOT_STOP_RELOC);     // twice
    expect(table + 4, 4, 3 * PAGE_SIZE + 800, BOOT_STOP_RELOC); // behind the tables
    expect(table + 8, 4, 4 * PAGE_SIZE + 56, BOOT_STOP_RELOC);  // behind the data
    expect(table + 8, 4, UINT32_MAX - 7, BOOT_STOP_RELOC);
}

static void test_names(void)
{
    char kept[BUNDLE_NAME];
    memcpy(kept, sample_entry(&sample, SAMPLE_CELL)->name, BUNDLE_NAME);
    memcpy(sample_entry(&sample, SAMPLE_CELL)->name, "steward", 8);
    CHECK_EQ(check_all(sample.size), BOOT_STOP_ENTRY_TWICE);
    memcpy(sample_entry(&sample, SAMPLE_CELL)->name, kept, BUNDLE_NAME);
    static const char longest[BUNDLE_NAME] = "1234567890123456789012345678901";
    CHECK(bundle_name_good(longest));
    memset(kept, 'a', sizeof kept);
    CHECK(!bundle_name_good(kept)); // no zero at the end
}

// A page behind everything.
static void test_unused_page(void)
{
    uint8_t *longer = aligned_alloc(PAGE_SIZE, sample.size + PAGE_SIZE);
    memcpy(longer, sample.bytes, sample.size);
    memset(longer + sample.size, 0, PAGE_SIZE);
    free(sample.bytes);
    sample.bytes = longer;
    sample.header = (struct bundle_header *)(void *)longer;
    sample.header->payload_pages++;
    sample.size += PAGE_SIZE;
    CHECK_EQ(check_all(sample.size), BOOT_STOP_HEADER_COUNTS);
}

static void test_words(void)
{
    for (uint32_t i = 0; i < BOOT_STOP_COUNT; i++) {
        const char *wrong = boot_stop_wrong((enum boot_stop)i);
        const char *remedy = boot_stop_remedy((enum boot_stop)i);
        CHECK(strlen(wrong) > 10 && strlen(remedy) > 10);
        CHECK(wrong[strlen(wrong) - 1] != '.' && remedy[strlen(remedy) - 1] != '.');
    }
    CHECK(boot_stop_wrong(BOOT_CLEAR) == boot_stop_wrong(BOOT_STOP_NONE));
    CHECK(boot_stop_wrong((enum boot_stop) - 1) == boot_stop_wrong(BOOT_STOP_NONE));
}

static void test_writer_limits(void)
{
    struct bundle_draft draft = {.profile = "vault", .version = "0.1"};
    CHECK_EQ(bundle_write_size(&draft), 0);
    struct bundle_part part = sample_image("kernel", BUNDLE_KERNEL, sample.bytes);
    draft.parts = &part;
    draft.part_count = 1;
    const uint64_t size = bundle_write_size(&draft);
    // 128 of the table, 5096, 77 (on to 96), 800, 56 (on to 64), and a tree over three pages
    CHECK_EQ(size, BUNDLE_HEADER_SIZE + 2 * PAGE_SIZE);
    uint8_t *out = aligned_alloc(PAGE_SIZE, size);
    CHECK_EQ(bundle_write(&draft, out, size - 1), BOOT_STOP_BUNDLE_SHORT);
    CHECK_EQ(bundle_write(&draft, out, size), BOOT_STOP_NO_STEWARD);
    part.size += PAGE_SIZE; // not what its parts take
    CHECK_EQ(bundle_write_size(&draft), 0);
    part.size = UINT64_MAX;
    CHECK_EQ(bundle_write_size(&draft), 0);
    part.size = (uint64_t)BUNDLE_PAGES_MAX * PAGE_SIZE;
    CHECK_EQ(bundle_write_size(&draft), 0);
    part.size = PAGE_SIZE;
    part.reloc_count = UINT64_MAX;
    CHECK_EQ(bundle_write_size(&draft), 0);
    draft.part_count = BUNDLE_ENTRIES_MAX + 1;
    CHECK_EQ(bundle_write(&draft, out, size), BOOT_STOP_HEADER_COUNTS);
    free(out);
}

int main(void)
{
    sample = sample_make(0);
    test_good();
    test_header();
    test_entries();
    test_images();
    test_trees();
    test_relocs();
    test_names();
    test_words();
    test_writer_limits();
    test_unused_page(); // last: it spoils the sample
    free(sample.bytes);
    return unit_done();
}
