// SPDX-License-Identifier: GPL-3.0-or-later
// A profile: its own keys, its list of cells, and each cell's manifest.
#include "profile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char publishers_path[] = "profiles/publishers.toml";
static const char *const profile_keys[] = {"profile", "version", "rollback_index", "cells", "apps",
                                           "without", NULL};
enum { PROFILE_REQUIRED = 4 }; // the first of them
static const char *const entry_keys[] = {"path", "name", "app_id", "argument", "budget", NULL};

static const struct setting *read_document(const struct source *source, const char *path,
                                           char **text, size_t *size, struct complaint *c)
{
    const struct setting *document;
    const char *reason = NULL;
    unsigned line = 0;

    *text = source->read(source->context, path, size);
    if (!*text) {
        profile_complain(c, path, 0, PROFILE_NO_FILE, NULL, NULL, NULL);
        return NULL;
    }
    document = settings_read(*text, *size, &reason, &line);
    if (!document)
        profile_complain(c, path, line, PROFILE_SYNTAX, reason, NULL, NULL);
    return document;
}

static const char *last_part(const char *folder)
{
    const char *last = strrchr(folder, '/');

    return last ? last + 1 : folder;
}

// "services/vault": relative, plain characters, no part that is `..`, the last part a name.
static bool folder_good(const char *folder)
{
    size_t n = strlen(folder);

    if (n == 0 || n >= PROFILE_PATH - sizeof("/manifest.toml") || folder[0] == '/')
        return false;
    if (strspn(folder, "abcdefghijklmnopqrstuvwxyz0123456789-_/") != n)
        return false;
    return plan_name_good(last_part(folder)) && !strstr(folder, "//");
}

// What the profile itself says about one cell, on top of the cell's manifest.
static bool read_overrides(struct profile_cell *cell, const struct fields *entry)
{
    if (fields_find(entry, "name")) {
        bool own_id = memcmp(cell->plan.app_id, cell->plan.name, BUNDLE_NAME) == 0;
        if (!fields_name(entry, "name", cell->plan.name))
            return false;
        if (own_id)
            memcpy(cell->plan.app_id, cell->plan.name, BUNDLE_NAME);
    }
    return fields_name(entry, "app_id", cell->plan.app_id) &&
           fields_text(entry, "argument", cell->plan.argument, sizeof(cell->plan.argument)) &&
           budget_read(entry, &cell->plan.budget_us, &cell->plan.period_us);
}

static bool read_cell(struct profile *profile, const struct source *source,
                      const struct publishers *publishers, const struct setting *s,
                      struct complaint *c)
{
    struct profile_cell *cell = &profile->cells[profile->cell_count];
    struct fields entry = {profile->path, s, entry_keys, "a cell's entry", c};
    const struct setting *folder = s;

    if (s->kind == SETTING_TABLE) {
        if (!fields_known(&entry) || !fields_required(&entry, "path"))
            return false;
        folder = fields_find(&entry, "path");
    }
    if (folder->kind != SETTING_STRING)
        return profile_complain(c, profile->path, s->line, PROFILE_CELL_ENTRY, NULL, NULL, NULL);
    if (!folder_good(folder->string))
        return profile_complain(c, profile->path, s->line, PROFILE_FOLDER, folder->string, NULL,
                                NULL);
    profile->cell_count++;
    cell->line = s->line;
    snprintf(cell->folder, sizeof(cell->folder), "%s", folder->string);
    snprintf(cell->manifest, sizeof(cell->manifest), "%.*s/manifest.toml",
             (int)(PROFILE_PATH - sizeof("/manifest.toml")), folder->string);
    snprintf(cell->program, sizeof(cell->program), "%s", last_part(folder->string));
    cell->text = source->read(source->context, cell->manifest, &cell->text_size);
    if (!cell->text)
        return profile_complain(c, cell->manifest, 0, PROFILE_NO_FILE, NULL, NULL, NULL);
    if (!manifest_read(cell, publishers, c))
        return false;
    return s->kind != SETTING_TABLE || read_overrides(cell, &entry);
}

// The services that this profile does without, though its cells could use them: nobody may call
// them.
static bool read_without(struct profile *profile, const struct fields *f)
{
    const struct setting *list = fields_find(f, "without");

    if (list && list->kind != SETTING_ARRAY)
        return profile_complain(f->c, f->path, list->line, PROFILE_WRONG_TYPE, "without",
                                "a list of services", NULL);
    for (size_t i = 0; list && i < list->count; i++) {
        const struct setting *s = &list->items[i];
        const struct service_info *service = NULL;
        if (s->kind != SETTING_STRING)
            return profile_complain(f->c, f->path, s->line, PROFILE_WRONG_TYPE, "without",
                                    "a list of services", NULL);
        if (!service_find(f, s, s->string, &service))
            return false;
        for (uint32_t cell = 0; cell < profile->cell_count; cell++) {
            if (profile->cells[cell].plan.service == service->number)
                return profile_complain(f->c, f->path, s->line, PROFILE_WITHOUT_THERE, s->string,
                                        profile->cells[cell].plan.name, NULL);
            profile->cells[cell].permissions[service->number] = (struct permission){0};
        }
    }
    return true;
}

static bool read_body(struct profile *profile, const struct source *source,
                      const struct publishers *publishers, const struct fields *f)
{
    const struct setting *cells;
    int64_t index = 0;
    char most[16];

    for (size_t i = 0; i < PROFILE_REQUIRED; i++)
        if (!fields_required(f, profile_keys[i]))
            return false;
    if (!fields_known(f) || !fields_name(f, "profile", profile->name) ||
        !fields_text(f, "version", profile->version, sizeof(profile->version)) ||
        !fields_number(f, "rollback_index", 0, INT64_MAX, &index))
        return false;
    profile->rollback_index = (uint64_t)index;
    if (!ceiling_read(f, &profile->ceiling))
        return false;
    cells = fields_find(f, "cells");
    if (cells->kind != SETTING_ARRAY)
        return profile_complain(f->c, f->path, cells->line, PROFILE_WRONG_TYPE, "cells",
                                "a list of folders", NULL);
    snprintf(most, sizeof(most), "%d", PROFILE_CELLS);
    if (cells->count > PROFILE_CELLS)
        return profile_complain(f->c, f->path, cells->line, PROFILE_TOO_MANY, most, NULL, NULL);
    for (size_t i = 0; i < cells->count; i++)
        if (!read_cell(profile, source, publishers, &cells->items[i], f->c))
            return false;
    return read_without(profile, f);
}

bool profile_read(struct profile *profile, const struct source *source, const char *path,
                  struct complaint *c)
{
    struct publishers publishers = {0};
    struct fields f = {path, NULL, profile_keys, "a profile", c};
    char *text = NULL;
    size_t size = 0;
    bool good = false;

    *profile = (struct profile){0};
    snprintf(profile->path, sizeof(profile->path), "%s", path);
    publishers.document = read_document(source, publishers_path, &text, &size, c);
    if (publishers.document && publishers_check(publishers.document, publishers_path, c))
        f.table = read_document(source, path, &profile->text, &profile->text_size, c);
    if (f.table)
        good = read_body(profile, source, &publishers, &f) && profile_check(profile, c);
    settings_free(f.table);
    settings_free(publishers.document);
    free(text);
    return good;
}

void profile_free(struct profile *profile)
{
    for (uint32_t i = 0; i < profile->cell_count; i++)
        free(profile->cells[i].text);
    free(profile->text);
    *profile = (struct profile){0};
}
