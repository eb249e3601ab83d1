// SPDX-License-Identifier: GPL-3.0-or-later
// The payload of a bundle: where everything lies is fixed by the entry table's numbers alone, so
// the checker walks along and compares, and there is nothing that could overlap or be left over.
#include "format/bundle.h"

#include "abi/layout.h"
#include "format/code_tree.h"

#include <string.h>

enum { IMAGE_PAGES_MAX = CODE_PAGES_MAX }; // 256 MiB: the kernel's image, zeroes included

struct walk {
    const uint8_t *payload;
    uint64_t size; // bytes
    uint64_t at;   // end of what was seen
};

// The next span, if it is where it must be; `wrong` if not.
static enum boot_stop walk_take(struct walk *walk, const struct bundle_span *span,
                                enum boot_stop wrong)
{
    const uint64_t place = (walk->at + BUNDLE_ALIGN - 1) / BUNDLE_ALIGN * BUNDLE_ALIGN;
    if (span->size == 0)
        return span->offset == 0 ? BOOT_CLEAR : wrong;
    if (span->offset != place || place > walk->size || span->size > walk->size - place)
        return wrong;
    if (!bundle_zero(walk->payload + walk->at, place - walk->at))
        return BOOT_STOP_PAYLOAD_ZERO;
    walk->at = place + span->size;
    return BOOT_CLEAR;
}

int bundle_image_good(const struct bundle_entry *entry)
{
    const uint64_t limit = entry->kind == BUNDLE_CELL ? CELL_CODE_PAGES_MAX : IMAGE_PAGES_MAX;
    return entry->start < entry->part[BUNDLE_TEXT].size && bundle_image_pages(entry) <= limit;
}

int bundle_relocs_good(const struct bundle_entry *entry, const uint32_t *relocs, uint64_t count)
{
    const uint64_t relro = (uint64_t)bundle_part_first(entry, BUNDLE_RELRO) * PAGE_SIZE;
    const uint64_t data = (uint64_t)bundle_part_first(entry, BUNDLE_DATA) * PAGE_SIZE;
    uint64_t least = relro;
    for (uint64_t i = 0; i < count; i++) {
        const unsigned part = relocs[i] < data ? BUNDLE_RELRO : BUNDLE_DATA;
        const uint64_t end = (part == BUNDLE_RELRO ? relro : data) + entry->part[part].size;
        if (relocs[i] < least || relocs[i] % 8 != 0 || relocs[i] + UINT64_C(8) > end)
            return 0;
        least = relocs[i] + UINT64_C(8);
    }
    return 1;
}

void bundle_unpack(const struct bundle_entry *entry, const uint8_t *payload, uint8_t *to)
{
    for (unsigned i = 0; i < BUNDLE_PARTS; i++) {
        const struct bundle_span *part = &entry->part[i];
        const uint64_t room = (uint64_t)bundle_part_pages(entry, i) * PAGE_SIZE;
        memcpy(to, payload + part->offset, part->size);
        memset(to + part->size, 0, room - part->size);
        to += room;
    }
}

// What is no image is bytes and nothing else.
static int image_absent(const struct bundle_entry *entry)
{
    const size_t used = offsetof(struct bundle_entry, part[BUNDLE_BYTES + 1]);
    return entry->bss_pages == 0 &&
           bundle_zero((const uint8_t *)entry + used, sizeof *entry - used);
}

static enum boot_stop relocs_check(const struct walk *walk, const struct bundle_entry *entry)
{
    // Safety: inside the payload, and aligned to BUNDLE_ALIGN.
    const uint32_t *relocs = (const uint32_t *)(const void *)(walk->payload + entry->relocs.offset);
    if (entry->relocs.size % sizeof *relocs != 0)
        return BOOT_STOP_ENTRY_RELOC;
    return bundle_relocs_good(entry, relocs, entry->relocs.size / sizeof *relocs) ? BOOT_CLEAR
                                                                                  : BOOT_STOP_RELOC;
}

// An image's tree and relocations, which lie behind its parts.
static enum boot_stop image_check(struct walk *walk, const struct bundle_entry *entry)
{
    enum boot_stop stop = walk_take(walk, &entry->tree, BOOT_STOP_ENTRY_TREE);
    if (stop != BOOT_CLEAR)
        return stop;
    if (entry->tree.size != code_tree_hashes(bundle_sealed_pages(entry)) * CODE_HASH ||
        memcmp(walk->payload + walk->at - CODE_HASH, entry->root, CODE_HASH) != 0)
        return BOOT_STOP_ENTRY_TREE;
    stop = walk_take(walk, &entry->relocs, BOOT_STOP_ENTRY_RELOC);
    return stop == BOOT_CLEAR ? relocs_check(walk, entry) : stop;
}

static enum boot_stop entry_check(struct walk *walk, const struct bundle_entry *entry)
{
    if (!bundle_name_good(entry->name))
        return BOOT_STOP_ENTRY_NAME;
    if (entry->kind < BUNDLE_KERNEL || entry->kind > BUNDLE_PROFILE)
        return BOOT_STOP_ENTRY_KIND;
    if (entry->part[BUNDLE_BYTES].size == 0)
        return BOOT_STOP_ENTRY_RANGE;
    if (bundle_has_image(entry) ? !bundle_image_good(entry) : !image_absent(entry))
        return BOOT_STOP_ENTRY_IMAGE;
    for (unsigned i = 0; i < BUNDLE_PARTS; i++) {
        enum boot_stop stop = walk_take(walk, &entry->part[i], BOOT_STOP_ENTRY_RANGE);
        if (stop != BOOT_CLEAR)
            return stop;
    }
    return bundle_has_image(entry) ? image_check(walk, entry) : BOOT_CLEAR;
}

static int entry_named_before(const struct bundle_entry *entries, uint32_t index)
{
    for (uint32_t i = 0; i < index; i++)
        if (entries[i].kind == entries[index].kind &&
            memcmp(entries[i].name, entries[index].name, BUNDLE_NAME) == 0)
            return 1;
    return 0;
}

// Less than a page of zeroes is left.
static enum boot_stop end_check(const struct walk *walk)
{
    const uint64_t left = walk->size - walk->at;
    if (left >= PAGE_SIZE)
        return BOOT_STOP_HEADER_COUNTS;
    return bundle_zero(walk->payload + walk->at, left) ? BOOT_CLEAR : BOOT_STOP_PAYLOAD_ZERO;
}

// The one kernel and the one steward.
static enum boot_stop entries_find(struct bundle_view *view)
{
    static const char steward[BUNDLE_NAME] = "steward";
    uint32_t kernels = 0, stewards = 0;
    for (uint32_t i = 0; i < view->count; i++) {
        const struct bundle_entry *entry = &view->entries[i];
        if (entry->kind == BUNDLE_KERNEL) {
            kernels++;
            view->kernel = i;
        } else if (entry->kind == BUNDLE_CELL && memcmp(entry->name, steward, BUNDLE_NAME) == 0) {
            stewards++;
            view->steward = i;
        }
    }
    if (kernels != 1)
        return BOOT_STOP_NO_KERNEL;
    return stewards == 1 ? BOOT_CLEAR : BOOT_STOP_NO_STEWARD;
}

enum boot_stop bundle_check_image(const struct bundle_entry *entry, const uint8_t *bytes,
                                  uint64_t size)
{
    struct walk walk = {.payload = bytes, .size = size};
    if (!bundle_has_image(entry))
        return BOOT_STOP_ENTRY_KIND;
    enum boot_stop stop = entry_check(&walk, entry);
    return stop == BOOT_CLEAR ? end_check(&walk) : stop;
}

enum boot_stop bundle_check_payload(const struct bundle_header *header, const uint8_t *payload,
                                    struct bundle_view *out)
{
    struct bundle_view view = {.entries = (const struct bundle_entry *)(const void *)payload,
                               .count = header->entry_count};
    struct walk walk = {.payload = payload,
                        .size = header->payload_pages * PAGE_SIZE,
                        .at = view.count * sizeof(struct bundle_entry)};
    for (uint32_t i = 0; i < view.count; i++) {
        enum boot_stop stop = entry_check(&walk, &view.entries[i]);
        if (stop != BOOT_CLEAR)
            return stop;
        if (entry_named_before(view.entries, i))
            return BOOT_STOP_ENTRY_TWICE;
    }
    enum boot_stop stop = end_check(&walk);
    if (stop == BOOT_CLEAR)
        stop = entries_find(&view);
    if (stop == BOOT_CLEAR)
        *out = view;
    return stop;
}
