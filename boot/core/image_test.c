// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/image.h"
#include "core/random_test.h"
#include "format/bundle_sample.h"
#include "tests/unit.h"

enum { LOADED = SAMPLE_LOADED * PAGE_SIZE }; // the sample's kernel

#define BASE 0xffffffff80200000u

static void test_load(const struct sample *sample)
{
    const uint8_t *payload = sample->bytes + BUNDLE_HEADER_SIZE;
    const struct bundle_entry *entry = sample_entry(sample, SAMPLE_KERNEL);
    uint8_t *image = malloc(LOADED), *wanted = calloc(1, LOADED);
    memset(image, 0xa5, LOADED);
    for (unsigned i = 0; i < BUNDLE_PARTS; i++)
        memcpy(wanted + bundle_part_first(entry, i) * PAGE_SIZE, payload + entry->part[i].offset,
               entry->part[i].size);
    for (size_t i = 0; i < sizeof SAMPLE_RELOCS / sizeof SAMPLE_RELOCS[0]; i++) {
        uint64_t word;
        memcpy(&word, wanted + SAMPLE_RELOCS[i], sizeof word);
        word += BASE;
        memcpy(wanted + SAMPLE_RELOCS[i], &word, sizeof word);
    }
    CHECK_EQ(image_load(entry, payload, BASE, image), BOOT_CLEAR);
    CHECK_MEM(image, wanted, LOADED);
    free(wanted);
    free(image);
}

// Relocations at every kind of wrong place; the sanitizer watches the image's bounds.
static void test_hostile_relocs(const struct sample *sample)
{
    uint8_t *payload = sample->bytes + BUNDLE_HEADER_SIZE;
    const struct bundle_entry *entry = sample_entry(sample, SAMPLE_KERNEL);
    const uint32_t filled = SAMPLE_IMAGE * PAGE_SIZE;
    const uint32_t bad[] = {filled - 7, filled, filled + 1, LOADED, 0x80000000u, UINT32_MAX};
    uint8_t *image = malloc(LOADED);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        memcpy(payload + entry->relocs.offset + 4, &bad[i], 4);
        CHECK_EQ(image_load(entry, payload, BASE, image), BOOT_STOP_RELOC);
    }
    for (unsigned i = 0; i < 5000; i++) {
        uint32_t offset = (uint32_t)(random_word() >> (33 + random_below(20)));
        memcpy(payload + entry->relocs.offset + 4, &offset, 4);
        CHECK_EQ(image_load(entry, payload, BASE, image),
                 offset <= filled - 8 ? BOOT_CLEAR : BOOT_STOP_RELOC);
    }
    free(image);
}

int main(void)
{
    struct sample sample = sample_make(0);
    test_load(&sample);
    test_hostile_relocs(&sample);
    free(sample.bytes);
    return unit_done();
}
