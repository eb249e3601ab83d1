// SPDX-License-Identifier: GPL-3.0-or-later
// One manifest.toml into the plan of its cell.
#include "common/near.h"
#include "profile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MEMORY_PAGES_MOST = 65536,
    STACK_PAGES_USUAL = 4,
    SLOTS_USUAL = 256,
    PRIORITY_LAST = 255,
};

static const char *const manifest_keys[] = {
    "name",     "publisher",   "app_id",  "service", "priority", "heap",    "stack",
    "memory",   "slots",       "fpu",     "secret",  "seed",     "app",     "cells",
    "argument", "permissions", "devices", "budget",  "restart",  "consent", "version",
    "number",   "audit",       "denials", NULL,
};
// What only a program of the system has.
static const char *const system_keys[] = {"service", "devices", "memory", "cells",
                                          "seed",    "restart", "app",    NULL};
static const char *const device_keys[] = {"ports", "mmio", "interrupts", NULL};

static bool fail(const struct fields *f, const struct setting *at, enum profile_message message,
                 const char *a, const char *b, const char *d)
{
    return profile_complain(f->c, f->path, at->line, message, a, b, d);
}

static bool hex_key(const char *text, uint8_t out[PUBLISHER_SIZE])
{
    static const char digits[] = "0123456789abcdef";

    if (strlen(text) != 2 * PUBLISHER_SIZE || strspn(text, digits) != 2 * PUBLISHER_SIZE)
        return false;
    for (size_t i = 0; i < PUBLISHER_SIZE; i++)
        out[i] = (uint8_t)((strchr(digits, text[2 * i]) - digits) << 4 |
                           (strchr(digits, text[2 * i + 1]) - digits));
    return true;
}

static bool read_publisher(const struct fields *f, const struct publishers *publishers,
                           struct profile_cell *cell)
{
    const struct setting *s = fields_find(f, "publisher");
    struct near near;
    char hint[128];

    if (s->kind != SETTING_STRING)
        return fail(f, s, PROFILE_WRONG_TYPE, "publisher", "text in quotes", NULL);
    near_start(&near, s->string);
    for (size_t i = 0; i < publishers->document->count; i++) {
        const struct setting *p = &publishers->document->items[i];
        near_try(&near, p->key);
        if (strcmp(p->key, s->string) != 0)
            continue;
        // The list itself was checked when it was read.
        return hex_key(p->string, cell->plan.publisher);
    }
    return fail(f, s, PROFILE_PUBLISHER, s->string, near_hint(&near, hint), NULL);
}

bool publishers_check(const struct setting *document, const char *path, struct complaint *c)
{
    uint8_t key[PUBLISHER_SIZE];

    for (size_t i = 0; i < document->count; i++) {
        const struct setting *p = &document->items[i];
        if (p->kind != SETTING_STRING || !hex_key(p->string, key))
            return profile_complain(c, path, p->line, PROFILE_PUBLISHER_KEY, p->key, NULL, NULL);
    }
    return true;
}

bool service_find(const struct fields *f, const struct setting *at, const char *name,
                  const struct service_info **out)
{
    struct near near;
    char hint[128];

    *out = service_by_name(name);
    if (*out)
        return true;
    near_start(&near, name);
    for (size_t i = 0; i < service_count; i++)
        near_try(&near, service_table[i].name);
    return fail(f, at, PROFILE_SERVICE, name, near_hint(&near, hint), NULL);
}

// Whether the person can be asked for it, and there is something to ask for.
static bool consent_good(const struct fields *f, const struct setting *at,
                         const struct service_info *service, const struct method_info *method,
                         const struct permission *permission)
{
    if (!(method->attributes & METHOD_CONSENT))
        return fail(f, at, PROFILE_CONSENT_METHOD, method->name, service->name, service->name);
    if (permission->methods >> method->number & 1)
        return fail(f, at, PROFILE_CONSENT_HAS, method->name, NULL, NULL);
    return true;
}

static bool read_methods(const struct fields *f, const struct setting *list,
                         const struct service_info *service, bool consent,
                         struct permission *permission)
{
    uint64_t *mask = consent ? &permission->consent : &permission->methods;
    char hint[128];

    if (list->kind != SETTING_ARRAY)
        return fail(f, list, PROFILE_PERMISSION_TYPE, list->key, NULL, NULL);
    for (size_t i = 0; i < list->count; i++) {
        const struct setting *s = &list->items[i];
        const struct method_info *method;
        struct near near;
        if (s->kind != SETTING_STRING)
            return fail(f, s, PROFILE_PERMISSION_TYPE, list->key, NULL, NULL);
        method = method_by_name(service, s->string);
        if (!method) {
            near_start(&near, s->string);
            for (size_t m = 0; m < service->method_count; m++)
                near_try(&near, service->methods[m].name);
            return fail(f, s, PROFILE_METHOD, service->name, s->string, near_hint(&near, hint));
        }
        if (*mask >> method->number & 1)
            return fail(f, s, PROFILE_METHOD_TWICE, s->string, NULL, NULL);
        if (consent && !consent_good(f, s, service, method, permission))
            return false;
        *mask |= 1ull << method->number;
    }
    permission->service = service->number;
    permission->line = list->line;
    return true;
}

bool permissions_read(const struct fields *f, const struct setting *table, const char *name,
                      bool consent, struct permission permissions[PROFILE_SERVICES])
{
    char kind[64];

    if (!table)
        return true;
    snprintf(kind, sizeof(kind), "a table: [%s]", name);
    if (table->kind != SETTING_TABLE)
        return fail(f, table, PROFILE_WRONG_TYPE, table->key, kind, NULL);
    for (size_t i = 0; i < table->count; i++) {
        const struct setting *list = &table->items[i];
        const struct service_info *service;
        if (!service_find(f, list, list->key, &service) ||
            !read_methods(f, list, service, consent, &permissions[service->number]))
            return false;
    }
    return true;
}

static bool read_permissions(const struct fields *f, struct profile_cell *cell)
{
    const struct setting *consent = fields_find(f, "consent");
    const struct service_info *steward = service_by_name("steward");
    uint32_t request = method_by_name(steward, "request")->number;

    if (!permissions_read(f, fields_find(f, "permissions"), "permissions", false,
                          cell->permissions) ||
        !permissions_read(f, consent, "consent", true, cell->permissions))
        return false;
    if (consent && consent->count && !(cell->permissions[steward->number].methods >> request & 1))
        return fail(f, consent, PROFILE_CONSENT_REQUEST, NULL, NULL, NULL);
    return true;
}

static bool read_ports(const struct fields *f, struct profile_cell *cell)
{
    const struct setting *list = fields_find(f, "ports");

    if (!list)
        return true;
    if (list->kind != SETTING_ARRAY || list->count > START_DEVICES)
        return fail(f, list, PROFILE_PORTS, NULL, NULL, NULL);
    for (size_t i = 0; i < list->count; i++) {
        const struct setting *pair = &list->items[i];
        if (pair->kind != SETTING_ARRAY || pair->count != 2 ||
            pair->items[0].kind != SETTING_INTEGER || pair->items[1].kind != SETTING_INTEGER)
            return fail(f, pair, PROFILE_PORTS, NULL, NULL, NULL);
        int64_t base = pair->items[0].integer, count = pair->items[1].integer;
        if (base < 0 || count < 1 || base > 0xffff || count > 0x10000 - base || count > 0xffff)
            return fail(f, pair, PROFILE_PORTS, NULL, NULL, NULL);
        cell->plan.ports[i] = (struct plan_ports){(uint16_t)base, (uint16_t)count};
    }
    return true;
}

static bool read_mmio(const struct fields *f, struct profile_cell *cell)
{
    const struct setting *list = fields_find(f, "mmio");

    if (!list)
        return true;
    if (list->kind != SETTING_ARRAY || list->count > START_DEVICES)
        return fail(f, list, PROFILE_MMIO, NULL, NULL, NULL);
    for (size_t i = 0; i < list->count; i++) {
        const struct setting *pair = &list->items[i];
        if (pair->kind != SETTING_ARRAY || pair->count != 2 ||
            pair->items[0].kind != SETTING_INTEGER || pair->items[1].kind != SETTING_INTEGER)
            return fail(f, pair, PROFILE_MMIO, NULL, NULL, NULL);
        int64_t base = pair->items[0].integer, pages = pair->items[1].integer;
        if (base < 0 || base % PAGE_SIZE != 0 || pages < 1 || pages > MMIO_PAGES_MAX ||
            base / PAGE_SIZE > MMIO_PAGE_END - pages)
            return fail(f, pair, PROFILE_MMIO, NULL, NULL, NULL);
        cell->plan.mmio[i] = (struct plan_mmio){(uint32_t)(base / PAGE_SIZE), (uint32_t)pages};
    }
    return true;
}

static bool read_interrupts(const struct fields *f, struct profile_cell *cell)
{
    const struct setting *list = fields_find(f, "interrupts");

    if (!list)
        return true;
    if (list->kind != SETTING_ARRAY || list->count > START_DEVICES)
        return fail(f, list, PROFILE_INTERRUPTS, NULL, NULL, NULL);
    for (size_t i = 0; i < list->count; i++) {
        const struct setting *s = &list->items[i];
        if (s->kind != SETTING_INTEGER || s->integer < 0 || s->integer >= BOOT_IRQ_COUNT)
            return fail(f, s, PROFILE_INTERRUPTS, NULL, NULL, NULL);
        cell->plan.interrupts[i] = (uint8_t)(s->integer + 1);
    }
    return true;
}

static bool read_devices(const struct fields *f, struct profile_cell *cell)
{
    struct fields devices = *f;

    devices.table = fields_find(f, "devices");
    if (!devices.table)
        return true;
    if (devices.table->kind != SETTING_TABLE)
        return fail(f, devices.table, PROFILE_WRONG_TYPE, "devices", "a table: [devices]", NULL);
    if (cell->plan.flags & PLAN_APP)
        return fail(f, devices.table, PROFILE_APP_DEVICES, NULL, NULL, NULL);
    devices.known = device_keys;
    devices.what = "[devices]";
    cell->devices_line = devices.table->line;
    return fields_known(&devices) && read_ports(&devices, cell) && read_mmio(&devices, cell) &&
           read_interrupts(&devices, cell);
}

static bool read_flags(const struct fields *f, struct profile_cell *cell, bool app)
{
    bool fpu = false, secret = false, seed = false, cells = false, audit = false, denials = false;
    const struct setting *s = fields_find(f, "seed");
    bool restart;

    if (!fields_bool(f, "fpu", &fpu) || !fields_bool(f, "secret", &secret) ||
        !fields_bool(f, "seed", &seed) || !fields_bool(f, "app", &app) ||
        !fields_bool(f, "cells", &cells) || !fields_bool(f, "audit", &audit) ||
        !fields_bool(f, "denials", &denials))
        return false;
    if (app && (audit || denials))
        return fail(f, fields_find(f, audit ? "audit" : "denials"), PROFILE_APP_AUDIT, NULL, NULL,
                    NULL);
    restart = !app;
    if (!fields_bool(f, "restart", &restart))
        return false;
    if (cells && strncmp(cell->folder, "tests/", 6) != 0)
        return fail(f, fields_find(f, "cells"), PROFILE_CELLS_TESTS, NULL, NULL, NULL);
    cell->seed_line = s ? s->line : 0;
    cell->plan.flags = (fpu ? PLAN_FPU : 0u) | (secret ? PLAN_SECRET : 0u) |
                       (seed ? PLAN_SEED : 0u) | (app ? PLAN_APP : 0u) | (cells ? PLAN_CELLS : 0u) |
                       (restart ? PLAN_RESTART : 0u) | (audit ? PLAN_AUDIT : 0u) |
                       (denials ? PLAN_DENIALS : 0u);
    return true;
}

static bool read_service(const struct fields *f, struct profile_cell *cell)
{
    const struct setting *s = fields_find(f, "service");
    const struct service_info *service;

    if (!s)
        return true;
    if (s->kind != SETTING_STRING)
        return fail(f, s, PROFILE_WRONG_TYPE, "service", "text in quotes", NULL);
    if (cell->plan.flags & PLAN_APP)
        return fail(f, s, PROFILE_APP_SERVICE, NULL, NULL, NULL);
    if (!service_find(f, s, s->string, &service))
        return false;
    cell->plan.service = service->number;
    cell->service_line = s->line;
    return true;
}

static bool read_sizes(const struct fields *f, struct profile_cell *cell)
{
    int64_t priority = 0, slots = SLOTS_USUAL;
    const struct setting *s = fields_find(f, "slots");

    cell->plan.stack_pages = STACK_PAGES_USUAL;
    if (!fields_number(f, "priority", 1, PRIORITY_LAST, &priority) ||
        !fields_pages(f, "heap", CELL_HEAP_PAGES_MAX, &cell->plan.heap_pages) ||
        !fields_pages(f, "stack", CELL_STACK_PAGES_MAX, &cell->plan.stack_pages) ||
        !fields_pages(f, "memory", MEMORY_PAGES_MOST, &cell->plan.untyped_pages) ||
        !fields_number(f, "slots", INT64_MIN, INT64_MAX, &slots))
        return false;
    if (slots < PROFILE_SLOTS_LEAST || slots > PROFILE_SLOTS_MOST || (slots & (slots - 1)) != 0)
        return fail(f, s, PROFILE_BAD_SLOTS, NULL, NULL, NULL);
    if (cell->plan.stack_pages == 0)
        return fail(f, fields_find(f, "stack"), PROFILE_WRONG_TYPE, "stack", "at least \"4K\"",
                    NULL);
    cell->plan.priority = (uint32_t)priority;
    cell->plan.slots = (uint32_t)slots;
    cell->priority_line = fields_find(f, "priority")->line;
    return true;
}

// A length of time like "250us" at `*text`, which then points behind it. In microseconds, 0 if it
// is none.
static uint64_t read_time(const char **text)
{
    static const struct {
        const char *unit;
        uint64_t us;
    } units[] = {
        {"us", 1         },
        {"ms", 1000      },
        {"s",  1000000   },
        {"h",  3600000000}
    };
    char *end;
    unsigned long long n = **text >= '1' && **text <= '9' ? strtoull(*text, &end, 10) : 0;

    if (n == 0 || n > PLAN_PERIOD_MAX)
        return 0;
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        size_t length = strlen(units[i].unit);

        if (strncmp(end, units[i].unit, length) != 0)
            continue;
        *text = end + length;
        return n * units[i].us;
    }
    return 0;
}

bool budget_read(const struct fields *f, uint32_t *out, uint32_t *out_period)
{
    static const char between[] = " per ";
    const struct setting *s = fields_find(f, "budget");
    const char *at = s && s->kind == SETTING_STRING ? s->string : "";
    uint64_t amount, period = 0;

    if (!s)
        return true;
    amount = read_time(&at);
    if (strncmp(at, between, strlen(between)) == 0) {
        at += strlen(between);
        period = read_time(&at);
    }
    if (amount == 0 || amount > period || period > PLAN_PERIOD_MAX || *at)
        return fail(f, s, PROFILE_BAD_BUDGET, NULL, NULL, NULL);
    *out = (uint32_t)amount;
    *out_period = (uint32_t)period;
    return true;
}

// Version and number of an app, by which a newer package is known.
static bool read_release(const struct fields *f, struct profile_cell *cell)
{
    const struct setting *version = fields_find(f, "version"), *number = fields_find(f, "number");
    int64_t value = 0;

    if (!(cell->plan.flags & PLAN_APP) && (version || number))
        return fail(f, version ? version : number, PROFILE_APP_ONLY, version ? "version" : "number",
                    NULL, NULL);
    if (!fields_text(f, "version", cell->version, sizeof(cell->version)) ||
        !fields_number(f, "number", 1, INT64_MAX, &value))
        return false;
    cell->number = (uint64_t)value;
    return true;
}

static bool read_names(const struct fields *f, struct profile_cell *cell,
                       const struct publishers *publishers)
{
    if (!fields_name(f, "name", cell->plan.name) ||
        (publishers && !read_publisher(f, publishers, cell)))
        return false;
    memcpy(cell->plan.app_id, cell->plan.name, sizeof(cell->plan.app_id));
    return fields_name(f, "app_id", cell->plan.app_id) &&
           fields_text(f, "argument", cell->plan.argument, sizeof(cell->plan.argument));
}

static bool read_all(const struct fields *f, struct profile_cell *cell,
                     const struct publishers *publishers)
{
    bool app = !publishers || strncmp(cell->folder, "apps/", 5) == 0;

    return fields_required(f, "priority") && read_names(f, cell, publishers) &&
           read_flags(f, cell, app) && read_service(f, cell) && read_release(f, cell) &&
           read_sizes(f, cell) && budget_read(f, &cell->plan.budget_us, &cell->plan.period_us) &&
           read_permissions(f, cell) && read_devices(f, cell);
}

static const struct setting *manifest_document(struct profile_cell *cell, struct complaint *c)
{
    const char *reason = NULL;
    unsigned line = 0;
    const struct setting *document = settings_read(cell->text, cell->text_size, &reason, &line);

    if (!document)
        profile_complain(c, cell->manifest, line, PROFILE_SYNTAX, reason, NULL, NULL);
    return document;
}

bool manifest_read(struct profile_cell *cell, const struct publishers *publishers,
                   struct complaint *c)
{
    struct fields f = {
        .path = cell->manifest, .known = manifest_keys, .what = "a manifest", .c = c};
    bool good;

    f.table = manifest_document(cell, c);
    if (!f.table)
        return false;
    good = fields_known(&f) && fields_required(&f, "name") && fields_required(&f, "publisher") &&
           read_all(&f, cell, publishers);
    settings_free(f.table);
    return good;
}

// Above what any device gives an app.
static bool app_priority_good(const struct fields *f, const struct profile_cell *cell)
{
    char most[16];

    snprintf(most, sizeof(most), "%d", APP_PRIORITY_MOST);
    return cell->plan.priority <= APP_PRIORITY_MOST ||
           fail(f, fields_find(f, "priority"), PROFILE_OUT_OF_RANGE, "priority", "1", most);
}

bool manifest_read_app(struct profile_cell *cell, const struct plan_ceiling *ceiling,
                       struct complaint *c)
{
    struct fields f = {
        .path = cell->manifest, .known = manifest_keys, .what = "an app's manifest", .c = c};
    bool good;

    f.table = manifest_document(cell, c);
    if (!f.table)
        return false;
    good = fields_known(&f) && fields_required(&f, "name") && fields_required(&f, "version") &&
           fields_required(&f, "number");
    for (size_t i = 0; good && system_keys[i]; i++)
        if (fields_find(&f, system_keys[i]))
            good = fail(&f, fields_find(&f, system_keys[i]), PROFILE_SYSTEM_ONLY, system_keys[i],
                        NULL, NULL);
    good = good && read_all(&f, cell, NULL) && app_priority_good(&f, cell) &&
           (!ceiling || ceiling_check(&f, cell, ceiling));
    settings_free(f.table);
    return good;
}
