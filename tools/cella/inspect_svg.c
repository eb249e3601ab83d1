// SPDX-License-Identifier: GPL-3.0-or-later
// The authority graph as a picture. Cells stand on the diagonal, from the highest priority at the
// top left down to the apps; since calls only go up, every call is a line that rises from its
// caller and turns left to its server, and the box where it turns holds the methods.
#include "inspect.h"

#include <stdlib.h>
#include <string.h>

enum {
    MARGIN = 28,
    TITLE = 62,
    LEGEND = 40,
    GAP = 18,                      // between rows and between columns
    LINE = 15,                     // height of a line of text
    PAD = 9,                       // inside a box
    LETTER = 7,                    // width of a letter of 11 px monospaced text, rounded up
    NODE_MIN = 96,                 // width of a cell's box
    NOTES = 3 + 3 * START_DEVICES, // lines below a cell's name
};

struct picture {
    FILE *out;
    const struct plan_view *plan;
    uint32_t count;
    uint32_t order[PLAN_CELLS_MAX];
    int x[PLAN_CELLS_MAX + 1], y[PLAN_CELLS_MAX + 1]; // of columns and rows; [count]: the end
    const struct plan_view *before, *after;           // of a difference, else null; `plan` has both
};

// How something stands in a difference, which may be there more or less; `both` in any other
// picture.
static const char *mark(const struct picture *p, int before, int after)
{
    return !p->before || before == after ? "both" : after > before ? "new" : "gone";
}

static const struct plan_cell *cell_at(const struct picture *p, uint32_t place)
{
    return &p->plan->cells[p->order[place]];
}

// Methods that the cell at `caller` may call at the cell at `server`, also those for which it must
// ask the person first.
static uint64_t calls(const struct picture *p, uint32_t caller, uint32_t server)
{
    const uint32_t service = cell_at(p, server)->service, cell = p->order[caller];

    return service ? plan_methods(p->plan, cell, service) | plan_consent(p->plan, cell, service)
                   : 0;
}

static int bits(uint64_t mask)
{
    return __builtin_popcountll(mask);
}

static int width_of(const char *text)
{
    return (int)strlen(text) * LETTER;
}

static int methods_width(uint32_t service, uint64_t methods)
{
    int width = 0;
    char text[32];

    for (uint32_t m = 1; m < 64; m++)
        if (methods >> m & 1) {
            int w = width_of(inspect_method_name(service, m, text));
            width = w > width ? w : width;
        }
    return width + LETTER + 2 * PAD; // and the mark of those that are asked for
}

// What stands below a cell's name.
static int notes(const struct plan_cell *cell, char text[NOTES][48])
{
    int n = 0;

    if (cell->priority == INSPECT_SERVICE_PRIORITY)
        snprintf(text[n++], 48, "a service");
    else
        snprintf(text[n++], 48, "priority %u", cell->priority);
    for (size_t i = 0; i < START_DEVICES; i++)
        if (cell->ports[i].count)
            snprintf(text[n++], 48, "ports 0x%x", cell->ports[i].base);
    for (size_t i = 0; i < START_DEVICES; i++)
        if (cell->mmio[i].pages)
            snprintf(text[n++], 48, "at 0x%llx",
                     (unsigned long long)cell->mmio[i].first * PAGE_SIZE);
    for (size_t i = 0; i < START_DEVICES; i++)
        if (cell->interrupts[i])
            snprintf(text[n++], 48, "interrupt %u", cell->interrupts[i] - 1u);
    if (cell->flags & (PLAN_SECRET | PLAN_SEED))
        snprintf(text[n++], 48, "%s", cell->flags & PLAN_SEED ? "gets the seed" : "secret");
    if (cell->flags & (PLAN_AUDIT | PLAN_DENIALS))
        snprintf(text[n++], 48, "%s", cell->flags & PLAN_AUDIT ? "audits" : "takes denials");
    return n;
}

static void measure(struct picture *p)
{
    char text[NOTES][48];
    int x = MARGIN, y = MARGIN + TITLE;

    for (uint32_t i = 0; i < p->count; i++) {
        const struct plan_cell *cell = cell_at(p, i);
        int width = NODE_MIN, height = (notes(cell, text) + 1) * LINE + 2 * PAD;
        if (width_of(cell->name) + 4 * PAD > width)
            width = width_of(cell->name) + 4 * PAD;
        for (uint32_t j = 0; j < p->count; j++) {
            uint64_t out = calls(p, i, j), in = calls(p, j, i);
            int w = out ? methods_width(cell_at(p, j)->service, out) : 0;
            int h = bits(in) * LINE + 2 * PAD;
            width = w > width ? w : width;
            height = in && h > height ? h : height;
        }
        p->x[i] = x;
        p->y[i] = y;
        x += width + GAP;
        y += height + GAP;
    }
    p->x[p->count] = x;
    p->y[p->count] = y;
}

static int middle_x(const struct picture *p, uint32_t i)
{
    return (p->x[i] + p->x[i + 1] - GAP) / 2;
}

static int middle_y(const struct picture *p, uint32_t i)
{
    return (p->y[i] + p->y[i + 1] - GAP) / 2;
}

// Text from an image, which is printable ASCII but may hold markup.
static void escaped(FILE *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '<' || *text == '>' || *text == '&' || *text == '"')
            fprintf(out, "&#%d;", *text);
        else
            fputc(*text, out);
    }
}

static void draw_text(const struct picture *p, int x, int y, const char *class, const char *text)
{
    fprintf(p->out, "<text x=\"%d\" y=\"%d\" class=\"%s\">", x, y, class);
    escaped(p->out, text);
    fprintf(p->out, "</text>\n");
}

// One vertical line for each caller, one horizontal line for each server: methods sit where they
// meet.
static void draw_lines(const struct picture *p)
{
    for (uint32_t i = 0; i < p->count; i++) {
        uint32_t top = i, right = i;
        for (uint32_t j = p->count; j-- > 0;)
            if (calls(p, i, j))
                top = j < top ? j : top;
        for (uint32_t j = i; j < p->count; j++)
            if (calls(p, j, i))
                right = j;
        if (top < i)
            fprintf(p->out, "<path d=\"M%d %dV%d\" class=\"line\"/>\n", middle_x(p, i),
                    middle_y(p, i), middle_y(p, top));
        if (right > i)
            fprintf(p->out, "<path d=\"M%d %dH%d\" class=\"line\" marker-end=\"url(#arrow)\"/>\n",
                    middle_x(p, right), middle_y(p, i), p->x[i + 1] - GAP + 2);
    }
}

enum holding { HOLDS_NOT, HOLDS_ASKING, HOLDS };

// How the cell at `caller` has this method in a plan; null: in none.
static enum holding holding(const struct plan_view *plan, const struct picture *p, uint32_t caller,
                            uint32_t service, uint32_t method)
{
    const uint32_t cell = plan ? inspect_cell(plan, cell_at(p, caller)->name) : 0;

    if (!plan || cell >= plan->plan->cell_count)
        return HOLDS_NOT;
    if (plan_methods(plan, cell, service) >> method & 1)
        return HOLDS;
    return plan_consent(plan, cell, service) >> method & 1 ? HOLDS_ASKING : HOLDS_NOT;
}

static void draw_method(const struct picture *p, uint32_t caller, uint32_t service, uint32_t method,
                        int y)
{
    const enum holding before = holding(p->before, p, caller, service, method);
    const enum holding after = holding(p->after, p, caller, service, method);
    const bool outright = plan_methods(p->plan, p->order[caller], service) >> method & 1;
    char name[32], text[40], class[32];

    snprintf(class, sizeof(class), "method %s%s", mark(p, (int)before, (int)after),
             outright ? "" : " ask");
    snprintf(text, sizeof(text), "%s%s", inspect_method_name(service, method, name),
             outright ? "" : "?");
    draw_text(p, middle_x(p, caller), y, class, text);
}

static void draw_methods(const struct picture *p, uint32_t caller, uint32_t server)
{
    uint32_t service = cell_at(p, server)->service;
    uint64_t methods = calls(p, caller, server);
    int width = methods_width(service, methods), height = bits(methods) * LINE + PAD;
    int x = middle_x(p, caller) - width / 2, y = middle_y(p, server) - height / 2;

    fprintf(p->out, "<g><title>");
    escaped(p->out, cell_at(p, caller)->name);
    fprintf(p->out, " may call ");
    escaped(p->out, cell_at(p, server)->name);
    fprintf(p->out,
            "</title><rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"4\" "
            "class=\"methods\"/>\n",
            x, y, width, height);
    y += PAD / 2 + LINE - 4;
    for (uint32_t m = 1; m < 64; m++)
        if (methods >> m & 1) {
            draw_method(p, caller, service, m, y);
            y += LINE;
        }
    fprintf(p->out, "</g>\n");
}

static const char *class_of(const struct plan_cell *cell)
{
    if (cell->flags & PLAN_APP)
        return "app";
    if (cell->priority == STEWARD_PRIORITY)
        return "steward";
    return cell->ports[0].count || cell->mmio[0].pages || cell->interrupts[0] ? "driver"
                                                                              : "service";
}

static bool is_in(const struct plan_view *plan, const struct plan_cell *cell)
{
    return plan && inspect_cell(plan, cell->name) < plan->plan->cell_count;
}

static void draw_cell(const struct picture *p, uint32_t i)
{
    const struct plan_cell *cell = cell_at(p, i);
    const char *stands = mark(p, is_in(p->before, cell), is_in(p->after, cell));
    char text[NOTES][48], class[16];
    int count = notes(cell, text), height = (count + 1) * LINE + 2 * PAD - 4;
    int y = middle_y(p, i) - height / 2;

    fprintf(p->out,
            "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"%d\" class=\"cell %s %s\"/>\n",
            p->x[i], y, p->x[i + 1] - GAP - p->x[i], height, cell->flags & PLAN_APP ? 14 : 5,
            class_of(cell), stands);
    snprintf(class, sizeof(class), "name %s", stands);
    draw_text(p, middle_x(p, i), y + PAD + LINE - 4, class, cell->name);
    for (int n = 0; n < count; n++)
        draw_text(p, middle_x(p, i), y + PAD + (n + 2) * LINE - 5, "note", text[n]);
}

static void draw_legend(const struct picture *p, int y)
{
    static const char *const kinds[] = {"steward", "service", "driver", "app"};
    int x = MARGIN;

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        fprintf(
            p->out,
            "<rect x=\"%d\" y=\"%d\" width=\"22\" height=\"14\" rx=\"%d\" class=\"cell %s\"/>\n", x,
            y, i == 3 ? 7 : 3, kinds[i]);
        draw_text(p, x + 30, y + 11, "legend", kinds[i]);
        x += 110;
    }
    draw_text(p, x, y + 11, "legend ask", "name? only after asking the person");
    x += 250;
    if (!p->before)
        return;
    draw_text(p, x, y + 11, "legend new", "+ new");
    draw_text(p, x + 80, y + 11, "legend gone", "taken away");
}

static void draw_head(const struct picture *p, const char *title, int width, int height)
{
    fprintf(p->out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" "
            "height=\"%d\" role=\"img\">\n<title>Authority graph: ",
            width, height, width, height);
    escaped(p->out, title);
    fprintf(p->out, "%s",
            "</title>\n<defs><marker id=\"arrow\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" "
            "markerWidth=\"7\" markerHeight=\"7\" orient=\"auto-start-reverse\">"
            "<path d=\"M0 0L10 5L0 10z\" fill=\"#8a94a6\"/></marker></defs>\n<style>\n"
            "text{font-family:ui-monospace,\"DejaVu Sans "
            "Mono\",Menlo,Consolas,monospace;text-anchor:middle}\n"
            ".title{font:600 20px sans-serif;text-anchor:start;fill:#1c2333}\n"
            ".sub{font:13px sans-serif;text-anchor:start;fill:#5a6478}\n"
            ".legend{font:12px sans-serif;text-anchor:start;fill:#5a6478}\n"
            ".name{font-size:13px;font-weight:700;fill:#1c2333}\n"
            ".note{font-size:10.5px;fill:#4a5468}\n.method{font-size:11px;fill:#1c2333}\n"
            ".line{fill:none;stroke:#8a94a6;stroke-width:1.4}\n"
            ".methods{fill:#ffffff;stroke:#c4cad6}\n.cell{stroke-width:1.6}\n"
            ".steward{fill:#e4e7ee;stroke:#4a5468}\n.service{fill:#dcefe6;stroke:#2f8560}\n"
            ".driver{fill:#dfe9fb;stroke:#3566b8}\n.app{fill:#fdebd3;stroke:#c4731a;stroke-"
            "dasharray:5 3}\n"
            "rect.new{stroke:#1a7f37;stroke-width:3.5}rect.gone{fill:#f4f4f6;stroke:#b4232c;stroke-"
            "width:3.5}\n"
            "text.new{fill:#1a7f37;font-weight:700}"
            "text.gone{fill:#b4232c;text-decoration:line-through}\n"
            "text.ask{font-style:italic}\n"
            "</style>\n");
    fprintf(p->out, "<rect width=\"%d\" height=\"%d\" fill=\"#fbfcfe\"/>\n", width, height);
    fprintf(p->out, "<text x=\"%d\" y=\"%d\" class=\"title\">", MARGIN, MARGIN + 18);
    escaped(p->out, title);
    fprintf(p->out, ": %s</text>\n", p->before ? "what changes" : "who may call what");
    draw_text(
        p, MARGIN, MARGIN + 40, "sub",
        "Cells by priority, the highest first. A call rises from its caller and turns left to its "
        "server; the box holds the methods. A crossing without a box permits nothing.");
}

static void draw(struct picture *p, const char *title)
{
    int width, height;

    inspect_order(p->plan, p->order);
    measure(p);
    width = p->x[p->count] - GAP + MARGIN;
    width = width > 1060 ? width : 1060; // the sentence above the picture
    height = p->y[p->count] + LEGEND;
    draw_head(p, title, width, height);
    draw_lines(p);
    for (uint32_t i = 0; i < p->count; i++) {
        draw_cell(p, i);
        for (uint32_t j = 0; j < i; j++)
            if (calls(p, i, j))
                draw_methods(p, i, j);
    }
    draw_legend(p, height - LEGEND + 6);
    fprintf(p->out, "</svg>\n");
}

void inspect_svg(FILE *out, const struct plan_view *plan, const char *title)
{
    struct picture p = {.out = out, .plan = plan, .count = plan->plan->cell_count};

    draw(&p, title);
}

// Cells and calls of both plans; where a cell is in both, it stands as the new one says.
struct both {
    struct plan plan;
    struct plan_cell cells[PLAN_CELLS_MAX];
    struct plan_grant grants[PLAN_CELLS_MAX * START_SERVICES];
};

static err_t both_make(const struct plan_view *before, const struct plan_view *after,
                       struct both *out)
{
    uint32_t count = 0;

    if (after->plan->cell_count > PLAN_CELLS_MAX) // two apps and all services that they name
        return ERR_TOO_LARGE;
    for (; count < after->plan->cell_count; count++)
        out->cells[count] = after->cells[count];
    for (uint32_t i = 0; i < before->plan->cell_count; i++) {
        if (is_in(after, &before->cells[i]))
            continue;
        if (count == PLAN_CELLS_MAX)
            return ERR_TOO_LARGE;
        out->cells[count++] = before->cells[i];
    }
    out->plan.cell_count = count;
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t a = inspect_cell(after, out->cells[i].name);
        const uint32_t b = inspect_cell(before, out->cells[i].name);
        for (uint32_t s = 1; s < START_SERVICES; s++) {
            struct plan_grant *g = &out->grants[out->plan.grant_count];
            *g = (struct plan_grant){.cell = i, .service = s};
            if (a < after->plan->cell_count) {
                g->methods |= plan_methods(after, a, s);
                g->consent |= plan_consent(after, a, s);
            }
            if (b < before->plan->cell_count) {
                g->methods |= plan_methods(before, b, s);
                g->consent |= plan_consent(before, b, s);
            }
            out->plan.grant_count += (g->methods | g->consent) != 0;
        }
    }
    return ERR_OK;
}

err_t inspect_svg_difference(FILE *out, const struct plan_view *before,
                             const struct plan_view *after, const char *title)
{
    struct both *both = calloc(1, sizeof(*both));
    err_t err = both ? both_make(before, after, both) : ERR_NO_MEMORY;

    if (!err) {
        const struct plan_view plan = {&both->plan, after->ceiling, both->cells, both->grants};
        struct picture p = {.out = out,
                            .plan = &plan,
                            .count = both->plan.cell_count,
                            .before = before,
                            .after = after};
        draw(&p, title);
    }
    free(both);
    return err;
}
