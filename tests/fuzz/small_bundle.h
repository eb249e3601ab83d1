// SPDX-License-Identifier: GPL-3.0-or-later
// The smallest good bundle, to start from: a kernel with relocations, a steward, a plan. Signed by
// nobody. And how bundles are mutated.
#pragma once
#include "format/bundle_write.h"
#include "tests/fuzz/images.h"

// Its size; `out` holds `max` bytes, and the bundle fits.
static inline size_t small_bundle(uint64_t index, uint32_t flags, uint8_t *out, size_t max)
{
    enum { PARTS = 3, PAGES_MAX = 16 };
    static const uint8_t image[2 * PAGE_SIZE] = {1, 2, 3};
    static const uint32_t relocs[] = {PAGE_SIZE, PAGE_SIZE + 8};
    static _Alignas(8) uint8_t bundle[PAGES_MAX * PAGE_SIZE];
    struct bundle_part parts[PARTS] = {
        {.entry = {.name = "kernel", .kind = BUNDLE_KERNEL},
         .bytes = image,
         .size = sizeof image,
         .relocs = relocs,
         .reloc_count = sizeof relocs / sizeof relocs[0]},
        {.entry = {.name = "steward", .kind = BUNDLE_CELL, .bss_pages = 1},
         .bytes = image,
         .size = PAGE_SIZE},
        {.entry = {.name = "plan", .kind = BUNDLE_PLAN},                                  .bytes = image,                               .size = 77                                                 }
    };
    parts[0].entry.part[BUNDLE_TEXT].size = 100;
    parts[0].entry.part[BUNDLE_RELRO].size = 40;
    parts[1].entry.part[BUNDLE_TEXT].size = PAGE_SIZE;
    const struct bundle_draft draft = {.profile = "vault",
                                       .version = "0",
                                       .rollback_index = index,
                                       .flags = flags,
                                       .parts = parts,
                                       .part_count = PARTS};
    const uint64_t size = bundle_write_size(&draft);
    if (size == 0 || size > sizeof bundle || size > max ||
        bundle_write(&draft, bundle, size) != BOOT_CLEAR)
        abort(); // a seed that is refused would be none
    memcpy(out, bundle, size);
    return size;
}

#define IN_HEADER(field, value)                                                                    \
    {                                                                                              \
        offsetof(struct bundle_header, field), sizeof(((struct bundle_header *)0)->field), value   \
    }
#define IN_ENTRY(number, field, value)                                                             \
    {                                                                                              \
        BUNDLE_HEADER_SIZE + (number) * sizeof(struct bundle_entry) +                              \
            offsetof(struct bundle_entry, field),                                                  \
            sizeof(((struct bundle_entry *)0)->field), value                                       \
    }

// What is refused, each for a reason of its own.
static const struct edit small_bundle_edits[] = {
    IN_HEADER(format, BUNDLE_FORMAT_OLD),
    IN_HEADER(format, 77),
    IN_HEADER(magic, 0),
    IN_HEADER(arch, 2),
    IN_HEADER(zero[5], 1),
    IN_HEADER(zero_signed[5], 1),
    IN_HEADER(policy[3], 1),
    IN_HEADER(profile[0], 0),
    IN_HEADER(flags, 6),
    IN_HEADER(entry_count, 0),
    IN_HEADER(entry_count, 128),
    IN_HEADER(payload_pages, 0),
    IN_HEADER(payload_pages, 1),
    IN_HEADER(payload_pages, 9),
    IN_HEADER(rollback_index, 0),
    IN_HEADER(signer[0], 0xff),
    IN_HEADER(root[0], 0xff),
    IN_HEADER(signature[0], 1),
    IN_HEADER(signature[BUNDLE_SIGNATURE], 1),
    IN_ENTRY(1, name[0], ' '),
    IN_ENTRY(1, kind, 0),
    IN_ENTRY(0, kind, BUNDLE_CELL),
    IN_ENTRY(1, name[0], 'S'),
    IN_ENTRY(2, part[BUNDLE_BYTES].size, 0),
    IN_ENTRY(0, start, 1 << 20),
    IN_ENTRY(2, bss_pages, 1),
    IN_ENTRY(1, part[BUNDLE_TEXT].offset, 32),
    IN_ENTRY(2, part[BUNDLE_BYTES].size, 5),
    IN_ENTRY(0, tree.size, 32),
    IN_ENTRY(0, root[0], 1),
    IN_ENTRY(0, relocs.size, 7),
    IN_ENTRY(0, relocs.offset, 32),
};
enum { SMALL_BUNDLE_EDITS = sizeof small_bundle_edits / sizeof small_bundle_edits[0] };

// Everything where it must be, and sealed.
static inline void bundle_lay(uint8_t *bundle, size_t size, uint32_t count, int seal)
{
    struct bundle_entry *entries = (struct bundle_entry *)(void *)(bundle + BUNDLE_HEADER_SIZE);
    uint64_t at = count * sizeof *entries;
    for (uint32_t i = 0; i < count; i++)
        entry_lay(&entries[i], &at);
    for (uint32_t i = 0; i < count && seal; i++)
        entry_seal(&entries[i], bundle + BUNDLE_HEADER_SIZE, size - BUNDLE_HEADER_SIZE);
}

// A number or three, and mostly all that follows from them.
static inline size_t bundle_mutate(uint8_t *data, size_t size, size_t max, unsigned seed)
{
    struct chance c = {seed};
    const struct bundle_header *header = (const struct bundle_header *)(const void *)data;
    const uint32_t way = chance_below(&c, 4);
    if (way == 0 || size < BUNDLE_HEADER_SIZE + PAGE_SIZE)
        return LLVMFuzzerMutate(data, size, max);
    const uint32_t most = PAGE_SIZE / sizeof(struct bundle_entry);
    const uint32_t count = header->entry_count < most ? header->entry_count : most;
    const size_t table = BUNDLE_HEADER_SIZE + count * sizeof(struct bundle_entry);
    const size_t begins[] = {0, BUNDLE_HEADER_SIZE, BUNDLE_HEADER_SIZE, table, 0};
    const size_t ends[] = {BUNDLE_SIGNED, table, table, size, size};
    for (uint32_t i = 1 + chance_below(&c, 3); i > 0; i--) {
        const uint32_t place = chance_below(&c, 5);
        number_change(&c, data, begins[place], ends[place]);
    }
    if (count > 1 && chance_below(&c, 8) == 0) // one of the other's name and kind
        memcpy(data + BUNDLE_HEADER_SIZE,
               data + BUNDLE_HEADER_SIZE +
                   (1 + chance_below(&c, count - 1)) * sizeof(struct bundle_entry),
               offsetof(struct bundle_entry, bss_pages));
    if (way > 1)
        bundle_lay(data, size, header->entry_count < count ? header->entry_count : count, way == 3);
    const uint64_t pages = header->payload_pages;
    if (chance_below(&c, 4) == 0 && pages < max / PAGE_SIZE) {
        const size_t whole = BUNDLE_HEADER_SIZE + (size_t)pages * PAGE_SIZE;
        if (whole > size)
            memset(data + size, 0, whole - size);
        size = whole;
    }
    return size;
}
