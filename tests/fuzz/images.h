// SPDX-License-Identifier: GPL-3.0-or-later
// What mutators of bundles and packages share: they change single numbers, which libFuzzer does
// seldom in so many zeroes, and put right again what follows from others: places and code trees.
#pragma once
#include "format/bundle.h"
#include "format/code_tree.h"

#include <stdlib.h>
#include <string.h>

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed);

struct chance {
    uint32_t state;
};

static inline uint32_t chance_below(struct chance *c, uint64_t limit)
{
    c->state = c->state * 1103515245 + 12345;
    return (uint32_t)((c->state >> 8) % limit);
}

// One number of 1, 2, 4 or 8 bytes in data[begin..end) becomes another that might mean something.
static inline void number_change(struct chance *c, uint8_t *data, size_t begin, size_t end)
{
    static const uint64_t numbers[] = {
        0,   1,          2,          3,          8,          31,
        32,  64,         128,        4095,       PAGE_SIZE,  PAGE_SIZE + 1,
        255, 1ull << 31, UINT32_MAX, UINT64_MAX, 1ull << 63, 1ull << 20};
    const size_t width = (size_t)1 << chance_below(c, 4);
    uint64_t value = 0;
    if (end < begin + width)
        return;
    uint8_t *at = data + begin + chance_below(c, (end - begin) / width) * width;
    memcpy(&value, at, width);
    switch (chance_below(c, 5)) {
    case 0:
        value = numbers[chance_below(c, sizeof numbers / sizeof numbers[0])];
        break;
    case 1:
        value += 1 + chance_below(c, 64);
        break;
    case 2:
        value -= 1 + chance_below(c, 64);
        break;
    case 3:
        value ^= 1ull << chance_below(c, 8 * width);
        break;
    default: // what stands elsewhere
        memcpy(&value, data + begin + chance_below(c, (end - begin) / width) * width, width);
    }
    memcpy(at, &value, width);
}

// One number changed, for seeds: each is refused for another reason.
struct edit {
    uint32_t at, width;
    uint64_t value;
};

static inline void edit_make(uint8_t *data, const struct edit *edit)
{
    memcpy(data + edit->at, &edit->value, edit->width);
}

static inline void span_lay(struct bundle_span *span, uint64_t *at)
{
    const uint64_t place = (*at + BUNDLE_ALIGN - 1) / BUNDLE_ALIGN * BUNDLE_ALIGN;
    span->offset = span->size == 0 ? 0 : (uint32_t)place;
    *at = span->size == 0 ? *at : place + span->size;
}

// Each part where it must be, behind `at`.
static inline void entry_lay(struct bundle_entry *entry, uint64_t *at)
{
    const uint64_t hashes =
        bundle_has_image(entry) ? code_tree_hashes(bundle_sealed_pages(entry)) : 0;
    for (unsigned i = 0; i < BUNDLE_PARTS; i++)
        span_lay(&entry->part[i], at);
    if (bundle_has_image(entry))
        entry->tree.size = (uint32_t)(hashes * CODE_HASH);
    span_lay(&entry->tree, at);
    span_lay(&entry->relocs, at);
}

static inline int span_inside(const struct bundle_span *span, uint64_t size)
{
    return span->offset <= size && span->size <= size - span->offset;
}

// The code tree of an image whose parts are all there, if it has room for it.
static inline void entry_seal(struct bundle_entry *entry, uint8_t *payload, uint64_t size)
{
    enum { IMAGE_MAX = 64 }; // pages
    int inside = bundle_has_image(entry) && span_inside(&entry->tree, size);
    for (unsigned i = 0; i < BUNDLE_PARTS; i++)
        inside &= span_inside(&entry->part[i], size);
    const uint32_t pages = inside ? bundle_part_first(entry, BUNDLE_PARTS) : 0;
    const uint64_t hashes = inside ? code_tree_hashes(bundle_sealed_pages(entry)) : 0;
    if (pages == 0 || pages > IMAGE_MAX || hashes == 0 || entry->tree.size != hashes * CODE_HASH)
        return;
    uint8_t *image = aligned_alloc(PAGE_SIZE, (size_t)pages * PAGE_SIZE);
    uint8_t(*tree)[CODE_HASH] = malloc(hashes * CODE_HASH);
    if (image == NULL || tree == NULL)
        abort();
    bundle_unpack(entry, payload, image);
    code_tree_build(image, bundle_part_pages(entry, BUNDLE_TEXT),
                    bundle_part_pages(entry, BUNDLE_RODATA), tree);
    memcpy(payload + entry->tree.offset, tree, hashes * CODE_HASH);
    memcpy(entry->root, tree[hashes - 1], CODE_HASH);
    free(tree);
    free(image);
}
