// SPDX-License-Identifier: GPL-3.0-or-later
// cella inspect: the whole machine's authority, read from the plan that the steward will carry out;
// of two images, what the second one changes.
#include "inspect.h"

#include "image_file.h"
#include "json.h"
#include "options.h"
#include "report.h"

#include <string.h>

static const char usage[] = "cella inspect IMAGE [NEWER] [--key FILE] [--json | --svg]\n"
                            "       cella inspect PACKAGE [NEWER] [--json | --svg]";

static void print_methods(uint32_t service, uint64_t methods)
{
    char text[32];

    for (uint32_t m = 1; m < 64; m++)
        if (methods >> m & 1)
            printf(" %s", inspect_method_name(service, m, text));
}

static void print_devices(const struct plan_cell *cell)
{
    const char *label = "    devices";

    for (size_t i = 0; i < START_DEVICES; i++) {
        if (!cell->ports[i].count)
            continue;
        printf("%s ports 0x%x to 0x%x", label, cell->ports[i].base,
               cell->ports[i].base + cell->ports[i].count - 1);
        label = ",";
    }
    for (size_t i = 0; i < START_DEVICES; i++) {
        if (!cell->mmio[i].pages)
            continue;
        printf("%s %u pages at 0x%llx", label, cell->mmio[i].pages,
               (unsigned long long)cell->mmio[i].first * PAGE_SIZE);
        label = ",";
    }
    for (size_t i = 0; i < START_DEVICES; i++) {
        if (!cell->interrupts[i])
            continue;
        printf("%s interrupt %u", label, cell->interrupts[i] - 1u);
        label = ",";
    }
    if (label[0] == ',')
        printf("\n");
}

static void print_cell(const struct plan_view *plan, uint32_t number)
{
    static const char *const flags[] = {"fpu",         "secret",  "seed",   "app",
                                        "makes cells", "restart", "audits", "takes denials"};
    const struct plan_cell *cell = &plan->cells[number];
    char text[32];
    bool any = false;

    printf("\n%s  (priority %u", cell->name, cell->priority);
    for (uint32_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
        if (cell->flags >> i & 1)
            printf(", %s", flags[i]);
    printf(")\n");
    if (cell->service)
        printf("    serves  %s\n", inspect_service_name(cell->service, text));
    for (uint32_t s = 1; s < START_SERVICES; s++) {
        uint64_t methods = plan_methods(plan, number, s);
        if (!methods)
            continue;
        printf("    %s %-8s", any ? "     " : "calls", inspect_service_name(s, text));
        print_methods(s, methods);
        printf("\n");
        any = true;
    }
    if (!any)
        printf("    calls nobody\n");
    for (uint32_t s = 1; s < START_SERVICES; s++) {
        if (!plan_consent(plan, number, s))
            continue;
        printf("    may ask the person for %s", inspect_service_name(s, text));
        print_methods(s, plan_consent(plan, number, s));
        printf("\n");
    }
    print_devices(cell);
    printf("    memory  %u KiB heap, %u KiB stack", cell->heap_pages * 4, cell->stack_pages * 4);
    if (cell->untyped_pages)
        printf(", %u KiB to make objects of", cell->untyped_pages * 4);
    if (cell->budget_us)
        printf("\n    time    %u us in each %u us", cell->budget_us, cell->period_us);
    printf("\n    app id  %s, publisher ", cell->app_id);
    for (size_t i = 0; i < PUBLISHER_SIZE; i++)
        printf("%02x", cell->publisher[i]);
    printf("\n");
    if (cell->argument[0])
        printf("    argument %s\n", cell->argument);
}

static void print_text(const struct image *image)
{
    const struct bundle_header *h = image->header;
    uint32_t order[PLAN_CELLS_MAX];

    printf(
        "%s %s, rollback index %llu, for %s boot. %u cells, from the highest priority down; calls "
        "only go up.\n",
        h->profile, h->version, (unsigned long long)h->rollback_index,
        h->flags & BUNDLE_DIRECT ? "direct" : "UEFI", image->plan.plan->cell_count);
    inspect_order(&image->plan, order);
    for (uint32_t i = 0; i < image->plan.plan->cell_count; i++)
        print_cell(&image->plan, order[i]);
}

// `methods` is plan_methods or plan_consent.
static void json_methods(const struct plan_view *plan, uint32_t number,
                         uint64_t (*methods_of)(const struct plan_view *, uint32_t, uint32_t))
{
    const char *comma = "";
    char text[32];

    for (uint32_t s = 1; s < START_SERVICES; s++) {
        uint64_t methods = methods_of(plan, number, s);
        const char *inner = "";
        if (!methods)
            continue;
        printf("%s", comma);
        json_string(stdout, inspect_service_name(s, text));
        printf(":[");
        for (uint32_t m = 1; m < 64; m++) {
            if (!(methods >> m & 1))
                continue;
            printf("%s", inner);
            json_string(stdout, inspect_method_name(s, m, text));
            inner = ",";
        }
        printf("]");
        comma = ",";
    }
}

static void json_devices(const struct plan_cell *cell)
{
    const char *comma = "";

    printf(",\"ports\":[");
    for (size_t i = 0; i < START_DEVICES; i++) {
        if (!cell->ports[i].count)
            continue;
        printf("%s[%u,%u]", comma, cell->ports[i].base, cell->ports[i].count);
        comma = ",";
    }
    printf("],\"mmio\":[");
    comma = "";
    for (size_t i = 0; i < START_DEVICES; i++) {
        if (!cell->mmio[i].pages)
            continue;
        printf("%s[%llu,%u]", comma, (unsigned long long)cell->mmio[i].first * PAGE_SIZE,
               cell->mmio[i].pages);
        comma = ",";
    }
    printf("],\"interrupts\":[");
    comma = "";
    for (size_t i = 0; i < START_DEVICES; i++) {
        if (!cell->interrupts[i])
            continue;
        printf("%s%u", comma, cell->interrupts[i] - 1u);
        comma = ",";
    }
    printf("]");
}

static void json_cell(const struct plan_view *plan, uint32_t number)
{
    static const char *const flags[] = {"fpu",         "secret",  "seed",  "app",
                                        "makes_cells", "restart", "audit", "denials"};
    const struct plan_cell *cell = &plan->cells[number];
    char text[32];

    printf("{\"name\":");
    json_string(stdout, cell->name);
    printf(",\"priority\":%u,\"budget_us\":%u,\"period_us\":%u,\"service\":", cell->priority,
           cell->budget_us, cell->period_us);
    json_string(stdout, cell->service ? inspect_service_name(cell->service, text) : "");
    for (uint32_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
        printf(",\"%s\":%s", flags[i], cell->flags >> i & 1 ? "true" : "false");
    printf(",\"heap_pages\":%u,\"stack_pages\":%u,\"untyped_pages\":%u,\"slots\":%u",
           cell->heap_pages, cell->stack_pages, cell->untyped_pages, cell->slots);
    json_devices(cell);
    printf(",\"publisher\":");
    json_hex(stdout, cell->publisher, sizeof(cell->publisher));
    printf(",\"app_id\":");
    json_string(stdout, cell->app_id);
    printf(",\"argument\":");
    json_string(stdout, cell->argument);
    printf(",\"calls\":{");
    json_methods(plan, number, plan_methods);
    printf("},\"may_ask_for\":{");
    json_methods(plan, number, plan_consent);
    printf("}}");
}

static void print_json(const struct image *image)
{
    const struct bundle_header *h = image->header;

    printf("{\"profile\":");
    json_string(stdout, h->profile);
    printf(",\"version\":");
    json_string(stdout, h->version);
    printf(",\"rollback_index\":%llu,\"direct\":%s,\"cells\":[",
           (unsigned long long)h->rollback_index, h->flags & BUNDLE_DIRECT ? "true" : "false");
    for (uint32_t i = 0; i < image->plan.plan->cell_count; i++) {
        printf("%s\n", i ? "," : "");
        json_cell(&image->plan, i);
    }
    printf("\n]}\n");
}

static void print_svg(const struct image *image)
{
    char title[2 * BUNDLE_NAME + 1];

    snprintf(title, sizeof(title), "%s %s", image->header->profile, image->header->version);
    inspect_svg(stdout, &image->plan, title);
}

static bool print_difference(const struct image *before, const struct image *after, bool json,
                             bool svg)
{
    char title[4 * BUNDLE_NAME + 8];

    if (!svg) {
        inspect_difference(before, after, json);
        return true;
    }
    snprintf(title, sizeof(title), "%s %s to %s %s", before->header->profile,
             before->header->version, after->header->profile, after->header->version);
    if (inspect_svg_difference(stdout, &before->plan, &after->plan, title) == ERR_OK)
        return true;
    report_error("together the images have more than %d cells - compare them without --svg",
                 PLAN_CELLS_MAX);
    return false;
}

static void print_one(const struct image *image, bool json, bool svg)
{
    if (json)
        print_json(image);
    else if (svg)
        print_svg(image);
    else
        print_text(image);
}

// Open, and see whose signatures they are. False: said; nothing stays open.
static bool open_judged(struct image *image, const char *path, const char *key, bool *good)
{
    enum image_verdict verdict;

    if (!image_open(image, path))
        return false;
    if (!image_judge(image, key, &verdict)) {
        image_close(image);
        return false;
    }
    if (verdict == IMAGE_UNCHECKED || verdict == IMAGE_GOOD)
        return true;
    report_error("%s: its signatures do not hold under that key - its loader will not start it",
                 path);
    *good = false;
    return true;
}

int inspect_command(int argc, char **argv)
{
    bool json = false, svg = false, good = true, done = true;
    const char *key = NULL;
    const struct option_rule rules[] = {
        {"--key",  &key, NULL},
        {"--json",    NULL, &json},
        {"--svg", NULL, &svg},
        {0  },
    };
    struct operands operands;
    struct image images[2];

    if (!options_read(argc, argv, rules, usage, &operands))
        return EXIT_UNABLE;
    if (operands.count < 1 || operands.count > 2 || (json && svg)) {
        report_error("inspect wants one image or two, and one form - usage: %s", usage);
        return EXIT_UNABLE;
    }
    if (inspect_is_app(operands.at[0]))
        return inspect_apps(operands.at, operands.count, json, svg);
    for (int i = 0; i < operands.count; i++)
        if (!open_judged(&images[i], operands.at[i], key, &good)) {
            if (i)
                image_close(&images[0]);
            return EXIT_UNABLE;
        }
    if (operands.count == 2)
        done = print_difference(&images[0], &images[1], json, svg);
    else
        print_one(&images[0], json, svg);
    for (int i = 0; i < operands.count; i++)
        image_close(&images[i]);
    return !done ? EXIT_UNABLE : good ? EXIT_GOOD : EXIT_NO;
}
