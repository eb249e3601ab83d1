// SPDX-License-Identifier: GPL-3.0-or-later
// The section [apps] of a profile: the most that an app may have which is installed later.
#include "inspect.h"
#include "profile.h"

#include <stdio.h>
#include <string.h>

enum {
    APPS_MOST = PLAN_APPS_MAX,
    PAGES_MOST = 65536,
    PRIORITY_USUAL = 100,
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
        !fields_number(&f, "priority", 1, APP_PRIORITY_MOST, &priority) ||
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

bool ceiling_read_text(const char *text, size_t size, const char *path, struct plan_ceiling *out,
                       struct complaint *c)
{
    struct fields f = {.path = path, .what = "a profile", .c = c};
    const char *reason = NULL;
    unsigned line = 0;
    const struct setting *document = settings_read(text, size, &reason, &line);
    bool good;

    *out = (struct plan_ceiling){0};
    if (!document)
        return profile_complain(c, path, line, PROFILE_SYNTAX, reason, NULL, NULL);
    f.table = document;
    good = fields_required(&f, "apps") && ceiling_read(&f, out);
    settings_free(document);
    return good;
}

static bool over(const struct fields *f, const char *key, const char *most)
{
    const struct setting *s = fields_find(f, key);

    return profile_complain(f->c, f->path, s ? s->line : f->table->line, PROFILE_OVER_CEILING, key,
                            most, NULL);
}

static bool over_pages(const struct fields *f, const char *key, uint32_t pages)
{
    char most[32];

    snprintf(most, sizeof(most), "\"%lluK\"", pages * (unsigned long long)PAGE_SIZE / 1024);
    return over(f, key, most);
}

static void time_text(uint32_t us, char out[16])
{
    if (us % 1000)
        snprintf(out, 16, "%uus", us);
    else
        snprintf(out, 16, "%ums", us / 1000);
}

static bool over_budget(const struct fields *f, const struct plan_ceiling *c)
{
    char amount[16], period[16], most[64];

    time_text(c->budget_us, amount);
    time_text(c->period_us, period);
    snprintf(most, sizeof(most), "\"%s per %s\"", amount, period);
    return over(f, "budget", most);
}

static bool over_methods(const struct fields *f, const struct profile_cell *cell,
                         const struct plan_ceiling *c)
{
    for (uint32_t i = 1; i < PROFILE_SERVICES; i++) {
        const struct permission *p = &cell->permissions[i];
        const uint64_t beyond = (p->methods | p->consent) & ~c->methods[i];
        char service[32], method[32];

        if (beyond)
            return profile_complain(
                f->c, f->path, p->line, PROFILE_OVER_METHOD,
                inspect_method_name(i, (uint32_t)__builtin_ctzll(beyond), method),
                inspect_service_name(i, service), NULL);
    }
    return true;
}

bool ceiling_check(const struct fields *f, const struct profile_cell *cell,
                   const struct plan_ceiling *ceiling)
{
    const struct plan_cell *p = &cell->plan;
    char most[16];

    if (p->heap_pages > ceiling->heap_pages)
        return over_pages(f, "heap", ceiling->heap_pages);
    if (p->stack_pages > ceiling->stack_pages)
        return over_pages(f, "stack", ceiling->stack_pages);
    snprintf(most, sizeof(most), "%u", ceiling->priority);
    if (p->priority > ceiling->priority)
        return over(f, "priority", most);
    if (!plan_budget_fits(ceiling, p))
        return over_budget(f, ceiling);
    return over_methods(f, cell, ceiling);
}
