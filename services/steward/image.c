// SPDX-License-Identifier: GPL-3.0-or-later
#include "image.h"
#include "abi/layout.h"
#include <stdbool.h>
#include <string.h>

enum { WORD = 8 }; // bytes that a relocation changes

static bool span_ok(const struct bundle_span *span, uint64_t total)
{
    return span->offset % BUNDLE_ALIGN == 0 && span->offset <= total &&
           span->size <= total - span->offset;
}

static const uint32_t *relocs_of(const struct bundle_entry *e, const uint8_t *payload)
{
    // Safety: inside the payload, which is page-aligned, at a multiple of BUNDLE_ALIGN.
    return (const uint32_t *)(const void *)(payload + e->relocs.offset);
}

// Aligned words, ascending, each inside what the image fills of its tables or data.
static bool relocs_ok(const struct bundle_entry *e, const uint32_t *relocs)
{
    const uint64_t tables = (uint64_t)image_sealed_pages(e) * PAGE_SIZE;
    const uint64_t data = (uint64_t)bundle_part_first(e, BUNDLE_DATA) * PAGE_SIZE;
    const uint64_t end = (uint64_t)bundle_part_first(e, BUNDLE_PARTS) * PAGE_SIZE;
    uint64_t least = tables;
    if (e->relocs.size % sizeof *relocs != 0 || data > end)
        return false;
    for (uint32_t i = 0; i < e->relocs.size / sizeof *relocs; i++) {
        if (relocs[i] < least || relocs[i] % WORD != 0 || relocs[i] >= end)
            return false;
        least = (uint64_t)relocs[i] + WORD;
    }
    return true;
}

// Bytes of the stored tree over that many leaves.
static uint64_t tree_size(uint64_t leaves)
{
    uint64_t hashes = 1;
    for (uint64_t width = leaves; width > 1; width = (width + 1) / 2)
        hashes += width;
    return hashes * CODE_HASH;
}

const char *image_check(const struct bundle_entry *e, const uint8_t *payload, uint64_t payload_size)
{
    bool inside = span_ok(&e->tree, payload_size) && span_ok(&e->relocs, payload_size);
    for (unsigned i = 0; i < BUNDLE_PARTS; i++)
        inside = inside && span_ok(&e->part[i], payload_size);
    if (!inside)
        return "its image lies outside the bundle";
    if (e->part[BUNDLE_TEXT].size == 0 || image_pages(e) > CELL_CODE_PAGES_MAX)
        return "its image is empty or too large";
    if (e->start >= e->part[BUNDLE_TEXT].size)
        return "its image starts outside its code";
    if (e->tree.size != tree_size(image_sealed_pages(e)))
        return "its image has no code tree of its size";
    return relocs_ok(e, relocs_of(e, payload)) ? NULL : "its image's relocations are out of place";
}

void image_relocate(const struct bundle_entry *e, const uint8_t *payload, uint64_t base,
                    uint64_t first, uint64_t size, uint8_t *to)
{
    const uint32_t *relocs = relocs_of(e, payload);
    for (uint32_t i = 0; i < e->relocs.size / sizeof *relocs; i++) {
        if (relocs[i] < first || relocs[i] - first >= size)
            continue;
        uint64_t word;
        memcpy(&word, to + (relocs[i] - first), sizeof word);
        word += base;
        memcpy(to + (relocs[i] - first), &word, sizeof word);
    }
}
