// SPDX-License-Identifier: GPL-3.0-or-later
// cella inspect PACKAGE [NEWER]: an app's authority, and what an update of it changes. The app is
// looked at as the one cell of a plan whose other cells are the services that it names.
#include "app.h"
#include "inspect.h"
#include "inspect_change.h"
#include "json.h"
#include "report.h"

#include <stdio.h>
#include <string.h>

struct app_plan {
    struct plan plan;
    struct plan_ceiling ceiling;
    struct plan_cell cells[1 + PLAN_APP_GRANTS * 2];
    struct plan_view view;
};

bool inspect_is_app(const char *path)
{
    uint64_t magic = 0;
    FILE *f = fopen(path, "rb");
    bool is = f && fread(&magic, sizeof(magic), 1, f) == 1 && magic == PACKAGE_MAGIC;

    if (f)
        fclose(f);
    return is;
}

_Static_assert(1 + PLAN_APP_GRANTS <= PLAN_CELLS_MAX, "one app alone can be drawn");

static uint64_t services_of(const struct package *p)
{
    uint64_t services = 0;

    for (uint32_t i = 0; i < p->app->grant_count; i++)
        services |= 1ull << p->grants[i].service;
    return services;
}

// The publisher as its chain says it; zero if it is not signed, or its chain does not hold.
static void publisher_of(const struct package *p, uint8_t out[PUBLISHER_SIZE])
{
    static struct chain chain;
    struct chain_check check;

    memset(out, 0, PUBLISHER_SIZE);
    if (chain_verify(p->chain.at, p->chain.size, &chain, &check) == ERR_OK)
        memcpy(out, chain.id, PUBLISHER_SIZE);
}

static void plan_fill(struct app_plan *out, const struct package *p, uint64_t services)
{
    uint32_t count = 1;

    *out = (struct app_plan){.cells = {p->app->cell}};
    publisher_of(p, out->cells[0].publisher);
    for (uint32_t s = 1; s < START_SERVICES; s++)
        if (services >> s & 1) {
            struct plan_cell *cell = &out->cells[count++];
            char text[32];
            snprintf(cell->name, sizeof(cell->name), "%s", inspect_service_name(s, text));
            cell->service = s;
            cell->priority = INSPECT_SERVICE_PRIORITY;
        }
    out->plan = (struct plan){PLAN_MAGIC, PLAN_VERSION, count, p->app->grant_count, 0};
    out->view = (struct plan_view){&out->plan, &out->ceiling, out->cells, p->grants};
}

static void title_of(const struct package *p, char *out, size_t size)
{
    snprintf(out, size, "%s %s (number %llu)", p->app->cell.name, p->app->version_text,
             (unsigned long long)p->app->number);
}

static void files_compare(struct changes *c, const struct package *before,
                          const struct package *after)
{
    static struct app_entry old[APP_FILES_MAX], now[APP_FILES_MAX];
    const uint32_t old_count = app_files(before, old), now_count = app_files(after, now);
    const char *app = after->app->cell.name;

    for (uint32_t i = after->file_count; i < now_count; i++) {
        const struct app_entry *same = app_file_of(old, old_count, now[i].name);
        if (!same)
            change_add(c, CHANGE_ALTERS, app, "file", "%s comes with %s", app, now[i].name);
        else if (!span_equal(same->bytes, now[i].bytes))
            change_add(c, CHANGE_ALTERS, app, "file", "%s is another file", now[i].name);
    }
    for (uint32_t i = before->file_count; i < old_count; i++)
        if (!app_file_of(now, now_count, old[i].name))
            change_add(c, CHANGE_ALTERS, app, "file", "%s comes without %s", app, old[i].name);
    if (!span_equal(before->image, after->image))
        change_add(c, CHANGE_ALTERS, app, "program", "%s is another program", app);
}

static void difference_print(const struct package *before, const struct package *after,
                             const struct app_plan plans[2], bool json)
{
    struct changes c = {0};
    char titles[2][2 * BUNDLE_NAME + 32];

    title_of(before, titles[0], sizeof(titles[0]));
    title_of(after, titles[1], sizeof(titles[1]));
    change_plans(&c, &plans[0].view, &plans[1].view);
    files_compare(&c, before, after);
    if (after->app->number <= before->app->number &&
        memcmp(after->root, before->root, PACKAGE_HASH) != 0)
        change_add(&c, CHANGE_ALTERS, after->app->cell.name, "number",
                   "the number does not rise: a device that has the first one refuses it");
    if (json) {
        printf("{\"before\":");
        json_string(stdout, titles[0]);
        printf(",\"after\":");
        json_string(stdout, titles[1]);
        changes_print_json(&c);
        printf("}\n");
    } else {
        printf("%s to %s\n", titles[0], titles[1]);
        changes_print(&c);
    }
    change_free(&c);
}

static int packages_inspect(const struct app_file apps[2], int count, bool json, bool svg)
{
    static struct app_plan plans[2];
    const struct package *before = &apps[0].package, *after = &apps[count - 1].package;
    const uint64_t services = services_of(before) | services_of(after);
    char title[5 * BUNDLE_NAME];

    if (count == 1 && !svg)
        return app_print(&apps[0], json) ? EXIT_GOOD : EXIT_NO;
    plan_fill(&plans[0], before, services);
    plan_fill(&plans[1], after, services);
    snprintf(title, sizeof(title), "%s %s", before->app->cell.name, before->app->version_text);
    if (count == 1) {
        inspect_svg(stdout, &plans[0].view, title);
    } else if (svg) {
        snprintf(title, sizeof(title), "%s %s to %s %s", before->app->cell.name,
                 before->app->version_text, after->app->cell.name, after->app->version_text);
        err_t error = inspect_svg_difference(stdout, &plans[0].view, &plans[1].view, title);
        if (error != ERR_OK) {
            report_error("together the apps name too many services for a picture - compare them "
                         "without --svg");
            return EXIT_UNABLE;
        }
    } else {
        difference_print(before, after, plans, json);
    }
    return EXIT_GOOD;
}

int inspect_apps(const char *const *paths, int count, bool json, bool svg)
{
    struct app_file apps[2] = {{0}};
    int code = EXIT_UNABLE;

    if (app_open(&apps[0], paths[0], NULL) && (count == 1 || app_open(&apps[1], paths[1], NULL)))
        code = packages_inspect(apps, count, json, svg);
    app_close(&apps[0]);
    app_close(&apps[1]);
    return code;
}
