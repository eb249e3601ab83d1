// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/package_write.h"

#include "format/merkle.h"

#include <string.h>

enum { FILES = 3 };

// In the order of their names.
struct layout {
    uint8_t *out;
    struct package_file files[FILES];
    struct span content[FILES];
};

void package_root(const uint8_t *archive, size_t size, uint8_t out[static PACKAGE_HASH])
{
    struct merkle tree;
    merkle_init(&tree);
    for (size_t at = 0; at < size; at += PAGE_SIZE)
        merkle_add(&tree, archive + at);
    merkle_root(&tree, out);
}

static void files_name(struct layout *l)
{
    static const char *const names[FILES] = {"image", "manifest.toml", "plan"};
    for (uint32_t i = 0; i < FILES; i++) {
        l->files[i] =
            (struct package_file){.kind = PACKAGE_FILE, .size = (uint32_t)l->content[i].size};
        memcpy(l->files[i].name, names[i], strlen(names[i]));
    }
}

// Everything in its place; the archive's size, 0 if it does not fit in PACKAGE_MAX with its root.
static size_t files_place(struct layout *l)
{
    uint64_t at = sizeof(struct package_header) + sizeof l->files;
    for (uint32_t i = 0; i < FILES; i++) {
        at = (at + PACKAGE_ALIGN - 1) / PACKAGE_ALIGN * PACKAGE_ALIGN;
        if (at > PACKAGE_MAX || l->content[i].size > PACKAGE_MAX - at)
            return 0;
        l->files[i].offset = (uint32_t)at;
        at += l->content[i].size;
    }
    at = (at + PAGE_SIZE - 1) / PAGE_SIZE * PAGE_SIZE;
    return at + PACKAGE_HASH > PACKAGE_MAX ? 0 : (size_t)at;
}

static void archive_fill(const struct layout *l, size_t size)
{
    const struct package_header header = {
        .magic = PACKAGE_MAGIC, .format = PACKAGE_FORMAT, .file_count = FILES, .size = size};
    memcpy(l->out, &header, sizeof header);
    memcpy(l->out + sizeof header, l->files, sizeof l->files);
    for (uint32_t i = 0; i < FILES; i++) {
        uint8_t *place = l->out + l->files[i].offset;
        if (l->content[i].size != 0 && l->content[i].at != place)
            memcpy(place, l->content[i].at, l->content[i].size);
    }
    package_root(l->out, size, l->out + size);
}

// The plan's bytes.
static size_t plan_fill(const struct package_draft *draft, const struct bundle_entry *entry,
                        uint64_t image_size, uint8_t *out)
{
    struct plan_app app = draft->app;
    app.magic = PLAN_APP_MAGIC;
    app.version = PLAN_VERSION;
    app.grant_count = draft->grant_count;
    memcpy(app.code_root, entry->root, sizeof app.code_root);
    app.image = *entry;
    app.size = image_size;
    memcpy(out, &app, sizeof app);
    if (draft->grant_count != 0)
        memcpy(out + sizeof app, draft->grants, draft->grant_count * sizeof *draft->grants);
    return sizeof app + draft->grant_count * sizeof *draft->grants;
}

// The image is the first file by name, so it is written where it belongs at once.
static enum package_refusal image_place(const struct package_draft *draft, uint8_t *out,
                                        struct bundle_entry *entry, struct span *image)
{
    const uint64_t table = sizeof(struct package_header) + FILES * sizeof(struct package_file);
    const uint64_t place = (table + PACKAGE_ALIGN - 1) / PACKAGE_ALIGN * PACKAGE_ALIGN;
    const uint64_t size =
        bundle_image_write(draft->program, entry, out + place, PACKAGE_MAX - place);
    if (size == 0)
        return PACKAGE_REFUSED_IMAGE;
    *image = (struct span){out + place, (size_t)size};
    return size > PACKAGE_MAX - place ? PACKAGE_REFUSED_TOO_LARGE : PACKAGE_GOOD;
}

err_t package_write(const struct package_draft *draft, uint8_t *out, size_t *size,
                    enum package_refusal *why)
{
    uint8_t plan[sizeof(struct plan_app) + PLAN_APP_GRANTS * sizeof(struct plan_grant)];
    struct layout l = {.out = out};
    struct bundle_entry entry = {0};
    struct span image = {0};
    struct package package;
    size_t archive = 0;
    memset(out, 0, PACKAGE_MAX);
    *why = draft->grant_count > PLAN_APP_GRANTS ? PACKAGE_REFUSED_PLAN_GRANTS
                                                : image_place(draft, out, &entry, &image);
    if (*why == PACKAGE_GOOD) {
        const size_t plan_size = plan_fill(draft, &entry, image.size, plan);
        l.content[0] = image;
        l.content[1] = draft->manifest;
        l.content[2] = (struct span){plan, plan_size};
        files_name(&l);
    }
    if (*why == PACKAGE_GOOD && (archive = files_place(&l)) == 0)
        *why = PACKAGE_REFUSED_TOO_LARGE;
    if (*why != PACKAGE_GOOD)
        return ERR_BAD_DATA;
    archive_fill(&l, archive);
    if (package_open(out, archive + PACKAGE_HASH, &package, why) != ERR_OK)
        return ERR_BAD_DATA;
    *size = archive + PACKAGE_HASH;
    return ERR_OK;
}
