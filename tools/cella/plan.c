// SPDX-License-Identifier: GPL-3.0-or-later
#include "plan.h"

#include <stdlib.h>
#include <string.h>

uint8_t *plan_make(const struct profile *profile, const uint32_t image[PROFILE_CELLS], size_t *size)
{
    struct plan plan = {PLAN_MAGIC, PLAN_VERSION, profile->cell_count, 0, 0};
    uint8_t *bytes = calloc(1, sizeof(plan) + sizeof(struct plan_ceiling) +
                                   sizeof(struct plan_cell) * PROFILE_CELLS +
                                   sizeof(struct plan_grant) * PLAN_GRANTS_MAX);
    uint8_t *at = bytes + sizeof(plan) + sizeof(struct plan_ceiling);

    if (!bytes)
        abort();
    memcpy(bytes + sizeof(plan), &profile->ceiling, sizeof(struct plan_ceiling));
    for (uint32_t i = 0; i < profile->cell_count; i++, at += sizeof(struct plan_cell)) {
        struct plan_cell cell = profile->cells[i].plan;
        cell.image = image[i];
        memcpy(at, &cell, sizeof(cell));
    }
    for (uint32_t i = 0; i < profile->cell_count; i++)
        for (uint32_t s = 1; s < PROFILE_SERVICES; s++) {
            const struct permission *p = &profile->cells[i].permissions[s];
            const struct plan_grant grant = {i, s, p->methods, p->consent};
            if (!grant.methods && !grant.consent)
                continue;
            memcpy(at, &grant, sizeof(grant));
            at += sizeof(grant);
            plan.grant_count++;
        }
    memcpy(bytes, &plan, sizeof(plan));
    *size = (size_t)(at - bytes);
    return bytes;
}

static bool text_good(const char *text, size_t size, bool empty)
{
    size_t n = 0;

    while (n < size && text[n] >= ' ' && text[n] <= '~')
        n++;
    if (n == size || (n == 0 && !empty))
        return false;
    for (size_t i = n; i < size; i++)
        if (text[i])
            return false;
    return true;
}

static bool cells_good(const struct plan_view *v)
{
    for (uint32_t i = 0; i < v->plan->cell_count; i++) {
        const struct plan_cell *cell = &v->cells[i];
        if (!text_good(cell->name, sizeof(cell->name), false) ||
            !text_good(cell->app_id, sizeof(cell->app_id), false) ||
            !text_good(cell->argument, sizeof(cell->argument), true))
            return false;
        if (cell->service >= START_SERVICES || cell->priority > STEWARD_PRIORITY || cell->zero != 0)
            return false;
        for (size_t d = 0; d < START_DEVICES; d++)
            if (cell->mmio[d].pages > MMIO_PAGES_MAX ||
                cell->mmio[d].first > MMIO_PAGE_END - cell->mmio[d].pages ||
                cell->interrupts[d] > BOOT_IRQ_COUNT)
                return false;
    }
    return true;
}

// Whoever compares plans knows a cell by its name, and a server by its service.
static bool cells_distinct(const struct plan_view *v)
{
    for (uint32_t i = 0; i < v->plan->cell_count; i++)
        for (uint32_t j = 0; j < i; j++)
            if (strcmp(v->cells[i].name, v->cells[j].name) == 0 ||
                (v->cells[i].service != 0 && v->cells[i].service == v->cells[j].service))
                return false;
    return true;
}

static bool ceiling_good(const struct plan_ceiling *c)
{
    if (c->apps > PLAN_APPS_MAX || c->heap_pages > c->pages || c->stack_pages > c->pages ||
        c->priority >= STEWARD_PRIORITY || c->budget_us > c->period_us ||
        c->period_us > PLAN_PERIOD_MAX || c->zero != 0 || c->methods[0] != 0)
        return false;
    for (uint32_t s = 0; s < START_SERVICES; s++)
        if (c->methods[s] & 1)
            return false;
    return true;
}

static bool grants_good(const struct plan_view *v)
{
    for (uint32_t i = 0; i < v->plan->grant_count; i++) {
        const struct plan_grant *g = &v->grants[i];
        if (g->cell >= v->plan->cell_count || g->service == 0 || g->service >= START_SERVICES ||
            (g->methods | g->consent) == 0 || ((g->methods | g->consent) & 1) ||
            (g->methods & g->consent))
            return false;
        if (i > 0 &&
            (g[-1].cell > g->cell || (g[-1].cell == g->cell && g[-1].service >= g->service)))
            return false;
    }
    return true;
}

err_t plan_read(const void *bytes, size_t size, struct plan_view *out)
{
    struct plan_view v = {.plan = bytes};

    if (size < sizeof(*v.plan) || v.plan->magic != PLAN_MAGIC || v.plan->version != PLAN_VERSION ||
        v.plan->zero != 0)
        return ERR_BAD_DATA;
    if (v.plan->cell_count == 0 || v.plan->cell_count > PLAN_CELLS_MAX ||
        v.plan->grant_count > PLAN_GRANTS_MAX)
        return ERR_BAD_DATA;
    if (size != sizeof(*v.plan) + sizeof(*v.ceiling) + v.plan->cell_count * sizeof(*v.cells) +
                    v.plan->grant_count * sizeof(*v.grants))
        return ERR_BAD_DATA;
    v.ceiling = (const struct plan_ceiling *)(const void *)(v.plan + 1);
    v.cells = (const struct plan_cell *)(const void *)(v.ceiling + 1);
    v.grants = (const struct plan_grant *)(const void *)(v.cells + v.plan->cell_count);
    if (!ceiling_good(v.ceiling) || !cells_good(&v) || !cells_distinct(&v) || !grants_good(&v))
        return ERR_BAD_DATA;
    *out = v;
    return ERR_OK;
}

static const struct plan_grant *grant_find(const struct plan_view *view, uint32_t cell,
                                           uint32_t service)
{
    for (uint32_t i = 0; i < view->plan->grant_count; i++)
        if (view->grants[i].cell == cell && view->grants[i].service == service)
            return &view->grants[i];
    return NULL;
}

uint64_t plan_methods(const struct plan_view *view, uint32_t cell, uint32_t service)
{
    const struct plan_grant *g = grant_find(view, cell, service);

    return g ? g->methods : 0;
}

uint64_t plan_consent(const struct plan_view *view, uint32_t cell, uint32_t service)
{
    const struct plan_grant *g = grant_find(view, cell, service);

    return g ? g->consent : 0;
}
