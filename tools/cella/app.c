// SPDX-License-Identifier: GPL-3.0-or-later
// cella app: everything that makes apps and brings them onto a device.
#include "app.h"
#include "parts.h"

static const struct part list[] = {
#define PART(name, takes, summary) {#name, app_##name, takes, summary},
#include "app_parts.def"
#undef PART
};

int app_command(int argc, char **argv)
{
    static const struct parts parts = {"app", list, sizeof(list) / sizeof(list[0]), NULL};

    return parts_run(&parts, argc, argv);
    if (argc < 1) {
        usage_print(stderr);
        return EXIT_UNABLE;
    }
    if (strcmp(argv[0], "--help") == 0) {
        usage_print(stdout);
        return EXIT_GOOD;
    }
    near_start(&near, argv[0]);
    for (size_t i = 0; i < PART_COUNT; i++) {
        if (strcmp(argv[0], parts[i].name) == 0 && argc > 1 && strcmp(argv[1], "--help") == 0) {
            printf("usage: cella app %s %s\n    %s\n", parts[i].name, parts[i].takes,
                   parts[i].summary);
            return EXIT_GOOD;
        }
        if (strcmp(argv[0], parts[i].name) == 0)
            return parts[i].run(argc - 1, argv + 1);
        near_try(&near, parts[i].name);
    }
    report_error("there is no `app %s`%s - `cella app --help` lists what there is", argv[0],
                 near_hint(&near, hint));
    return EXIT_UNABLE;
}
