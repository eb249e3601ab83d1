// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/image.h"

#include "format/bundle.h"

#include <string.h>

enum boot_stop image_load(const struct bundle_entry *entry, const uint8_t *payload, uint64_t base,
                          uint8_t *to)
{
    const uint64_t filled = (uint64_t)bundle_part_first(entry, BUNDLE_PARTS) * PAGE_SIZE;
    const uint8_t *table = payload + entry->relocs.offset;
    bundle_unpack(entry, payload, to);
    memset(to + filled, 0, (uint64_t)entry->bss_pages * PAGE_SIZE);
    for (uint64_t i = 0; i < entry->relocs.size / sizeof(uint32_t); i++) {
        uint32_t offset;
        uint64_t word;
        memcpy(&offset, table + i * sizeof offset, sizeof offset);
        if (filled < sizeof word || offset > filled - sizeof word)
            return BOOT_STOP_RELOC;
        memcpy(&word, to + offset, sizeof word);
        word += base;
        memcpy(to + offset, &word, sizeof word);
    }
    return BOOT_CLEAR;
}
