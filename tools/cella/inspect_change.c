// SPDX-License-Identifier: GPL-3.0-or-later
#include "inspect_change.h"

#include "inspect.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void change_add(struct changes *c, enum change_kind kind, const char *cell, const char *what,
                const char *format, ...)
{
    va_list arguments;

    if ((c->count & (c->count - 1)) == 0) {
        c->list = realloc(c->list, (c->count ? 2 * c->count : 1) * sizeof(*c->list));
        if (!c->list)
            abort();
    }
    struct change *new = &c->list[c->count++];
    *new = (struct change){.kind = kind, .what = what};
    snprintf(new->cell, sizeof(new->cell), "%s", cell);
    va_start(arguments, format);
    vsnprintf(new->text, sizeof(new->text), format, arguments);
    va_end(arguments);
}

void change_free(struct changes *c)
{
    free(c->list);
    *c = (struct changes){0};
}

// Methods, one sentence for each. `how` stands between the cell's name and the method's.
static void methods(struct changes *c, const char *cell, const char *what, const char *how,
                    uint32_t service, uint64_t before, uint64_t after)
{
    char s[32], m[32];

    for (uint32_t i = 1; i < 64; i++)
        if ((before ^ after) >> i & 1)
            change_add(c, after >> i & 1 ? CHANGE_ADDS : CHANGE_TAKES, cell, what, "%s %s %s.%s",
                       cell, how, inspect_service_name(service, s),
                       inspect_method_name(service, i, m));
}

// More is added, less is taken away.
static void amount(struct changes *c, const char *cell, const char *what, uint64_t before,
                   uint64_t after, const char *unit)
{
    if (before != after)
        change_add(c, after > before ? CHANGE_ADDS : CHANGE_TAKES, cell, what,
                   "%s has %llu %s, %llu before", cell, (unsigned long long)after, unit,
                   (unsigned long long)before);
}

static const struct plan_cell nothing; // what a cell has that is not there

static bool ports_same(struct plan_ports a, struct plan_ports b)
{
    return a.base == b.base && a.count == b.count;
}

static bool mmio_same(struct plan_mmio a, struct plan_mmio b)
{
    return a.first == b.first && a.pages == b.pages;
}

// Devices of `has` that `other` lacks; their order says nothing.
static void devices(struct changes *c, enum change_kind kind, const char *cell,
                    const struct plan_cell *has, const struct plan_cell *other)
{
    for (size_t i = 0; i < START_DEVICES; i++) {
        bool ports = !has->ports[i].count, mmio = !has->mmio[i].pages, line = !has->interrupts[i];
        for (size_t j = 0; j < START_DEVICES; j++) {
            ports = ports || ports_same(has->ports[i], other->ports[j]);
            mmio = mmio || mmio_same(has->mmio[i], other->mmio[j]);
            line = line || has->interrupts[i] == other->interrupts[j];
        }
        if (!ports)
            change_add(c, kind, cell, "device", "%s drives ports 0x%x to 0x%x", cell,
                       has->ports[i].base, has->ports[i].base + has->ports[i].count - 1);
        if (!mmio)
            change_add(c, kind, cell, "device", "%s drives device memory, %u pages at 0x%llx", cell,
                       has->mmio[i].pages, (unsigned long long)has->mmio[i].first * PAGE_SIZE);
        if (!line)
            change_add(c, kind, cell, "device", "%s hears interrupt %u", cell,
                       has->interrupts[i] - 1u);
    }
}

static void flags(struct changes *c, const char *cell, uint32_t before, uint32_t after)
{
    static const struct {
        uint32_t flag;
        const char *text;
    } known[] = {
#define FLAG(flag, text) {flag, text},
#include "inspect_flags.def"
#undef FLAG
    };
    uint32_t rest = before ^ after;

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (!(rest & known[i].flag))
            continue;
        change_add(c, after & known[i].flag ? CHANGE_ADDS : CHANGE_TAKES, cell, "flag", "%s %s",
                   cell, known[i].text);
        rest &= ~known[i].flag;
    }
    if (rest)
        change_add(c, CHANGE_ALTERS, cell, "flag", "%s has flags 0x%x, 0x%x before", cell, after,
                   before);
}

static void publisher_text(const struct plan_cell *cell, char text[17])
{
    for (int i = 0; i < 8; i++)
        snprintf(text + (ptrdiff_t)2 * i, 3, "%02x", cell->publisher[i]);
}

static void publisher(struct changes *c, const struct plan_cell *b, const struct plan_cell *a)
{
    const size_t size = sizeof(a->publisher);
    char after[17], before[17];

    publisher_text(a, after);
    publisher_text(b, before);
    if (memcmp(a->publisher, b->publisher, size) == 0)
        return;
    if (memcmp(a->publisher, nothing.publisher, size) == 0)
        change_add(c, CHANGE_ALTERS, a->name, "publisher",
                   "%s is not signed by anybody, by %s... before", a->name, before);
    else if (memcmp(b->publisher, nothing.publisher, size) == 0)
        change_add(c, CHANGE_ALTERS, a->name, "publisher",
                   "%s is signed by %s..., by nobody before", a->name, after);
    else
        change_add(c, CHANGE_ALTERS, a->name, "publisher",
                   "%s has another publisher, %s..., %s... before: its keys are others", a->name,
                   after, before);
}

static void identity(struct changes *c, const struct plan_cell *b, const struct plan_cell *a)
{
    char s[32], old[32];

    if (a->service != b->service)
        change_add(c, CHANGE_ALTERS, a->name, "service", "%s serves %s, %s before", a->name,
                   a->service ? inspect_service_name(a->service, s) : "nobody",
                   b->service ? inspect_service_name(b->service, old) : "nobody");
    publisher(c, b, a);
    if (memcmp(a->app_id, b->app_id, sizeof(a->app_id)) != 0)
        change_add(c, CHANGE_ALTERS, a->name, "app id",
                   "%s has the app id %s, %s before: its keys are others", a->name, a->app_id,
                   b->app_id);
    if (a->priority != b->priority)
        change_add(c, CHANGE_ALTERS, a->name, "priority", "%s has priority %u, %u before", a->name,
                   a->priority, b->priority);
    if (strcmp(a->argument, b->argument) != 0)
        change_add(c, CHANGE_ALTERS, a->name, "argument", "%s is told \"%s\", \"%s\" before",
                   a->name, a->argument, b->argument);
}

// Time per thousand; a cell without a budget has all.
static uint64_t share(const struct plan_cell *cell)
{
    return cell->budget_us && cell->period_us ? cell->budget_us * 1000ull / cell->period_us : 1000;
}

static void room(struct changes *c, const struct plan_cell *b, const struct plan_cell *a)
{
    amount(c, a->name, "memory", b->heap_pages * 4ull, a->heap_pages * 4ull, "KiB of heap");
    amount(c, a->name, "memory", b->stack_pages * 4ull, a->stack_pages * 4ull, "KiB of stack");
    amount(c, a->name, "memory", b->untyped_pages * 4ull, a->untyped_pages * 4ull,
           "KiB to make objects of");
    amount(c, a->name, "slots", b->slots, a->slots, "slots for capabilities");
    if (share(a) != share(b))
        amount(c, a->name, "time", share(b), share(a), "thousandths of the processor at most");
    else if (a->period_us != b->period_us)
        change_add(c, CHANGE_ALTERS, a->name, "time",
                   "%s has %u us in each %u us, %u in each %u before", a->name, a->budget_us,
                   a->period_us, b->budget_us, b->period_us);
}

static void rights(struct changes *c, const char *cell, const struct plan_view *before, uint32_t b,
                   const struct plan_view *after, uint32_t a)
{
    for (uint32_t s = 1; s < START_SERVICES; s++) {
        methods(c, cell, "call", "may call", s,
                b < before->plan->cell_count ? plan_methods(before, b, s) : 0,
                plan_methods(after, a, s));
        methods(c, cell, "ask", "may ask the person for", s,
                b < before->plan->cell_count ? plan_consent(before, b, s) : 0,
                plan_consent(after, a, s));
    }
}

static void cell_compare(struct changes *c, const struct plan_view *before,
                         const struct plan_view *after, uint32_t number)
{
    const struct plan_cell *a = &after->cells[number], *b = &nothing;
    const uint32_t was = inspect_cell(before, a->name);

    if (was < before->plan->cell_count) {
        b = &before->cells[was];
        identity(c, b, a);
        room(c, b, a);
    } else {
        change_add(c, CHANGE_ADDS, a->name, "cell", "%s is new: %s of priority %u", a->name,
                   a->flags & PLAN_APP ? "an app" : "a part of the system", a->priority);
    }
    rights(c, a->name, before, was, after, number);
    devices(c, CHANGE_ADDS, a->name, a, b);
    devices(c, CHANGE_TAKES, a->name, b, a);
    flags(c, a->name, b == &nothing ? a->flags & PLAN_APP : b->flags, a->flags);
}

static void ceiling_compare(struct changes *c, const struct plan_ceiling *b,
                            const struct plan_ceiling *a)
{
    const char *who = "an installed app";

    amount(c, "the device", "ceiling", b->apps, a->apps, "places for installed apps");
    if (!a->apps && !b->apps)
        return;
    amount(c, who, "ceiling", b->pages * 4ull, a->pages * 4ull, "KiB of memory at most");
    amount(c, who, "ceiling", b->heap_pages * 4ull, a->heap_pages * 4ull, "KiB of heap at most");
    amount(c, who, "ceiling", b->stack_pages * 4ull, a->stack_pages * 4ull, "KiB of stack at most");
    amount(c, who, "ceiling", b->priority, a->priority, "as its highest priority");
    for (uint32_t s = 1; s < START_SERVICES; s++)
        methods(c, who, "ceiling", "may be given", s, b->methods[s], a->methods[s]);
}

void change_plans(struct changes *c, const struct plan_view *before, const struct plan_view *after)
{
    for (uint32_t i = 0; i < after->plan->cell_count; i++)
        cell_compare(c, before, after, i);
    for (uint32_t i = 0; i < before->plan->cell_count; i++)
        if (inspect_cell(after, before->cells[i].name) == after->plan->cell_count)
            change_add(c, CHANGE_TAKES, before->cells[i].name, "cell",
                       "%s, with all that it may do", before->cells[i].name);
    ceiling_compare(c, before->ceiling, after->ceiling);
}
