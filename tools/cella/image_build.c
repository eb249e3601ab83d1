// SPDX-License-Identifier: GPL-3.0-or-later
// cella image build: profile, manifests, kernel and programs into one signed bundle. The same
// inputs give the same bytes: no times, no paths, an order that the profile alone decides.
#include "crypto/wipe.h"
#include "elf.h"
#include "files.h"
#include "format/bundle_write.h"
#include "image_file.h"
#include "options.h"
#include "report.h"
#include "shown.h"
#include "tree.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "cella image build PROFILE.toml -o FILE --key FILE [--direct] [--no-seal] "
    "[--cells FOLDER] [--kernel ELF] [--root FOLDER]";

enum { ELF_SIZE_MAX = 64 << 20, PARTS_MAX = 2 * PROFILE_CELLS + 3 };

struct request {
    const char *profile, *out, *key, *cells, *kernel, *root;
    bool direct, no_seal;
};

struct draft {
    struct profile profile;
    struct bundle_part parts[PARTS_MAX];
    uint32_t part_count;
    struct elf_image images[PROFILE_CELLS + 1];
    uint32_t image_count;
    uint32_t program[PROFILE_CELLS]; // part number of each cell's program
    uint8_t *plan;
};

static struct bundle_part *part_add(struct draft *d, enum bundle_kind kind, const char *name)
{
    struct bundle_part *part = &d->parts[d->part_count++];

    part->entry.kind = kind;
    snprintf(part->entry.name, sizeof(part->entry.name), "%s", name);
    return part;
}

// False: said.
static bool program_add(struct draft *d, const char *path, enum bundle_kind kind, const char *name)
{
    struct elf_image *image = &d->images[d->image_count];
    struct bundle_part *part;
    struct complaint c = {0};
    size_t size = 0;
    uint8_t *file = file_read(path, ELF_SIZE_MAX, &size);
    bool good;

    if (!file)
        return false;
    good = elf_convert(path, file, size, image, &c);
    free(file);
    if (!good) {
        report_error("%s", c.text);
        return false;
    }
    d->image_count++;
    part = part_add(d, kind, name);
    part->bytes = image->bytes;
    part->size = image->size;
    part->relocs = image->relocs;
    part->reloc_count = image->reloc_count;
    for (unsigned i = 0; i < BUNDLE_PARTS; i++)
        part->entry.part[i].size = image->part_size[i];
    part->entry.bss_pages = image->bss_pages;
    part->entry.start = image->start;
    return true;
}

// A folder that stands twice in the profile brings one program and one manifest.
static bool programs_add(struct draft *d, const char *folder)
{
    char path[PATH_MAX];

    for (uint32_t i = 0; i < d->profile.cell_count; i++) {
        struct profile_cell *cell = &d->profile.cells[i];
        uint32_t twin = 0;
        while (strcmp(d->profile.cells[twin].program, cell->program) != 0)
            twin++;
        d->program[i] = twin < i ? d->program[twin] : d->part_count;
        if (twin < i)
            continue;
        snprintf(path, sizeof(path), "%s/%s.elf", folder, cell->program);
        if (!program_add(d, path, BUNDLE_CELL, cell->program))
            return false;
    }
    return true;
}

static void texts_add(struct draft *d, size_t plan_size)
{
    struct bundle_part *part = part_add(d, BUNDLE_PLAN, "plan");

    part->bytes = d->plan;
    part->size = plan_size;
    part = part_add(d, BUNDLE_PROFILE, d->profile.name);
    part->bytes = (const uint8_t *)d->profile.text;
    part->size = d->profile.text_size;
    for (uint32_t i = 0; i < d->profile.cell_count; i++) {
        struct profile_cell *cell = &d->profile.cells[i];
        uint32_t twin = 0;
        while (strcmp(d->profile.cells[twin].program, cell->program) != 0)
            twin++;
        if (twin < i)
            continue;
        part = part_add(d, BUNDLE_MANIFEST, cell->program);
        part->bytes = (const uint8_t *)cell->text;
        part->size = cell->text_size;
    }
}

// The bundle's bytes, signed; NULL: said.
static uint8_t *bundle_make(const struct draft *d, const struct request *q, uint64_t *size)
{
    struct bundle_draft draft = {.parts = d->parts, .part_count = d->part_count};
    uint8_t secret[HYBRID_SECRET_SIZE], *bytes = NULL;
    enum boot_stop stop;
    bool good;

    memcpy(draft.profile, d->profile.name, sizeof(draft.profile));
    memcpy(draft.version, d->profile.version, sizeof(draft.version));
    draft.rollback_index = d->profile.rollback_index;
    draft.flags = q->direct ? BUNDLE_DIRECT : 0;
    *size = bundle_write_size(&draft);
    if (*size == 0) {
        report_error("the image is larger than %d MiB - leave cells out, or make them smaller",
                     BUNDLE_PAGES_MAX / 256);
        return NULL;
    }
    bytes = malloc(*size);
    if (!bytes)
        abort();
    stop = bundle_write(&draft, bytes, *size);
    if (stop != BOOT_CLEAR) {
        report_error("%s: %s - the loader would refuse it", q->profile, boot_stop_wrong(stop));
        free(bytes);
        return NULL;
    }
    good =
        key_read(q->key, "key", secret, sizeof(secret)) &&
        image_sign_header((struct bundle_header *)(void *)bytes, secret, !q->direct && !q->no_seal);
    wipe(secret, sizeof(secret));
    if (!good) {
        free(bytes);
        return NULL;
    }
    return bytes;
}

static void summary_print(const struct draft *d, const struct request *q, uint64_t size)
{
    uint32_t programs = d->image_count - 1;

    printf("%s: profile %s %s, index %llu, %s boot: %u cells from %u programs, %llu KiB\n",
           shown(q->out), d->profile.name, d->profile.version,
           (unsigned long long)d->profile.rollback_index, q->direct ? "direct" : "UEFI",
           d->profile.cell_count, programs, (unsigned long long)size / 1024);
    for (uint32_t i = 0; i < d->profile.cell_count; i++)
        if (d->profile.cells[i].plan.flags & PLAN_CELLS)
            printf("note: %s may make cells of its own, which is for tests only\n",
                   d->profile.cells[i].plan.name);
}

static bool draft_fill(struct draft *d, const struct request *q)
{
    struct source source = tree_source(q->root);
    struct complaint c = {0};
    size_t plan_size = 0;

    if (!profile_read(&d->profile, &source, q->profile, &c)) {
        report_error("%s", c.text);
        return false;
    }
    if (!program_add(d, q->kernel, BUNDLE_KERNEL, "kernel") || !programs_add(d, q->cells))
        return false;
    d->plan = plan_make(&d->profile, d->program, &plan_size);
    texts_add(d, plan_size);
    return true;
}

static int build(const struct request *q)
{
    static struct draft d;
    struct new_file file;
    uint64_t size = 0;
    uint8_t *bytes = draft_fill(&d, q) ? bundle_make(&d, q, &size) : NULL;
    bool good = bytes && file_create(&file, q->out) && file_finish(&file, bytes, size);

    if (good)
        summary_print(&d, q, size);
    free(bytes);
    free(d.plan);
    for (uint32_t i = 0; i < d.image_count; i++)
        elf_image_free(&d.images[i]);
    profile_free(&d.profile);
    return good ? EXIT_GOOD : EXIT_UNABLE;
}

int image_build(int argc, char **argv)
{
    struct request q = {.cells = "build/cells", .kernel = "build/kernel.elf", .root = "."};
    const struct option_rule rules[] = {
        {"-o",        &q.out, NULL},
        {"--key",       &q.key, NULL},
        {"--direct",     NULL, &q.direct},
        {"--no-seal",       NULL, &q.no_seal},
        {"--cells",  &q.cells, NULL},
        {"--kernel",  &q.kernel, NULL},
        {"--root", &q.root, NULL},
        {0},
    };
    struct operands operands;

    if (!options_read(argc, argv, rules, usage, &operands))
        return EXIT_UNABLE;
    if (operands.count != 1 || !q.out || !q.key) {
        report_error("build wants a profile, -o and --key - usage: %s", usage);
        return EXIT_UNABLE;
    }
    q.profile = operands.at[0];
    return build(&q);
}
