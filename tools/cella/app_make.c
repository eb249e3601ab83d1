// SPDX-License-Identifier: GPL-3.0-or-later
// A project's folder into a package. The same files give the same bytes: no times, no owners, no
// order but that of the names.
#include "app.h"
#include "elf.h"
#include "files.h"
#include "format/package_write.h"
#include "profile.h"
#include "report.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ELF_SIZE_MAX = 64 << 20 };

struct making {
    const char *folder;
    const struct plan_ceiling *ceiling; // null: none
    uint8_t *manifest;                  // owned
    struct plan_grant grants[PLAN_APP_GRANTS];
    struct elf_image image;
    struct bundle_part program;
    struct package_draft draft;
};

static bool manifest_add(struct making *m)
{
    char path[PATH_MAX];
    struct complaint c = {0};
    size_t size = 0;

    snprintf(path, sizeof(path), "%s/manifest.toml", m->folder);
    m->manifest = file_read(path, PACKAGE_MANIFEST_MAX, &size);
    if (!m->manifest)
        return false;
    if (!app_plan((const char *)m->manifest, size, path, m->ceiling, &m->draft.app, m->grants,
                  &c)) {
        report_error("%s", c.text);
        return false;
    }
    m->draft.grants = m->grants;
    m->draft.grant_count = m->draft.app.grant_count;
    m->draft.manifest = (struct span){m->manifest, size};
    return true;
}

static bool program_add(struct making *m, const char *program)
{
    char path[PATH_MAX];
    struct complaint c = {0};
    size_t size = 0;
    uint8_t *file;
    bool good;

    snprintf(path, sizeof(path), "%s/build/%s.elf", m->folder, m->draft.app.cell.name);
    file = file_read(program ? program : path, ELF_SIZE_MAX, &size);
    if (!file)
        return false;
    good = elf_convert(program ? program : path, file, size, &m->image, &c);
    free(file);
    if (!good) {
        report_error("%s", c.text);
        return false;
    }
    m->program = (struct bundle_part){.bytes = m->image.bytes,
                                      .size = m->image.size,
                                      .relocs = m->image.relocs,
                                      .reloc_count = m->image.reloc_count};
    m->program.entry.kind = BUNDLE_CELL;
    memcpy(m->program.entry.name, m->draft.app.cell.name, BUNDLE_NAME);
    for (unsigned i = 0; i < BUNDLE_PARTS; i++)
        m->program.entry.part[i].size = m->image.part_size[i];
    m->program.entry.bss_pages = m->image.bss_pages;
    m->program.entry.start = m->image.start;
    m->draft.program = &m->program;
    return true;
}

// The program was linked with what lies in resources/ now.
static bool resources_agree(const struct making *m)
{
    const size_t text = (size_t)bundle_part_first(&m->program.entry, BUNDLE_RODATA) * PAGE_SIZE;
    const struct span constants = {m->image.bytes + text, m->image.part_size[BUNDLE_RODATA]};
    struct app_resources wanted;
    struct resources there;
    bool good = app_resources_read(m->folder, &wanted);

    if (good && (resources_open(constants, &there) != ERR_OK ||
                 !span_equal(there.block, (struct span){wanted.block, wanted.size}))) {
        report_error("the program does not hold what lies in %s/resources - build it with "
                     "`cella app build`",
                     m->folder);
        good = false;
    }
    free(wanted.block);
    return good;
}

static bool package_fill(const struct making *m, struct app_file *app)
{
    enum package_refusal why = PACKAGE_GOOD;

    app->bytes = aligned_alloc(PAGE_SIZE, PACKAGE_MAX);
    if (!app->bytes)
        abort();
    if (package_write(&m->draft, app->bytes, &app->size, &why) == ERR_OK &&
        package_open(app->bytes, app->size, &app->package, &why) == ERR_OK)
        return true;
    report_error("%s: %s", m->folder, package_refusal_sentence(why));
    app_close(app);
    return false;
}

// False: said.
static bool profile_ceiling(const char *path, struct plan_ceiling *out)
{
    struct complaint c = {0};
    size_t size = 0;
    uint8_t *text = file_read(path, PACKAGE_MANIFEST_MAX, &size);
    bool good = text && ceiling_read_text((const char *)text, size, path, out, &c);

    if (text && !good)
        report_error("%s", c.text);
    free(text);
    return good;
}

// What is certain: some more goes into tables.
static bool memory_fits(const struct making *m)
{
    const struct plan_cell *cell = &m->draft.app.cell;
    const uint64_t pages = m->image.size / PAGE_SIZE + m->image.bss_pages +
                           (uint64_t)cell->heap_pages + cell->stack_pages;

    if (!m->ceiling || pages <= m->ceiling->pages)
        return true;
    report_error(
        "%s: program, heap and stack take %llu KiB, and the device's profile allows an app "
        "%u - make it smaller",
        m->folder, (unsigned long long)pages * 4, m->ceiling->pages * 4);
    return false;
}

bool app_make(struct app_file *app, const char *folder, const char *program, const char *profile)
{
    static struct plan_ceiling ceiling;
    static struct making m;
    bool good;

    m = (struct making){.folder = folder, .ceiling = profile ? &ceiling : NULL};
    if (profile && !profile_ceiling(profile, &ceiling))
        return false;
    *app = (struct app_file){0};
    good = manifest_add(&m) && program_add(&m, program) && memory_fits(&m) && resources_agree(&m) &&
           package_fill(&m, app);
    elf_image_free(&m.image);
    free(m.manifest);
    return good;
}
