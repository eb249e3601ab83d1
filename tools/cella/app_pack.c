// SPDX-License-Identifier: GPL-3.0-or-later
// cella app pack: a project's folder into an unsigned package.
#include "app.h"
#include "files.h"
#include "options.h"
#include "report.h"
#include "shown.h"

#include <limits.h>
#include <stdio.h>

static const char usage[] = "cella app pack FOLDER [-o FILE] [--program ELF] [--profile PROFILE]";

int app_pack(int argc, char **argv)
{
    const char *out = NULL, *program = NULL, *profile = NULL;
    const struct option_rule rules[] = {
        {"-o",        &out, NULL},
        {"--program",       &program, NULL},
        {"--profile", &profile, NULL},
        {0      },
    };
    struct operands operands;
    struct app_file app;
    struct new_file file;
    char path[PATH_MAX];
    bool good;

    if (!options_read(argc, argv, rules, usage, &operands))
        return EXIT_UNABLE;
    if (operands.count != 1) {
        report_error("pack wants the folder of an app - usage: %s", usage);
        return EXIT_UNABLE;
    }
    if (!app_make(&app, operands.at[0], program, profile))
        return EXIT_UNABLE;
    snprintf(path, sizeof(path), "%s/build/%s.cella", operands.at[0], app.package.app->cell.name);
    good = file_create(&file, out ? out : path) && file_finish(&file, app.bytes, app.size);
    if (good) {
        static struct app_entry files[APP_FILES_MAX];
        const uint32_t resources = app_files(&app.package, files) - app.package.file_count;
        printf("%s: %s %s, number %llu, %u resource%s, %zu KiB, not signed yet\nroot ",
               shown(out ? out : path), app.package.app->cell.name, app.package.app->version_text,
               (unsigned long long)app.package.app->number, resources, resources == 1 ? "" : "s",
               app.size / 1024);
        app_hex_print(app.package.root, PACKAGE_HASH);
        printf("\n");
    }
    app_close(&app);
    return good ? EXIT_GOOD : EXIT_UNABLE;
}
