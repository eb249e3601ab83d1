// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/bundle_write.h"

#include "format/code_tree.h"

#include <string.h>

static uint64_t pages_of(uint64_t bytes)
{
    return bytes / PAGE_SIZE + (bytes % PAGE_SIZE != 0);
}

// Puts the next `size` bytes down, or only counts them if there is no payload.
static void put(uint8_t *payload, uint64_t *at, const void *bytes, uint64_t size,
                struct bundle_span *span)
{
    if (size == 0)
        return;
    const uint64_t place = (*at + BUNDLE_ALIGN - 1) / BUNDLE_ALIGN * BUNDLE_ALIGN;
    *span = (struct bundle_span){(uint32_t)place, (uint32_t)size};
    if (payload != NULL && bytes != NULL)
        memcpy(payload + place, bytes, size);
    *at = place + size;
}

static void image_put(const struct bundle_part *part, struct bundle_entry *entry, uint8_t *payload,
                      uint64_t *at)
{
    const uint32_t text = bundle_part_pages(entry, BUNDLE_TEXT);
    const uint32_t rodata = bundle_part_pages(entry, BUNDLE_RODATA);
    for (unsigned i = 0; i < BUNDLE_PARTS; i++)
        put(payload, at, part->bytes + (uint64_t)bundle_part_first(entry, i) * PAGE_SIZE,
            entry->part[i].size, &entry->part[i]);
    put(payload, at, NULL, code_tree_hashes((uint64_t)text + rodata) * CODE_HASH, &entry->tree);
    if (payload != NULL) {
        // Safety: room was just taken for the whole tree.
        uint8_t(*tree)[CODE_HASH] = (uint8_t(*)[CODE_HASH])(payload + entry->tree.offset);
        code_tree_build(part->bytes, text, rodata, tree);
        memcpy(entry->root, payload + *at - CODE_HASH, CODE_HASH);
    }
    put(payload, at, part->relocs, part->reloc_count * sizeof *part->relocs, &entry->relocs);
}

// The payload, or only its size in bytes if `payload` is null.
static uint64_t payload_lay(const struct bundle_draft *draft, uint8_t *payload)
{
    uint64_t at = draft->part_count * sizeof(struct bundle_entry);
    for (uint32_t i = 0; i < draft->part_count; i++) {
        const struct bundle_part *part = &draft->parts[i];
        struct bundle_entry entry = part->entry;
        if (bundle_has_image(&entry))
            image_put(part, &entry, payload, &at);
        else
            put(payload, &at, part->bytes, part->size, &entry.part[BUNDLE_BYTES]);
        if (payload != NULL)
            memcpy(payload + i * sizeof entry, &entry, sizeof entry);
    }
    return at;
}

// Whether an image's parts are what `bytes` holds: then it can be copied and hashed.
static int part_good(const struct bundle_part *part)
{
    const uint64_t limit = (uint64_t)BUNDLE_PAGES_MAX * PAGE_SIZE;
    if (part->size > limit || part->reloc_count > limit / sizeof *part->relocs)
        return 0;
    return !bundle_has_image(&part->entry) ||
           (bundle_image_good(&part->entry) &&
            (uint64_t)bundle_part_first(&part->entry, BUNDLE_PARTS) * PAGE_SIZE == part->size);
}

uint64_t bundle_write_size(const struct bundle_draft *draft)
{
    if (draft->part_count == 0 || draft->part_count > BUNDLE_ENTRIES_MAX)
        return 0;
    for (uint32_t i = 0; i < draft->part_count; i++)
        if (!part_good(&draft->parts[i]))
            return 0;
    const uint64_t pages = pages_of(payload_lay(draft, NULL));
    return pages > BUNDLE_PAGES_MAX ? 0 : BUNDLE_HEADER_SIZE + pages * PAGE_SIZE;
}

uint64_t bundle_image_write(const struct bundle_part *part, struct bundle_entry *entry,
                            uint8_t *out, uint64_t capacity)
{
    struct bundle_entry laid = part->entry;
    uint64_t at = 0;
    if (!bundle_has_image(&laid) || !part_good(part))
        return 0;
    image_put(part, &laid, NULL, &at);
    const uint64_t size = pages_of(at) * PAGE_SIZE;
    if (out == NULL || capacity < size)
        return size;
    memset(out, 0, size);
    laid = part->entry;
    at = 0;
    image_put(part, &laid, out, &at);
    *entry = laid;
    return size;
}

static void header_fill(const struct bundle_draft *draft, uint64_t pages,
                        struct bundle_header *header)
{
    header->magic = BUNDLE_MAGIC;
    header->format = BUNDLE_FORMAT;
    header->arch = BUNDLE_ARCH_X86_64;
    memcpy(header->profile, draft->profile, BUNDLE_NAME);
    memcpy(header->version, draft->version, BUNDLE_NAME);
    header->rollback_index = draft->rollback_index;
    header->flags = draft->flags;
    header->entry_count = draft->part_count;
    header->payload_pages = pages;
    memcpy(header->signer, draft->signer, sizeof header->signer);
}

enum boot_stop bundle_write(const struct bundle_draft *draft, uint8_t *out, uint64_t capacity)
{
    uint64_t size = bundle_write_size(draft);
    if (size == 0)
        return BOOT_STOP_HEADER_COUNTS;
    if (capacity < size)
        return BOOT_STOP_BUNDLE_SHORT;
    memset(out, 0, size);
    struct bundle_header *header = (struct bundle_header *)(void *)out;
    uint64_t pages = (size - BUNDLE_HEADER_SIZE) / PAGE_SIZE;
    uint8_t *payload = out + BUNDLE_HEADER_SIZE;
    header_fill(draft, pages, header);
    payload_lay(draft, payload);
    bundle_root(payload, pages, header->root);
    struct bundle_view view;
    enum boot_stop stop = bundle_recognise(out, size);
    if (stop == BOOT_CLEAR)
        stop = bundle_check_unsigned(header);
    if (stop == BOOT_CLEAR)
        stop = bundle_check_header(header, size);
    if (stop == BOOT_CLEAR)
        stop = bundle_check_payload(header, payload, &view);
    return stop == BOOT_CLEAR ? bundle_check_trees(&view, payload) : stop;
}
