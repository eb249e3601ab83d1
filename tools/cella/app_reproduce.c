// SPDX-License-Identifier: GPL-3.0-or-later
// cella app reproduce: whether a project's folder makes a package that somebody published.
#include "app.h"
#include "hex.h"
#include "options.h"
#include "report.h"
#include "shown.h"

#include <stdio.h>
#include <string.h>

static const char usage[] = "cella app reproduce FOLDER PACKAGE|ROOT [--program ELF]";

// Which file differs, of two packages with different roots.
static void difference_print(const struct package *mine, const struct package *theirs)
{
    static struct app_entry a[APP_FILES_MAX], b[APP_FILES_MAX];
    const uint32_t a_count = app_files(mine, a), b_count = app_files(theirs, b);

    for (uint32_t i = 0; i < b_count; i++) {
        const struct app_entry *same = app_file_of(a, a_count, b[i].name);
        if (!same)
            printf("    %s: only in the package\n", b[i].name);
        else if (!span_equal(same->bytes, b[i].bytes))
            printf("    %s: another content\n", b[i].name);
    }
    for (uint32_t i = 0; i < a_count; i++)
        if (!app_file_of(b, b_count, a[i].name))
            printf("    %s: only in the folder\n", a[i].name);
}

static int compare(const struct app_file *mine, const char *folder, const char *what)
{
    struct app_file theirs = {0};
    uint8_t root[PACKAGE_HASH];
    bool same;

    if (!hex_read(what, strlen(what), root, sizeof(root))) {
        if (!app_open(&theirs, what, NULL))
            return EXIT_UNABLE;
        memcpy(root, theirs.package.root, sizeof(root));
    }
    same = memcmp(root, mine->package.root, sizeof(root)) == 0;
    printf("%s makes ", shown(folder));
    app_hex_print(mine->package.root, PACKAGE_HASH);
    printf(same ? ": the same package\n" : ": another package than ");
    if (!same) {
        app_hex_print(root, sizeof(root));
        printf("\n");
    }
    if (!same && theirs.bytes)
        difference_print(&mine->package, &theirs.package);
    app_close(&theirs);
    return same ? EXIT_GOOD : EXIT_NO;
}

int app_reproduce(int argc, char **argv)
{
    const char *program = NULL;
    const struct option_rule rules[] = {
        {"--program", &program, NULL},
        {0      },
    };
    struct operands operands;
    struct app_file app;
    int code;

    if (!options_read(argc, argv, rules, usage, &operands))
        return EXIT_UNABLE;
    if (operands.count != 2) {
        report_error("reproduce wants a folder, and a package or its root - usage: %s", usage);
        return EXIT_UNABLE;
    }
    if (!program) // made anew, by the kit, which calls this again
        return app_kit_run("reproduce", argc, argv);
    if (!app_make(&app, operands.at[0], program, NULL))
        return EXIT_UNABLE;
    code = compare(&app, operands.at[0], operands.at[1]);
    app_close(&app);
    return code;
}
