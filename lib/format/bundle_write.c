// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/bundle_write.h"

#include <string.h>

static uint64_t pages_of(uint64_t bytes)
{
    return bytes / PAGE_SIZE + (bytes % PAGE_SIZE != 0);
}

static uint64_t reloc_bytes(const struct bundle_part *part)
{
    return part->reloc_count * sizeof(uint32_t);
}

uint64_t bundle_write_size(const struct bundle_draft *draft)
{
    const uint64_t limit = (uint64_t)BUNDLE_PAGES_MAX * PAGE_SIZE;
    if (draft->part_count == 0 || draft->part_count > BUNDLE_ENTRIES_MAX)
        return 0;
    uint64_t pages = pages_of(draft->part_count * sizeof(struct bundle_entry));
    for (uint32_t i = 0; i < draft->part_count; i++) {
        const struct bundle_part *part = &draft->parts[i];
        if (part->size > limit || part->reloc_count > limit / sizeof(uint32_t))
            return 0;
        pages += pages_of(part->size) + pages_of(reloc_bytes(part));
        if (pages > BUNDLE_PAGES_MAX)
            return 0;
    }
    return BUNDLE_HEADER_SIZE + pages * PAGE_SIZE;
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

static void payload_fill(const struct bundle_draft *draft, uint8_t *payload)
{
    uint64_t offset = pages_of(draft->part_count * sizeof(struct bundle_entry)) * PAGE_SIZE;
    for (uint32_t i = 0; i < draft->part_count; i++) {
        const struct bundle_part *part = &draft->parts[i];
        struct bundle_entry entry = part->entry;
        entry.zero = 0;
        entry.offset = offset;
        entry.size = part->size;
        memcpy(payload + offset, part->bytes, part->size);
        offset += pages_of(part->size) * PAGE_SIZE;
        entry.reloc_count = part->reloc_count;
        entry.reloc_offset = part->reloc_count != 0 ? offset : 0;
        if (part->reloc_count != 0)
            memcpy(payload + offset, part->relocs, reloc_bytes(part));
        offset += pages_of(reloc_bytes(part)) * PAGE_SIZE;
        memcpy(payload + i * sizeof entry, &entry, sizeof entry);
    }
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
    payload_fill(draft, payload);
    bundle_root(payload, pages, header->root);
    struct bundle_view view;
    enum boot_stop stop = bundle_recognise(out, size);
    if (stop == BOOT_CLEAR)
        stop = bundle_check_unsigned(header);
    if (stop == BOOT_CLEAR)
        stop = bundle_check_header(header, size);
    return stop == BOOT_CLEAR ? bundle_check_payload(header, payload, &view) : stop;
}
