// SPDX-License-Identifier: GPL-3.0-or-later
// cella image matrix: the capability matrix as a page: for each method, who holds it in each
// profile.
#include "files.h"
#include "image_file.h"
#include "inspect.h"
#include "options.h"
#include "report.h"
#include "tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char matrix_usage[] = "cella image matrix PROFILE.toml... [-o FILE] [--root FOLDER]";
static const char graph_usage[] = "cella image graph PROFILE.toml [-o FILE] [--root FOLDER]";

static void emit_holders(FILE *f, const struct profile *p, uint32_t service, uint32_t method)
{
    const char *comma = "";

    for (uint32_t i = 0; i < p->cell_count; i++) {
        const struct permission *has = &p->cells[i].permissions[service];
        if (!((has->methods | has->consent) >> method & 1))
            continue;
        fprintf(f, "%s%s%s", comma, p->cells[i].plan.name,
                has->consent >> method & 1 ? " (asks)" : "");
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
    fprintf(f, "\n## Devices in %s\n\n| cell | ports | memory | interrupts |\n|---|---|---|---|\n",
            p->name);
    for (uint32_t i = 0; i < p->cell_count; i++) {
        const struct plan_cell *cell = &p->cells[i].plan;
        if (!cell->ports[0].count && !cell->mmio[0].pages && !cell->interrupts[0])
            continue;
        fprintf(f, "| %s |", cell->name);
        for (size_t d = 0; d < START_DEVICES && cell->ports[d].count; d++)
            fprintf(f, " 0x%x to 0x%x", cell->ports[d].base,
                    cell->ports[d].base + cell->ports[d].count - 1);
        fprintf(f, " |");
        for (size_t d = 0; d < START_DEVICES && cell->mmio[d].pages; d++)
            fprintf(f, " %u pages at 0x%llx", cell->mmio[d].pages,
                    (unsigned long long)cell->mmio[d].first * PAGE_SIZE);
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
        "server hears of it. `-`: nobody; (asks): only after a yes of the person.\n\nAs a "
        "picture:");
    for (int i = 0; i < count; i++)
        fprintf(f, " [%s](authority-%s.svg)", profiles[i]->name, profiles[i]->name);
    fprintf(f, ".\n");
    for (size_t s = 0; s < service_count; s++)
        emit_service(f, &service_table[s], profiles, count);
    for (int i = 0; i < count; i++)
        emit_devices(f, profiles[i]);
}

static void emit_graph(FILE *f, const struct profile *profile)
{
    static const uint32_t images[PROFILE_CELLS];
    char title[2 * BUNDLE_NAME + 1];
    struct plan_view view;
    size_t size = 0;
    uint8_t *plan = plan_make(profile, images, &size);

    snprintf(title, sizeof(title), "%s %s", profile->name, profile->version);
    if (plan_read(plan, size, &view) == ERR_OK) // it was made a moment ago
        inspect_svg(f, &view, title);
    free(plan);
}

struct request {
    const char *usage;
    const char *out, *root;
    struct operands operands;
    struct profile *profiles[OPTIONS_OPERANDS];
    int count;
};

// False: said.
static bool request_read(struct request *q, int argc, char **argv, int least, int most)
{
    const struct option_rule rules[] = {
        {"-o",     &q->out, NULL},
        {"--root",    &q->root, NULL},
        {0},
    };
    struct complaint c = {0};

    q->root = ".";
    if (!options_read(argc, argv, rules, q->usage, &q->operands))
        return false;
    if (q->operands.count < least || q->operands.count > most) {
        report_error("which profile? - usage: %s", q->usage);
        return false;
    }
    while (q->count < q->operands.count) {
        struct source source = tree_source(q->root);
        struct profile *profile = malloc(sizeof(*profile));
        if (!profile)
            abort();
        q->profiles[q->count++] = profile;
        if (!profile_read(profile, &source, q->operands.at[q->count - 1], &c)) {
            report_error("%s", c.text);
            return false;
        }
    }
    return true;
}

static void request_end(struct request *q)
{
    for (int i = 0; i < q->count; i++) {
        profile_free(q->profiles[i]);
        free(q->profiles[i]);
    }
}

// A whole text to a file, which appears whole or not at all, or to standard output. False: said.
static bool text_write(const char *out, const char *text, size_t size)
{
    struct new_file file;

    if (out)
        return file_create(&file, out) && file_finish(&file, (const uint8_t *)text, size);
    if (fwrite(text, 1, size, stdout) == size && fflush(stdout) == 0)
        return true;
    report_error("cannot write to standard output - is the disk full?");
    return false;
}

static int run(struct request *q, int argc, char **argv, int most, bool graph)
{
    bool good = request_read(q, argc, argv, 1, most);
    char *text = NULL;
    size_t size = 0;
    FILE *f = good ? open_memstream(&text, &size) : NULL;

    if (good && !f)
        abort();
    if (f) {
        if (graph)
            emit_graph(f, q->profiles[0]);
        else
            emit(f, q->profiles, q->count);
        if (fclose(f) != 0)
            abort();
        good = text_write(q->out, text, size);
    }
    free(text);
    request_end(q);
    return good ? EXIT_GOOD : EXIT_UNABLE;
}

int image_matrix(int argc, char **argv)
{
    struct request q = {.usage = matrix_usage};

    return run(&q, argc, argv, OPTIONS_OPERANDS, false);
}

int image_graph(int argc, char **argv)
{
    struct request q = {.usage = graph_usage};

    return run(&q, argc, argv, 1, true);
}
