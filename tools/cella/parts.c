// SPDX-License-Identifier: GPL-3.0-or-later
#include "parts.h"
#include "common/near.h"
#include "report.h"

#include <stdio.h>
#include <string.h>

static void usage_print(const struct parts *p, FILE *out)
{
    fprintf(out, "usage:\n");
    for (size_t i = 0; i < p->count; i++)
        fprintf(out, "    cella %s %s %s\n        %s\n", p->command, p->list[i].name,
                p->list[i].takes, p->list[i].summary);
    if (p->note)
        fprintf(out, "%s\n", p->note);
}

const char *parts_usage(const struct parts *p, const char *name)
{
    static char usage[256];

    for (size_t i = 0; i < p->count; i++)
        if (strcmp(p->list[i].name, name) == 0)
            snprintf(usage, sizeof(usage), "cella %s %s %s", p->command, name, p->list[i].takes);
    return usage;
}

static int part_run(const struct parts *p, const struct part *part, int argc, char **argv)
{
    if (argc != 1 || strcmp(argv[0], "--help") != 0)
        return part->run(argc, argv);
    printf("usage: %s\n    %s\n", parts_usage(p, part->name), part->summary);
    return EXIT_GOOD;
}

int parts_run(const struct parts *p, int argc, char **argv)
{
    struct near near;
    char hint[128];

    if (argc < 1) {
        usage_print(p, stderr);
        return EXIT_UNABLE;
    }
    if (strcmp(argv[0], "--help") == 0) {
        usage_print(p, stdout);
        return EXIT_GOOD;
    }
    near_start(&near, argv[0]);
    for (size_t i = 0; i < p->count; i++) {
        if (strcmp(argv[0], p->list[i].name) == 0)
            return part_run(p, &p->list[i], argc - 1, argv + 1);
        near_try(&near, p->list[i].name);
    }
    report_error("there is no `%s %s`%s - `cella %s --help` lists what there is", p->command,
                 argv[0], near_hint(&near, hint), p->command);
    return EXIT_UNABLE;
}
