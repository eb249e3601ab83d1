// SPDX-License-Identifier: GPL-3.0-or-later
// The section [apps] of a profile: the most that an app may have which is installed later.
#include "profile.h"

#include <string.h>

enum {
    APPS_MOST = PLAN_APPS_MAX,
    PAGES_MOST = 65536,
    PRIORITY_USUAL = 100,
    PRIORITY_MOST = 149, // below the installer's
};

static const char *const keys[] = {"most",     "memory", "heap",        "stack",
                                   "priority", "budget", "permissions", NULL};

bool ceiling_read(const struct fields *profile, struct plan_ceiling *out)
{
    struct permission permissions[PROFILE_SERVICES] = {{0}};
    int64_t most = 0, priority = PRIORITY_USUAL;
    struct fields f = *profile;

    f.table = fields_find(profile, "apps");
    f.known = keys;
    f.what = "[apps]";
    if (!f.table)
        return true;
    if (f.table->kind != SETTING_TABLE)
        return profile_complain(f.c, f.path, f.table->line, PROFILE_WRONG_TYPE, "apps",
                                "a table: [apps]", NULL);
    if (!fields_known(&f) || !fields_required(&f, "most") || !fields_required(&f, "memory") ||
        !fields_number(&f, "most", 1, APPS_MOST, &most) ||
        !fields_pages(&f, "memory", PAGES_MOST, &out->pages))
        return false;
    out->heap_pages = out->stack_pages = out->pages;
    if (!fields_pages(&f, "heap", out->pages, &out->heap_pages) ||
        !fields_pages(&f, "stack", out->pages, &out->stack_pages) ||
        !fields_number(&f, "priority", 1, PRIORITY_MOST, &priority) ||
        !budget_read(&f, &out->budget_us, &out->period_us) ||
        !permissions_read(&f, fields_find(&f, "permissions"), "apps.permissions", false,
                          permissions))
        return false;
    out->apps = (uint32_t)most;
    out->priority = (uint32_t)priority;
    for (uint32_t i = 0; i < PROFILE_SERVICES; i++)
        out->methods[i] = permissions[i].methods;
    return true;
}
