// SPDX-License-Identifier: GPL-3.0-or-later
// cella image matrix: the capability matrix as a page: for each method, who holds it in each
// profile.
#include "files.h"
#include "image_file.h"
#include "options.h"
#include "report.h"
#include "tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] = "cella image matrix PROFILE.toml... [-o FILE] [--root FOLDER]";

static void emit_holders(FILE *f, const struct profile *p, uint32_t service, uint32_t method)
{
    const char *comma = "";

    for (uint32_t i = 0; i < p->cell_count; i++)
        if (p->cells[i].permissions[service].methods >> method & 1) {
            fprintf(f, "%s%s", comma, p->cells[i].plan.name);
            comma = ", ";
        }
    if (!comma[0])
        fprintf(f, "-");
}

static const char *server_name(const struct profile *p, uint32_t service)
{
    for (uint32_t i = 0; i < p->cell_count; i++)
        if (p->cells[i].plan.service == service)
            return p->cells[i].plan.name;
    return "absent";
}

static void emit_service(FILE *f, const struct service_info *service,
                         struct profile *const *profiles, int count)
{
    fprintf(f, "\n## %s\n\n%s.\n\n| number | method |", service->name, service->summary);
    for (int i = 0; i < count; i++)
        fprintf(f, " %s (server: %s) |", profiles[i]->name,
                server_name(profiles[i], service->number));
    fprintf(f, "\n|---|---|");
    for (int i = 0; i < count; i++)
        fprintf(f, "---|");
    fprintf(f, "\n");
    for (uint32_t m = 0; m < service->method_count; m++) {
        const struct method_info *method = &service->methods[m];
        fprintf(f, "| %u | [%s](%s.md#%u-%s) |", method->number, method->name, service->name,
                method->number, method->name);
        for (int i = 0; i < count; i++) {
            fprintf(f, " ");
            emit_holders(f, profiles[i], service->number, method->number);
            fprintf(f, " |");
        }
        fprintf(f, "\n");
    }
}

static void emit_devices(FILE *f, const struct profile *p)
{
    fprintf(f, "\n## Devices in %s\n\n| cell | ports | interrupts |\n|---|---|---|\n", p->name);
    for (uint32_t i = 0; i < p->cell_count; i++) {
        const struct plan_cell *cell = &p->cells[i].plan;
        if (!cell->ports[0].count && !cell->interrupts[0])
            continue;
        fprintf(f, "| %s |", cell->name);
        for (size_t d = 0; d < START_DEVICES && cell->ports[d].count; d++)
            fprintf(f, " 0x%x to 0x%x", cell->ports[d].base,
                    cell->ports[d].base + cell->ports[d].count - 1);
        fprintf(f, " |");
        for (size_t d = 0; d < START_DEVICES && cell->interrupts[d]; d++)
            fprintf(f, " %u", cell->interrupts[d] - 1u);
        fprintf(f, " |\n");
    }
}

static void emit(FILE *f, struct profile *const *profiles, int count)
{
    fprintf(
        f,
        "<!-- Made by `cella image matrix` from the profiles: `make api` writes it anew. -->\n"
        "# Capability matrix\n\n"
        "Who may call each method, in each profile. The kernel refuses everything else before the\n"
        "server hears of it. `-`: nobody.\n");
    for (size_t s = 0; s < service_count; s++)
        emit_service(f, &service_table[s], profiles, count);
    for (int i = 0; i < count; i++)
        emit_devices(f, profiles[i]);
}

// The page in memory, so that a file appears whole or not at all. False: said.
static bool page_write(const char *out, struct profile *const *profiles, int count)
{
    char *text = NULL;
    size_t size = 0;
    struct new_file file;
    FILE *f = open_memstream(&text, &size);
    bool good;

    if (!f)
        abort();
    emit(f, profiles, count);
    if (fclose(f) != 0)
        abort();
    if (out)
        good = file_create(&file, out) && file_finish(&file, (const uint8_t *)text, size);
    else
        good = fwrite(text, 1, size, stdout) == size && fflush(stdout) == 0;
    free(text);
    return good;
}

int image_matrix(int argc, char **argv)
{
    const char *out = NULL, *root = ".";
    const struct option_rule rules[] = {
        {"-o",     &out, NULL},
        {"--root",    &root, NULL},
        {0},
    };
    struct profile *profiles[OPTIONS_OPERANDS];
    struct operands operands;
    struct complaint c = {0};
    bool good = true;
    int count = 0;

    if (!options_read(argc, argv, rules, usage, &operands))
        return EXIT_UNABLE;
    if (operands.count == 0) {
        report_error("matrix wants a profile - usage: %s", usage);
        return EXIT_UNABLE;
    }
    while (good && count < operands.count) {
        struct source source = tree_source(root);
        profiles[count] = malloc(sizeof(struct profile));
        if (!profiles[count])
            abort();
        good = profile_read(profiles[count], &source, operands.at[count], &c);
        count++;
    }
    if (!good)
        report_error("%s", c.text);
    good = good && page_write(out, profiles, count);
    for (int i = 0; i < count; i++) {
        profile_free(profiles[i]);
        free(profiles[i]);
    }
    return good ? EXIT_GOOD : EXIT_UNABLE;
}
