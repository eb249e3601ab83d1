// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/image.h"

#include <string.h>

enum boot_stop image_load(const struct bundle_entry *entry, const uint8_t *payload, uint64_t base,
                          uint8_t *to)
{
    memcpy(to, payload + entry->offset, entry->size);
    memset(to + entry->size, 0, (uint64_t)entry->bss_pages * PAGE_SIZE);
    const uint8_t *table = payload + entry->reloc_offset;
    for (uint64_t i = 0; i < entry->reloc_count; i++) {
        uint32_t offset;
        uint64_t word;
        memcpy(&offset, table + i * sizeof offset, sizeof offset);
        if (entry->size < sizeof word || offset > entry->size - sizeof word)
            return BOOT_STOP_RELOC;
        memcpy(&word, to + offset, sizeof word);
        word += base;
        memcpy(to + offset, &word, sizeof word);
    }
    return BOOT_CLEAR;
}
