// SPDX-License-Identifier: GPL-3.0-or-later
// What an app links: it looks only at what it needs, and believes none of it.
#include "format/resources.h"

struct span resources_find(struct span block, const char *name)
{
    // Safety: the caller's bytes are aligned to 8.
    const struct resources_header *header = (const struct resources_header *)(const void *)block.at;
    if (block.size < sizeof *header)
        return (struct span){NULL, 0};
    const struct resource *files = (const struct resource *)(const void *)(header + 1);
    if (header->magic != RESOURCES_MAGIC ||
        header->count > (block.size - sizeof *header) / sizeof *files)
        return (struct span){NULL, 0};
    for (uint32_t i = 0; i < header->count; i++) {
        const struct resource *f = &files[i];
        if (strncmp(f->name, name, sizeof f->name) == 0 && f->offset <= block.size &&
            f->size <= block.size - f->offset)
            return (struct span){block.at + f->offset, f->size};
    }
    return (struct span){NULL, 0};
}
