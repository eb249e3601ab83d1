// SPDX-License-Identifier: GPL-3.0-or-later
// A project's folder into a package. The same files give the same bytes: no times, no owners, no
// order but that of the names.
#include "app.h"
#include "elf.h"
#include "files.h"
#include "format/package_write.h"
#include "report.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { ELF_SIZE_MAX = 64 << 20 };

struct making {
    const char *folder;
    uint8_t *manifest; // owned
    struct plan_grant grants[PLAN_APP_GRANTS];
    struct elf_image image;
    struct bundle_part program;
    struct package_resource resources[PACKAGE_FILES];
    struct package_draft draft;
};

// False: said. `name` is within the package, "resources/words.txt".
static bool resource_add(struct making *m, const char *path, const char *name)
{
    struct package_resource *r = &m->resources[m->draft.resource_count];
    size_t size = 0;
    uint8_t *bytes;

    if (m->draft.resource_count == PACKAGE_FILES - 3) {
        report_error("%s/resources holds more than %d files - leave some out", m->folder,
                     PACKAGE_FILES - 3);
        return false;
    }
    bytes = file_read(path, PACKAGE_MAX, &size);
    if (!bytes)
        return false;
    *r = (struct package_resource){
        strdup(name), {bytes, size}
    };
    m->draft.resource_count++;
    return true;
}

static bool folder_add(struct making *m, const char *name);

static bool entry_add(struct making *m, const char *name)
{
    char path[PATH_MAX];
    struct stat info;

    snprintf(path, sizeof(path), "%s/%s", m->folder, name);
    if (strlen(name) >= PACKAGE_NAME) {
        report_error("%s: a name in a package has at most %d letters - rename it", path,
                     PACKAGE_NAME - 1);
        return false;
    }
    if (lstat(path, &info) != 0) {
        report_error("cannot read %s: %s - name a folder that you may read", path, strerror(errno));
        return false;
    }
    if (S_ISLNK(info.st_mode)) {
        report_error("%s is a symbolic link, which no package holds - put the file itself there",
                     path);
        return false;
    }
    if (S_ISDIR(info.st_mode))
        return folder_add(m, name);
    if (!S_ISREG(info.st_mode)) {
        report_error("%s is no plain file - leave it out", path);
        return false;
    }
    return resource_add(m, path, name);
}

// A folder below resources/, at most as deep as a name is long.
static bool folder_add(struct making *m, const char *name)
{
    char path[PATH_MAX], below[PATH_MAX];
    struct dirent *entry;
    bool good = true;
    DIR *dir;

    snprintf(path, sizeof(path), "%s/%s", m->folder, name);
    dir = opendir(path);
    if (!dir) {
        report_error("cannot read %s: %s - name a folder that you may read", path, strerror(errno));
        return false;
    }
    while (good && (entry = readdir(dir)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        snprintf(below, sizeof(below), "%.*s/%s", PACKAGE_NAME, name, entry->d_name);
        good = entry_add(m, below);
    }
    closedir(dir);
    return good;
}

static bool resources_add(struct making *m)
{
    char path[PATH_MAX];
    struct stat info;

    snprintf(path, sizeof(path), "%s/resources", m->folder);
    return (lstat(path, &info) != 0 && errno == ENOENT) || entry_add(m, "resources");
}

static bool manifest_add(struct making *m)
{
    char path[PATH_MAX];
    struct complaint c = {0};
    size_t size = 0;

    snprintf(path, sizeof(path), "%s/manifest.toml", m->folder);
    m->manifest = file_read(path, PACKAGE_MANIFEST_MAX, &size);
    if (!m->manifest)
        return false;
    if (!app_plan((const char *)m->manifest, size, path, &m->draft.app, m->grants, &c)) {
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

bool app_make(struct app_file *app, const char *folder, const char *program)
{
    static struct making m;
    bool good;

    m = (struct making){.folder = folder};
    m.draft.resources = m.resources;
    *app = (struct app_file){0};
    good =
        manifest_add(&m) && program_add(&m, program) && resources_add(&m) && package_fill(&m, app);
    for (uint32_t i = 0; i < m.draft.resource_count; i++) {
        free((char *)(uintptr_t)m.resources[i].name); // strdup'ed and read above
        free((uint8_t *)(uintptr_t)m.resources[i].bytes.at);
    }
    elf_image_free(&m.image);
    free(m.manifest);
    return good;
}
