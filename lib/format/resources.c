// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/resources.h"

#include "format/bundle.h"
#include "format/file_name.h"

_Static_assert(sizeof(struct resources_header) == 16, "no padding");
_Static_assert(sizeof(struct resource) == 64, "no padding");

static uint64_t aligned(uint64_t at)
{
    return (at + RESOURCES_ALIGN - 1) / RESOURCES_ALIGN * RESOURCES_ALIGN;
}

static bool name_follows(const struct resource *f, bool first)
{
    return file_name_check(f->name, sizeof f->name) == FILE_NAME_GOOD &&
           (first || memcmp(f[-1].name, f->name, sizeof f->name) < 0);
}

// Where everything lies follows from the sizes alone.
static bool files_good(const struct resources *r)
{
    uint64_t at = sizeof(struct resources_header) + r->count * sizeof *r->files;
    for (uint32_t i = 0; i < r->count; i++) {
        const struct resource *f = &r->files[i];
        const uint64_t place = aligned(at);
        if (!name_follows(f, i == 0) || f->offset != place || place > r->block.size ||
            f->size > r->block.size - place || !bundle_zero(r->block.at + at, place - at))
            return false;
        at = place + f->size;
    }
    return r->block.size == aligned(at) && bundle_zero(r->block.at + at, r->block.size - at);
}

err_t resources_open(struct span constants, struct resources *out)
{
    // Safety: the caller's bytes are aligned to 8, and the size is looked at first.
    const struct resources_header *header =
        (const struct resources_header *)(const void *)constants.at;
    struct resources r = {.count = 0};
    if (constants.size < sizeof *header || header->magic != RESOURCES_MAGIC) {
        *out = r;
        return ERR_OK;
    }
    r.block = (struct span){constants.at, header->size};
    r.files = (const struct resource *)(const void *)(header + 1);
    r.count = header->count;
    if (r.block.size > constants.size || r.count == 0 || r.count > RESOURCES_MAX ||
        sizeof *header + r.count * sizeof *r.files > r.block.size || !files_good(&r))
        return ERR_BAD_DATA;
    *out = r;
    return ERR_OK;
}

// The indexes of the files, by name.
static void order(const char *const *names, uint32_t count, uint32_t index[RESOURCES_MAX])
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t at = i;
        for (; at > 0 && strcmp(names[i], names[index[at - 1]]) < 0; at--)
            index[at] = index[at - 1];
        index[at] = i;
    }
}

size_t resources_write(const char *const *names, const struct span *contents, uint32_t count,
                       uint8_t *out, size_t max)
{
    uint32_t index[RESOURCES_MAX];
    struct resources_header header = {.magic = RESOURCES_MAGIC, .count = count};
    uint64_t at = sizeof header + count * sizeof(struct resource);
    struct resources made;
    if (count == 0 || count > RESOURCES_MAX || at > max || max > RESOURCES_SIZE_MAX)
        return 0;
    memset(out, 0, max);
    order(names, count, index);
    for (uint32_t i = 0; i < count; i++) {
        const struct span content = contents[index[i]];
        struct resource f = {.offset = (uint32_t)aligned(at), .size = (uint32_t)content.size};
        const size_t length = strlen(names[index[i]]);
        if (length >= sizeof f.name || f.offset > max || content.size > max - f.offset)
            return 0;
        memcpy(f.name, names[index[i]], length);
        memcpy(out + sizeof header + i * sizeof f, &f, sizeof f);
        if (content.size != 0)
            memcpy(out + f.offset, content.at, content.size);
        at = f.offset + content.size;
    }
    if (aligned(at) > max)
        return 0;
    header.size = (uint32_t)aligned(at);
    memcpy(out, &header, sizeof header);
    return resources_open((struct span){out, header.size}, &made) == ERR_OK ? header.size : 0;
}
