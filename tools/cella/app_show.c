// SPDX-License-Identifier: GPL-3.0-or-later
// cella app show: what a package is and may do, and what a device that knows nothing yet would say
// of it.
#include "app.h"
#include "json.h"
#include "options.h"
#include "report.h"

#include <stdio.h>
#include <string.h>

static const char usage[] = "cella app show PACKAGE [--json]";

static void files_print(const struct package *p)
{
    static struct app_entry files[APP_FILES_MAX];
    const uint32_t count = app_files(p, files);

    for (uint32_t i = 0; i < count; i++)
        printf("    %8zu %s\n", files[i].bytes.size, files[i].name);
}

static void text_print(const struct package *p, const struct chain *chain,
                       const struct package_verdict *verdict)
{
    const struct plan_cell *cell = &p->app->cell;

    printf("%s %s, number %llu\n", cell->name, p->app->version_text,
           (unsigned long long)p->app->number);
    if (p->chain.size)
        printf("publisher ");
    if (p->chain.size) {
        app_hex_print(chain->id, CHAIN_HASH);
        printf("\nconsole   "); // what the person compares
        app_fingerprint_print(chain->id);
    }
    printf("%sroot      ", p->chain.size ? "\n" : "");
    app_hex_print(p->root, PACKAGE_HASH);
    printf("\ncode      ");
    app_hex_print(p->app->code_root, PACKAGE_HASH);
    printf("\nmemory    %zu KiB program, %u KiB heap, %u KiB stack\n", p->image.size / 1024,
           cell->heap_pages * 4, cell->stack_pages * 4);
    printf("permissions\n");
    app_permissions_print(p);
    printf("files\n");
    files_print(p);
    printf("%s\n", package_sentence(verdict));
}

static void files_json_print(const struct package *p)
{
    static struct app_entry files[APP_FILES_MAX];
    const uint32_t count = app_files(p, files);

    for (uint32_t i = 0; i < count; i++) {
        printf("%s{\"name\":", i ? "," : "");
        json_string(stdout, files[i].name);
        printf(",\"size\":%zu}", files[i].bytes.size);
    }
}

static void json_print(const struct package *p, const struct chain *chain,
                       const struct package_verdict *verdict)
{
    printf("{\"name\":");
    json_string(stdout, p->app->cell.name);
    printf(",\"version\":");
    json_string(stdout, p->app->version_text);
    printf(",\"number\":%llu,\"root\":", (unsigned long long)p->app->number);
    json_hex(stdout, p->root, PACKAGE_HASH);
    printf(",\"code_root\":");
    json_hex(stdout, p->app->code_root, PACKAGE_HASH);
    printf(",\"publisher\":");
    json_hex(stdout, chain->id, p->chain.size ? CHAIN_HASH : 0);
    printf(",\"permissions\":[");
    for (uint32_t i = 0; i < p->app->grant_count; i++)
        printf("%s{\"service\":%u,\"methods\":%llu,\"consent\":%llu}", i ? "," : "",
               p->grants[i].service, (unsigned long long)p->grants[i].methods,
               (unsigned long long)p->grants[i].consent);
    printf("],\"files\":[");
    files_json_print(p);
    printf("],\"holds\":%s,\"verdict\":", verdict->refusal ? "false" : "true");
    json_string(stdout, package_sentence(verdict));
    printf("}\n");
}

bool app_print(const struct app_file *app, bool json)
{
    static struct chain chain;
    const struct package_rules nothing = {0};
    struct package_verdict verdict;
    err_t error = package_judge(&app->package, &nothing, &chain, &verdict);

    if (json)
        json_print(&app->package, &chain, &verdict);
    else
        text_print(&app->package, &chain, &verdict);
    return error == ERR_OK;
}

int app_show(int argc, char **argv)
{
    bool json = false, good;
    const struct option_rule rules[] = {
        {"--json", NULL, &json},
        {0  },
    };
    struct operands operands;
    struct app_file app;

    if (!options_read(argc, argv, rules, usage, &operands))
        return EXIT_UNABLE;
    if (operands.count != 1) {
        report_error("show wants a package - usage: %s", usage);
        return EXIT_UNABLE;
    }
    if (!app_open(&app, operands.at[0], NULL))
        return EXIT_UNABLE;
    good = app_print(&app, json) && app_manifest_agrees(&app.package, operands.at[0]);
    app_close(&app);
    return good ? EXIT_GOOD : EXIT_NO;
}
