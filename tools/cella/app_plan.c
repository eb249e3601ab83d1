// SPDX-License-Identifier: GPL-3.0-or-later
// An app's manifest into the plan that its package carries, and back to the question whether a
// package's two say the same.
#include "app.h"
#include "profile.h"
#include "report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool app_plan(const char *text, size_t size, const char *path, const struct plan_ceiling *ceiling,
              struct plan_app *app, struct plan_grant *grants, struct complaint *c)
{
    static struct profile_cell cell;
    char *copy = malloc(size + 1);
    uint32_t count = 0;
    bool good;

    if (!copy)
        abort();
    memcpy(copy, text, size);
    copy[size] = 0;
    cell = (struct profile_cell){.text = copy, .text_size = size};
    snprintf(cell.manifest, sizeof(cell.manifest), "%s", path);
    good = manifest_read_app(&cell, ceiling, c);
    free(copy);
    for (uint32_t s = 1; good && s < PROFILE_SERVICES; s++) {
        const struct permission *p = &cell.permissions[s];
        if (!p->methods && !p->consent)
            continue;
        if (count == PLAN_APP_GRANTS)
            return profile_complain(c, path, p->line, PROFILE_TOO_MANY_GRANTS, "32 services'", NULL,
                                    NULL);
        grants[count++] = (struct plan_grant){0, s, p->methods, p->consent};
    }
    if (!good)
        return false;
    *app = (struct plan_app){.grant_count = count, .number = cell.number, .cell = cell.plan};
    memcpy(app->version_text, cell.version, sizeof(cell.version));
    return true;
}

bool app_manifest_agrees(const struct package *package, const char *path)
{
    struct plan_grant grants[PLAN_APP_GRANTS];
    const struct plan_app *plan = package->app;
    struct complaint c = {0};
    struct plan_app app;

    if (!app_plan((const char *)package->manifest.at, package->manifest.size, "manifest.toml", NULL,
                  &app, grants, &c)) {
        report_error("%s: %s", path, c.text);
        return false;
    }
    if (app.number == plan->number && app.grant_count == plan->grant_count &&
        memcmp(app.version_text, plan->version_text, sizeof(app.version_text)) == 0 &&
        memcmp(&app.cell, &plan->cell, sizeof(app.cell)) == 0 &&
        memcmp(grants, package->grants, app.grant_count * sizeof(grants[0])) == 0)
        return true;
    report_error("%s: its manifest says something else than the plan that devices follow - do not "
                 "rely on it, pack it again",
                 path);
    return false;
}
