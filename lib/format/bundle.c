// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/bundle.h"

#include "abi/layout.h"
#include "format/merkle.h"

#include <string.h>

enum { IMAGE_PAGES_MAX = 65536 }; // 256 MiB: a loaded image, zeroes included

static int all_zero(const void *bytes, uint64_t count)
{
    const uint8_t *byte = bytes;
    uint8_t seen = 0;
    for (uint64_t i = 0; i < count; i++)
        seen = (uint8_t)(seen | byte[i]);
    return seen == 0;
}

int bundle_name_good(const char name[BUNDLE_NAME])
{
    size_t length = 0;
    while (length < BUNDLE_NAME && name[length] > ' ' && name[length] <= '~')
        length++;
    return length > 0 && length < BUNDLE_NAME && all_zero(name + length, BUNDLE_NAME - length);
}

enum boot_stop bundle_recognise(const void *bundle, uint64_t size)
{
    const struct bundle_header *header = bundle;
    if (size < BUNDLE_HEADER_SIZE + PAGE_SIZE)
        return BOOT_STOP_BUNDLE_SHORT;
    if (header->magic != BUNDLE_MAGIC)
        return BOOT_STOP_MAGIC;
    if (header->format == BUNDLE_FORMAT_OLD)
        return BOOT_STOP_FORMAT_OLD;
    if (header->format != BUNDLE_FORMAT)
        return BOOT_STOP_FORMAT;
    if (header->arch != BUNDLE_ARCH_X86_64)
        return BOOT_STOP_ARCH;
    return BOOT_CLEAR;
}

void bundle_message(const struct bundle_header *header, uint8_t out[static BUNDLE_MESSAGE])
{
    static const char domain[BUNDLE_DOMAIN_SIZE] = BUNDLE_DOMAIN;
    memcpy(out, domain, BUNDLE_DOMAIN_SIZE);
    memcpy(out + BUNDLE_DOMAIN_SIZE, header, BUNDLE_SIGNED);
}

enum boot_stop bundle_check_unsigned(const struct bundle_header *header)
{
    if (!all_zero(header->zero, sizeof header->zero))
        return BOOT_STOP_HEADER_ZERO;
    if ((header->flags & BUNDLE_DIRECT) != 0 && !all_zero(header->policy, sizeof header->policy))
        return BOOT_STOP_HEADER_ZERO;
    return BOOT_CLEAR;
}

enum boot_stop bundle_check_header(const struct bundle_header *header, uint64_t size)
{
    if (!all_zero(header->zero_signed, sizeof header->zero_signed))
        return BOOT_STOP_HEADER_ZERO;
    if ((header->flags & BUNDLE_DIRECT) != 0 &&
        !all_zero(header->policy_key, sizeof header->policy_key))
        return BOOT_STOP_HEADER_ZERO;
    if (!bundle_name_good(header->profile) || !bundle_name_good(header->version))
        return BOOT_STOP_HEADER_NAME;
    if ((header->flags & ~(uint32_t)BUNDLE_DIRECT) != 0)
        return BOOT_STOP_HEADER_FLAGS;
    if (header->entry_count == 0 || header->entry_count > BUNDLE_ENTRIES_MAX)
        return BOOT_STOP_HEADER_COUNTS;
    if (header->payload_pages == 0 || header->payload_pages > BUNDLE_PAGES_MAX)
        return BOOT_STOP_HEADER_COUNTS;
    if (header->entry_count * sizeof(struct bundle_entry) > header->payload_pages * PAGE_SIZE)
        return BOOT_STOP_HEADER_COUNTS;
    uint64_t expected = BUNDLE_HEADER_SIZE + header->payload_pages * PAGE_SIZE;
    if (size < expected)
        return BOOT_STOP_BUNDLE_SHORT;
    if (size > expected)
        return BOOT_STOP_BUNDLE_LONG;
    return BOOT_CLEAR;
}

void bundle_root(const uint8_t *payload, uint64_t pages, uint8_t root[32])
{
    struct merkle tree;
    merkle_init(&tree);
    for (uint64_t i = 0; i < pages; i++)
        merkle_add(&tree, payload + i * PAGE_SIZE);
    merkle_root(&tree, root);
}

// What bundle_check_payload knows while it walks the entries.
struct walk {
    const uint8_t *payload;
    uint64_t payload_size;              // bytes
    uint64_t table_size;                // bytes of the entry table
    uint8_t used[BUNDLE_PAGES_MAX / 8]; // a bit for each page that something names
};

// Marks the pages of a range and checks the rest of its last page. `offset` is page-aligned.
static enum boot_stop walk_range(struct walk *walk, uint64_t offset, uint64_t size)
{
    if (offset % PAGE_SIZE != 0 || offset < walk->table_size || offset > walk->payload_size)
        return BOOT_STOP_ENTRY_RANGE;
    if (size == 0 || size > walk->payload_size - offset)
        return BOOT_STOP_ENTRY_RANGE;
    uint64_t end = offset + size;
    uint64_t rest = (PAGE_SIZE - end % PAGE_SIZE) % PAGE_SIZE;
    if (!all_zero(walk->payload + end, rest))
        return BOOT_STOP_PAYLOAD_ZERO;
    for (uint64_t page = offset / PAGE_SIZE; page * PAGE_SIZE < end; page++)
        walk->used[page / 8] = (uint8_t)(walk->used[page / 8] | 1u << page % 8);
    return BOOT_CLEAR;
}

// The shape of a program: its parts fill its bytes exactly, it starts inside its text, and a cell
// does not reach its heap.
static enum boot_stop image_check(const struct bundle_entry *entry)
{
    uint64_t limit = IMAGE_PAGES_MAX;
    if (entry->kind == BUNDLE_CELL)
        limit = (CELL_HEAP_BASE - CELL_CODE_BASE) / PAGE_SIZE - 1; // and one unmapped page
    uint64_t pages = bundle_image_pages(entry);
    uint64_t filled = pages - entry->bss_pages;
    if (entry->text_pages == 0 || pages > limit || entry->size != filled * PAGE_SIZE)
        return BOOT_STOP_ENTRY_IMAGE;
    if (entry->start >= (uint64_t)entry->text_pages * PAGE_SIZE)
        return BOOT_STOP_ENTRY_IMAGE;
    return BOOT_CLEAR;
}

static int image_absent(const struct bundle_entry *entry)
{
    return (entry->text_pages | entry->rodata_pages | entry->data_pages | entry->bss_pages) == 0 &&
           entry->start == 0;
}

static enum boot_stop reloc_check(struct walk *walk, const struct bundle_entry *entry)
{
    if (entry->reloc_count == 0)
        return entry->reloc_offset == 0 ? BOOT_CLEAR : BOOT_STOP_ENTRY_RELOC;
    if (entry->kind != BUNDLE_KERNEL || entry->reloc_count > walk->payload_size / sizeof(uint32_t))
        return BOOT_STOP_ENTRY_RELOC;
    enum boot_stop stop =
        walk_range(walk, entry->reloc_offset, entry->reloc_count * sizeof(uint32_t));
    return stop == BOOT_STOP_ENTRY_RANGE ? BOOT_STOP_ENTRY_RELOC : stop;
}

static enum boot_stop entry_check(struct walk *walk, const struct bundle_entry *entry)
{
    if (!bundle_name_good(entry->name))
        return BOOT_STOP_ENTRY_NAME;
    if (entry->kind < BUNDLE_KERNEL || entry->kind > BUNDLE_PROFILE)
        return BOOT_STOP_ENTRY_KIND;
    if (entry->zero != 0)
        return BOOT_STOP_ENTRY_ZERO;
    enum boot_stop stop = walk_range(walk, entry->offset, entry->size);
    if (stop != BOOT_CLEAR)
        return stop;
    if (entry->kind == BUNDLE_KERNEL || entry->kind == BUNDLE_CELL)
        stop = image_check(entry);
    else
        stop = image_absent(entry) ? BOOT_CLEAR : BOOT_STOP_ENTRY_IMAGE;
    return stop == BOOT_CLEAR ? reloc_check(walk, entry) : stop;
}

static int entry_named_before(const struct bundle_entry *entries, uint32_t index)
{
    for (uint32_t i = 0; i < index; i++)
        if (entries[i].kind == entries[index].kind &&
            memcmp(entries[i].name, entries[index].name, BUNDLE_NAME) == 0)
            return 1;
    return 0;
}

// Pages that nothing names hold nothing.
static enum boot_stop unused_check(const struct walk *walk)
{
    for (uint64_t page = 0; page * PAGE_SIZE < walk->payload_size; page++)
        if ((walk->used[page / 8] >> page % 8 & 1) == 0 &&
            !all_zero(walk->payload + page * PAGE_SIZE, PAGE_SIZE))
            return BOOT_STOP_PAYLOAD_ZERO;
    return BOOT_CLEAR;
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

enum boot_stop bundle_check_payload(const struct bundle_header *header, const uint8_t *payload,
                                    struct bundle_view *out)
{
    struct bundle_view view = {.entries = (const struct bundle_entry *)(const void *)payload,
                               .count = header->entry_count};
    struct walk walk = {.payload = payload, .payload_size = header->payload_pages * PAGE_SIZE};
    uint64_t table = view.count * sizeof(struct bundle_entry);
    walk.table_size = (table + PAGE_SIZE - 1) / PAGE_SIZE * PAGE_SIZE;
    if (!all_zero(payload + table, walk.table_size - table))
        return BOOT_STOP_ENTRY_ZERO;
    for (uint64_t page = 0; page * PAGE_SIZE < walk.table_size; page++)
        walk.used[page / 8] = (uint8_t)(walk.used[page / 8] | 1u << page % 8);
    for (uint32_t i = 0; i < view.count; i++) {
        enum boot_stop stop = entry_check(&walk, &view.entries[i]);
        if (stop != BOOT_CLEAR)
            return stop;
        if (entry_named_before(view.entries, i))
            return BOOT_STOP_ENTRY_TWICE;
    }
    enum boot_stop stop = unused_check(&walk);
    if (stop == BOOT_CLEAR)
        stop = entries_find(&view);
    if (stop == BOOT_CLEAR)
        *out = view;
    return stop;
}
