// SPDX-License-Identifier: GPL-3.0-or-later
// cella app: everything that makes apps and brings them onto a device.
#include "app.h"
#include "common/near.h"
#include "report.h"

#include <stdio.h>
#include <string.h>

struct part {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *takes, *summary;
};

static const struct part parts[] = {
#define PART(name, takes, summary) {#name, app_##name, takes, summary},
#include "app_parts.def"
#undef PART
};

enum { PART_COUNT = sizeof(parts) / sizeof(parts[0]) };

static void usage_print(FILE *out)
{
    fprintf(out, "usage:\n");
    for (size_t i = 0; i < PART_COUNT; i++)
        fprintf(out, "    cella app %s %s\n        %s\n", parts[i].name, parts[i].takes,
                parts[i].summary);
}

int app_command(int argc, char **argv)
{
    struct near near;
    char hint[128];

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
