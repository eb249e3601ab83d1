// SPDX-License-Identifier: GPL-3.0-or-later
// cella app resources: the files of a folder's resources/ as the block that is linked into the
// program (format/resources.h). The kit's Makefile calls it.
#include "app.h"
#include "files.h"
#include "format/file_name.h"
#include "options.h"
#include "report.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char usage[] = "cella app resources FOLDER -o FILE";
static const char below_resources[] = "resources/";

struct gathering {
    const char *folder;
    char names[RESOURCES_MAX][RESOURCE_NAME];
    struct span contents[RESOURCES_MAX]; // owned
    uint32_t count;
};

// False: said. `name` is that among the resources: "words.txt".
static bool file_add(struct gathering *g, const char *path, const char *name)
{
    char padded[RESOURCE_NAME] = {0};
    size_t size = 0;
    uint8_t *bytes;

    if (g->count == RESOURCES_MAX) {
        report_error("%s/resources holds more than %d files - leave some out", g->folder,
                     RESOURCES_MAX);
        return false;
    }
    if (strlen(name) >= RESOURCE_NAME) {
        report_error("%s: a name in resources/ has at most %d letters - rename it", path,
                     RESOURCE_NAME - 1);
        return false;
    }
    memcpy(padded, name, strlen(name));
    if (file_name_check(padded, sizeof(padded)) != FILE_NAME_GOOD) {
        report_error("%s: a file's name is not made of a-z 0-9 . - _ - rename the file", path);
        return false;
    }
    bytes = file_read(path, RESOURCES_SIZE_MAX, &size);
    if (!bytes)
        return false;
    memcpy(g->names[g->count], padded, sizeof(padded));
    g->contents[g->count++] = (struct span){bytes, size};
    return true;
}

static bool folder_add(struct gathering *g, const char *path, const char *name);

static bool entry_add(struct gathering *g, const char *path, const char *name)
{
    struct stat info;

    if (lstat(path, &info) != 0) {
        report_error("cannot read %s: %s - name a folder that you may read", path, strerror(errno));
        return false;
    }
    if (S_ISLNK(info.st_mode)) {
        report_error("%s is a symbolic link, which no package holds - put the file itself there",
                     path);
        return false;
    }
    if (S_ISDIR(info.st_mode) && strlen(name) < RESOURCE_NAME)
        return folder_add(g, path, name);
    if (S_ISDIR(info.st_mode) || S_ISREG(info.st_mode))
        return file_add(g, path, name);
    report_error("%s is no plain file - leave it out", path);
    return false;
}

// A folder below resources/ (`name` empty: that itself), at most as deep as a name is long.
static bool folder_add(struct gathering *g, const char *path, const char *name)
{
    char below[PATH_MAX], inner[RESOURCE_NAME + NAME_MAX + 2];
    struct dirent *entry;
    bool good = true;
    DIR *dir = opendir(path);

    if (!dir) {
        report_error("cannot read %s: %s - name a folder that you may read", path, strerror(errno));
        return false;
    }
    while (good && (entry = readdir(dir)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        snprintf(below, sizeof(below), "%s/%s", path, entry->d_name);
        snprintf(inner, sizeof(inner), "%.*s%s%s", RESOURCE_NAME, name, *name ? "/" : "",
                 entry->d_name);
        good = entry_add(g, below, inner);
    }
    closedir(dir);
    return good;
}

static bool block_make(const struct gathering *g, struct app_resources *out)
{
    const char *names[RESOURCES_MAX];

    out->block = aligned_alloc(PAGE_SIZE, RESOURCES_SIZE_MAX);
    if (!out->block)
        abort();
    for (uint32_t i = 0; i < g->count; i++)
        names[i] = g->names[i];
    if (g->count)
        out->size = resources_write(names, g->contents, g->count, out->block, RESOURCES_SIZE_MAX);
    if (g->count && !out->size)
        report_error("%s/resources is larger than 1 MiB - leave something out", g->folder);
    return !g->count || out->size;
}

bool app_resources_read(const char *folder, struct app_resources *out)
{
    static struct gathering g;
    char path[PATH_MAX];
    struct stat info;
    bool good;

    g = (struct gathering){.folder = folder};
    *out = (struct app_resources){0};
    snprintf(path, sizeof(path), "%s/resources", folder);
    good = (lstat(path, &info) != 0 && errno == ENOENT) || entry_add(&g, path, "");
    good = good && block_make(&g, out);
    for (uint32_t i = 0; i < g.count; i++)
        free((uint8_t *)(uintptr_t)g.contents[i].at); // read above
    return good;
}

uint32_t app_files(const struct package *package, struct app_entry out[APP_FILES_MAX])
{
    struct resources r = {.count = 0};
    uint32_t count = 0;

    for (uint32_t i = 0; i < package->file_count; i++) {
        snprintf(out[count].name, sizeof(out[count].name), "%s", package->files[i].name);
        out[count++].bytes = package_find(package, package->files[i].name);
    }
    if (resources_open(package_constants(package), &r) != ERR_OK)
        return count; // app_open has refused such a package, or nobody looks
    for (uint32_t i = 0; i < r.count; i++) {
        snprintf(out[count].name, sizeof(out[count].name), "%s%s", below_resources,
                 r.files[i].name);
        out[count++].bytes = resources_find(r.block, r.files[i].name);
    }
    return count;
}

const struct app_entry *app_file_of(const struct app_entry *files, uint32_t count, const char *name)
{
    for (uint32_t i = 0; i < count; i++)
        if (strcmp(files[i].name, name) == 0)
            return &files[i];
    return NULL;
}

int app_resources(int argc, char **argv)
{
    const char *out = NULL;
    const struct option_rule rules[] = {
        {"-o",  &out, NULL},
        {0},
    };
    struct operands operands;
    struct app_resources resources;
    struct new_file file;
    bool good;

    if (!options_read(argc, argv, rules, usage, &operands))
        return EXIT_UNABLE;
    if (operands.count != 1 || !out) {
        report_error("resources wants the folder of an app and a file - usage: %s", usage);
        return EXIT_UNABLE;
    }
    good = app_resources_read(operands.at[0], &resources) && file_create(&file, out) &&
           file_finish(&file, resources.block, resources.size);
    free(resources.block);
    return good ? EXIT_GOOD : EXIT_UNABLE;
}
