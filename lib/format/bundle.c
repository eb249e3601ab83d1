// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/bundle.h"

#include "format/merkle.h"

#include <string.h>

int bundle_zero(const void *bytes, uint64_t count)
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
    return length > 0 && length < BUNDLE_NAME && bundle_zero(name + length, BUNDLE_NAME - length);
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
    if (!bundle_zero(header->zero, sizeof header->zero))
        return BOOT_STOP_HEADER_ZERO;
    return BOOT_CLEAR;
}

enum boot_stop bundle_check_header(const struct bundle_header *header, uint64_t size)
{
    if (!bundle_zero(header->zero_signed, sizeof header->zero_signed))
        return BOOT_STOP_HEADER_ZERO;
    if ((header->flags & BUNDLE_DIRECT) != 0 &&
        !(bundle_zero(header->policy_key, sizeof header->policy_key) &&
          bundle_zero(header->policy, sizeof header->policy)))
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
