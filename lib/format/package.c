// SPDX-License-Identifier: GPL-3.0-or-later
// Reading a package: first that it is what its root says, then, file by file, that it is a package
// and nothing else. Where everything lies follows from the sizes alone, so the checker walks along
// and compares.
#include "format/package.h"

#include "format/bundle.h"
#include "format/file_name.h"
#include "format/merkle.h"
#include "format/package_plan.h"

#include <string.h>

_Static_assert(sizeof(struct package_header) == 32, "no padding");
_Static_assert(sizeof(struct package_file) == 80, "no padding");

enum { ROOT_SIZE = PACKAGE_HASH };

static enum package_refusal header_check(const uint8_t *bytes, size_t size, struct package *p)
{
    // Safety: the caller's bytes are aligned, and one page is more than a header.
    const struct package_header *header = (const struct package_header *)(const void *)bytes;
    if (size > PACKAGE_MAX)
        return PACKAGE_REFUSED_TOO_LARGE;
    if (size < PAGE_SIZE + ROOT_SIZE)
        return PACKAGE_REFUSED_SHORT;
    if (header->magic != PACKAGE_MAGIC)
        return PACKAGE_REFUSED_NOT_PACKAGE;
    if (header->format != PACKAGE_FORMAT)
        return PACKAGE_REFUSED_FORMAT;
    if (header->size == 0 || header->size % PAGE_SIZE != 0 || header->size > size - ROOT_SIZE)
        return PACKAGE_REFUSED_SIZE;
    p->bytes = bytes;
    p->size = (size_t)header->size;
    p->root = bytes + p->size;
    p->chain = (struct span){p->root + ROOT_SIZE, size - p->size - ROOT_SIZE};
    p->files = (const struct package_file *)(const void *)(header + 1);
    p->file_count = header->file_count;
    return PACKAGE_GOOD;
}

static enum package_refusal root_check(const struct package *p)
{
    struct merkle tree;
    uint8_t root[PACKAGE_HASH];
    merkle_init(&tree);
    for (size_t at = 0; at < p->size; at += PAGE_SIZE)
        merkle_add(&tree, p->bytes + at);
    merkle_root(&tree, root);
    return memcmp(root, p->root, sizeof root) == 0 ? PACKAGE_GOOD : PACKAGE_REFUSED_DAMAGED;
}

static enum package_refusal name_check(const char name[PACKAGE_NAME])
{
    const enum file_name found = file_name_check(name, PACKAGE_NAME);
    return found == FILE_NAME_GOOD      ? PACKAGE_GOOD
           : found == FILE_NAME_OUTSIDE ? PACKAGE_REFUSED_OUTSIDE
                                        : PACKAGE_REFUSED_NAME;
}

static enum package_refusal entry_check(const struct package *p, uint32_t index)
{
    const struct package_file *file = &p->files[index];
    enum package_refusal why = name_check(file->name);
    if (why != PACKAGE_GOOD)
        return why;
    if (file->kind == PACKAGE_LINK)
        return PACKAGE_REFUSED_LINK;
    if (file->kind != PACKAGE_FILE)
        return PACKAGE_REFUSED_KIND;
    const int order = index == 0 ? 1 : memcmp(file->name, file[-1].name, PACKAGE_NAME);
    if (order == 0)
        return PACKAGE_REFUSED_DUPLICATE;
    if (order < 0)
        return PACKAGE_REFUSED_ORDER;
    return file->zero == 0 ? PACKAGE_GOOD : PACKAGE_REFUSED_HIDDEN;
}

// Nothing but the files that a package has.
static enum package_refusal names_check(const struct package *p)
{
    for (uint32_t i = 0; i < p->file_count; i++) {
        const char *name = p->files[i].name;
        if (strcmp(name, "image") != 0 && strcmp(name, "manifest.toml") != 0 &&
            strcmp(name, "plan") != 0)
            return PACKAGE_REFUSED_EXTRA;
    }
    return PACKAGE_GOOD;
}

static enum package_refusal table_check(const struct package *p)
{
    const struct package_header *header = (const struct package_header *)(const void *)p->bytes;
    if (header->zero != 0)
        return PACKAGE_REFUSED_HEADER;
    if (p->file_count == 0 || p->file_count > PACKAGE_FILES ||
        sizeof *header + p->file_count * sizeof *p->files > p->size)
        return PACKAGE_REFUSED_COUNT;
    for (uint32_t i = 0; i < p->file_count; i++) {
        enum package_refusal why = entry_check(p, i);
        if (why != PACKAGE_GOOD)
            return why;
    }
    return names_check(p);
}

static enum package_refusal places_check(const struct package *p)
{
    uint64_t at = sizeof(struct package_header) + p->file_count * sizeof *p->files;
    for (uint32_t i = 0; i < p->file_count; i++) {
        const struct package_file *file = &p->files[i];
        const uint64_t place = (at + PACKAGE_ALIGN - 1) / PACKAGE_ALIGN * PACKAGE_ALIGN;
        if (file->offset != place || place > p->size || file->size > p->size - place)
            return PACKAGE_REFUSED_PLACE;
        if (!bundle_zero(p->bytes + at, place - at))
            return PACKAGE_REFUSED_HIDDEN;
        at = place + file->size;
    }
    if (p->size - at >= PAGE_SIZE || !bundle_zero(p->bytes + at, p->size - at))
        return PACKAGE_REFUSED_HIDDEN;
    return PACKAGE_GOOD;
}

struct span package_find(const struct package *package, const char *name)
{
    for (uint32_t i = 0; i < package->file_count; i++)
        if (strcmp(package->files[i].name, name) == 0)
            return (struct span){package->bytes + package->files[i].offset, package->files[i].size};
    return (struct span){NULL, 0};
}

static enum package_refusal manifest_check(struct span manifest)
{
    if (manifest.size == 0 || manifest.size > PACKAGE_MANIFEST_MAX)
        return PACKAGE_REFUSED_MANIFEST;
    for (size_t i = 0; i < manifest.size; i++) {
        const uint8_t c = manifest.at[i];
        if ((c < ' ' && c != '\n' && c != '\t') || c > '~')
            return PACKAGE_REFUSED_MANIFEST;
    }
    return PACKAGE_GOOD;
}

static enum package_refusal program_check(const struct package *p)
{
    const struct bundle_entry *entry = &p->app->image;
    if (entry->kind != BUNDLE_CELL || p->app->size != p->image.size ||
        p->image.size % PAGE_SIZE != 0 ||
        bundle_check_image(entry, p->image.at, p->image.size) != BOOT_CLEAR ||
        memcmp(entry->name, p->app->cell.name, sizeof entry->name) != 0)
        return PACKAGE_REFUSED_IMAGE;
    if (bundle_check_tree(entry, p->image.at) != BOOT_CLEAR)
        return PACKAGE_REFUSED_CODE;
    return memcmp(entry->root, p->app->code_root, sizeof entry->root) == 0
               ? PACKAGE_GOOD
               : PACKAGE_REFUSED_CODE_ROOT;
}

struct span package_constants(const struct package *package)
{
    const struct bundle_span *part = &package->app->image.part[BUNDLE_RODATA];
    return (struct span){package->image.at + part->offset, part->size};
}

static enum package_refusal content_check(struct package *p)
{
    const struct span plan = package_find(p, "plan");
    p->image = package_find(p, "image");
    p->manifest = package_find(p, "manifest.toml");
    if (p->image.at == NULL)
        return PACKAGE_REFUSED_NO_IMAGE;
    if (p->manifest.at == NULL)
        return PACKAGE_REFUSED_NO_MANIFEST;
    if (plan.at == NULL)
        return PACKAGE_REFUSED_NO_PLAN;
    enum package_refusal why = manifest_check(p->manifest);
    if (why == PACKAGE_GOOD)
        why = package_plan_check(plan, &p->app, &p->grants);
    return why == PACKAGE_GOOD ? program_check(p) : why;
}

err_t package_open(const uint8_t *bytes, size_t size, struct package *out,
                   enum package_refusal *why)
{
    struct package p = {0};
    *why = header_check(bytes, size, &p);
    if (*why == PACKAGE_GOOD)
        *why = root_check(&p);
    if (*why == PACKAGE_GOOD)
        *why = table_check(&p);
    if (*why == PACKAGE_GOOD)
        *why = places_check(&p);
    if (*why == PACKAGE_GOOD)
        *why = content_check(&p);
    if (*why != PACKAGE_GOOD)
        return ERR_BAD_DATA;
    *out = p;
    return ERR_OK;
}
