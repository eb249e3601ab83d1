// SPDX-License-Identifier: GPL-3.0-or-later
// What must hold between the cells of a profile.
#include "profile.h"

#include <stdio.h>
#include <string.h>

static const char steward_name[] = "steward";

static bool fail(struct complaint *c, const struct profile_cell *cell, unsigned line,
                 enum profile_message message, const char *a, const char *b)
{
    return profile_complain(c, cell->manifest, line, message, a, b, NULL);
}

static bool check_steward(const struct profile *p, struct complaint *c)
{
    const struct profile_cell *first = &p->cells[0];
    char number[16];

    if (p->cell_count == 0 || strcmp(first->plan.name, steward_name) != 0 ||
        strcmp(first->program, steward_name) != 0)
        return profile_complain(c, p->path, p->cell_count ? first->line : 0, PROFILE_STEWARD_FIRST,
                                NULL, NULL, NULL);
    snprintf(number, sizeof(number), "%d", STEWARD_PRIORITY);
    if (first->plan.priority != STEWARD_PRIORITY)
        return fail(c, first, first->priority_line, PROFILE_STEWARD_PRIORITY, number, NULL);
    snprintf(number, sizeof(number), "%d", STEWARD_PRIORITY - 1);
    for (uint32_t i = 1; i < p->cell_count; i++)
        if (p->cells[i].plan.priority >= STEWARD_PRIORITY)
            return fail(c, &p->cells[i], p->cells[i].priority_line, PROFILE_PRIORITY, number, NULL);
    return true;
}

static bool ports_overlap(const struct plan_cell *a, const struct plan_cell *b)
{
    for (size_t i = 0; i < START_DEVICES; i++)
        for (size_t j = 0; j < START_DEVICES; j++)
            if (a->ports[i].count && b->ports[j].count &&
                a->ports[i].base < b->ports[j].base + b->ports[j].count &&
                b->ports[j].base < a->ports[i].base + a->ports[i].count)
                return true;
    return false;
}

static bool mmio_overlap(const struct plan_cell *a, const struct plan_cell *b)
{
    for (size_t i = 0; i < START_DEVICES; i++)
        for (size_t j = 0; j < START_DEVICES; j++)
            if (a->mmio[i].first < b->mmio[j].first + b->mmio[j].pages &&
                b->mmio[j].first < a->mmio[i].first + a->mmio[i].pages)
                return true;
    return false;
}

static bool interrupts_overlap(const struct plan_cell *a, const struct plan_cell *b)
{
    for (size_t i = 0; i < START_DEVICES; i++)
        for (size_t j = 0; j < START_DEVICES; j++)
            if (a->interrupts[i] && a->interrupts[i] == b->interrupts[j])
                return true;
    return false;
}

// Two cells that must not be alike; `b` comes later and gets the blame.
static bool check_pair(const struct profile *p, const struct profile_cell *a,
                       const struct profile_cell *b, struct complaint *c)
{
    const struct plan_cell *x = &a->plan, *y = &b->plan;

    if (strcmp(x->name, y->name) == 0)
        return profile_complain(c, p->path, b->line, PROFILE_CELL_TWICE, y->name, a->folder, NULL);
    if (strcmp(a->program, b->program) == 0 && strcmp(a->folder, b->folder) != 0)
        return profile_complain(c, p->path, b->line, PROFILE_PROGRAM_TWICE, b->folder, a->folder,
                                NULL);
    if (memcmp(x->publisher, y->publisher, PUBLISHER_SIZE) == 0 &&
        memcmp(x->app_id, y->app_id, APP_ID_SIZE) == 0)
        return profile_complain(c, p->path, b->line, PROFILE_APP_ID_TWICE, x->name, y->name, NULL);
    if (y->service && x->service == y->service)
        return fail(c, b, b->service_line, PROFILE_SERVICE_TWICE,
                    service_by_number(y->service)->name, x->name);
    if (ports_overlap(x, y))
        return fail(c, b, b->devices_line, PROFILE_PORTS_SHARED, x->name, NULL);
    if (mmio_overlap(x, y))
        return fail(c, b, b->devices_line, PROFILE_MMIO_SHARED, x->name, NULL);
    if (interrupts_overlap(x, y))
        return fail(c, b, b->devices_line, PROFILE_INTERRUPT_SHARED, x->name, NULL);
    if (x->flags & y->flags & PLAN_SEED)
        return fail(c, b, b->seed_line, PROFILE_SEED_TWICE, x->name, NULL);
    return true;
}

static bool check_permission(const struct profile *p, const struct profile_cell *cell,
                             const struct permission *permission, struct complaint *c)
{
    const char *name = service_by_number(permission->service)->name;
    char whom[128];

    for (uint32_t i = 0; i < p->cell_count; i++) {
        const struct plan_cell *server = &p->cells[i].plan;
        if (server->service != permission->service)
            continue;
        if (server->priority > cell->plan.priority)
            return true;
        snprintf(whom, sizeof(whom), "`%s` (priority %u, its own is %u)", name, server->priority,
                 cell->plan.priority);
        return fail(c, cell, permission->line, PROFILE_CALLS_DOWN, cell->plan.name, whom);
    }
    return fail(c, cell, permission->line, PROFILE_SERVICE_NOBODY, name, NULL);
}

static bool check_grants(const struct profile *p, struct complaint *c)
{
    size_t grants = 0;
    char most[16];

    for (uint32_t i = 0; i < p->cell_count; i++)
        for (size_t s = 0; s < PROFILE_SERVICES; s++)
            grants += p->cells[i].permissions[s].service != 0;
    snprintf(most, sizeof(most), "%d", PLAN_GRANTS_MAX);
    return grants <= PLAN_GRANTS_MAX ||
           profile_complain(c, p->path, 0, PROFILE_TOO_MANY_GRANTS, most, NULL, NULL);
}

static bool check_ceiling(const struct profile *p, struct complaint *c)
{
    char limit[16];

    snprintf(limit, sizeof(limit), "%u", p->ceiling.priority);
    for (uint32_t s = 1; s < PROFILE_SERVICES; s++) {
        const struct plan_cell *server = NULL;
        if (!p->ceiling.methods[s])
            continue;
        for (uint32_t i = 0; i < p->cell_count && !server; i++)
            if (p->cells[i].plan.service == s)
                server = &p->cells[i].plan;
        if (!server)
            return profile_complain(c, p->path, 0, PROFILE_APPS_NOBODY, service_by_number(s)->name,
                                    NULL, NULL);
        if (server->priority <= p->ceiling.priority)
            return profile_complain(c, p->path, 0, PROFILE_APPS_DOWN, service_by_number(s)->name,
                                    limit, NULL);
    }
    return true;
}

bool profile_check(const struct profile *p, struct complaint *c)
{
    if (!check_steward(p, c) || !check_grants(p, c))
        return false;
    for (uint32_t i = 0; i < p->cell_count; i++)
        for (uint32_t j = 0; j < i; j++)
            if (!check_pair(p, &p->cells[j], &p->cells[i], c))
                return false;
    for (uint32_t i = 0; i < p->cell_count; i++)
        if (p->cells[i].plan.flags & PLAN_AUDIT && p->cells[i].plan.budget_us == 0)
            return fail(c, &p->cells[i], p->cells[i].priority_line, PROFILE_AUDIT_BUDGET,
                        p->cells[i].plan.name, NULL);
    for (uint32_t i = 0; i < p->cell_count; i++)
        for (size_t s = 0; s < PROFILE_SERVICES; s++)
            if (p->cells[i].permissions[s].service &&
                !check_permission(p, &p->cells[i], &p->cells[i].permissions[s], c))
                return false;
    return check_ceiling(p, c);
}
