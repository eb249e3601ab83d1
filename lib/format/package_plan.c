// SPDX-License-Identifier: GPL-3.0-or-later
// Whether a plan is one that an app may have anywhere. What the profile allows on this device is
// the steward's question.
#include "format/package_plan.h"

#include "abi/syscall.h"
#include "format/bundle.h"

#include <string.h>

enum {
    SLOTS_MIN = 128, // a power of two above START_SLOT_FREE
    SLOTS_MAX = 65536,
    APP_FLAGS = PLAN_APP | PLAN_FPU | PLAN_SECRET,
};

// Printable, zero-padded to its end; it may be empty.
static bool text_good(const char *text, size_t size)
{
    const size_t length = text_length(text, size);
    for (size_t i = 0; i < length; i++)
        if (text[i] < ' ' || text[i] > '~')
            return false;
    return length < size && bundle_zero(text + length, size - length);
}

static bool texts_good(const struct plan_app *app)
{
    return plan_name_good(app->cell.name) && bundle_name_good(app->cell.name) &&
           plan_name_good(app->cell.app_id) && bundle_name_good(app->cell.app_id) &&
           text_good(app->cell.argument, sizeof app->cell.argument) &&
           bundle_name_good(app->version_text);
}

// Nothing that only a part of the system has.
static bool rights_good(const struct plan_cell *cell)
{
    return cell->service == 0 && cell->image == 0 && cell->untyped_pages == 0 &&
           (cell->flags & PLAN_APP) != 0 && (cell->flags & ~(uint32_t)APP_FLAGS) == 0 &&
           bundle_zero(cell->ports, sizeof cell->ports) &&
           bundle_zero(cell->mmio, sizeof cell->mmio) &&
           bundle_zero(cell->interrupts, sizeof cell->interrupts);
}

static bool numbers_good(const struct plan_app *app)
{
    const struct plan_cell *cell = &app->cell;
    return app->number != 0 && app->zero == 0 && cell->zero == 0 &&
           cell->heap_pages <= CELL_HEAP_PAGES_MAX && cell->stack_pages != 0 &&
           cell->stack_pages <= CELL_STACK_PAGES_MAX && cell->slots >= SLOTS_MIN &&
           cell->slots <= SLOTS_MAX && (cell->slots & (cell->slots - 1)) == 0 &&
           cell->priority != 0 && cell->priority < STEWARD_PRIORITY &&
           cell->budget_us <= cell->period_us && cell->period_us <= PLAN_PERIOD_MAX &&
           (cell->budget_us != 0 || cell->period_us == 0);
}

static bool grants_good(const struct plan_grant *grants, uint32_t count)
{
    const uint64_t never = 1 | (uint64_t)1 << FAULT_METHOD;
    for (uint32_t i = 0; i < count; i++) {
        const struct plan_grant *g = &grants[i];
        if (g->cell != 0 || g->service == 0 || g->service >= START_SERVICES ||
            (i > 0 && g->service <= g[-1].service))
            return false;
        if ((g->methods | g->consent) == 0 || ((g->methods | g->consent) & never) != 0 ||
            (g->methods & g->consent) != 0)
            return false;
    }
    return true;
}

enum package_refusal package_plan_check(struct span plan, const struct plan_app **out_app,
                                        const struct plan_grant **out_grants)
{
    // Safety: the caller's bytes are aligned, and the size is looked at before anything else.
    const struct plan_app *app = (const struct plan_app *)(const void *)plan.at;
    const struct plan_grant *grants = (const struct plan_grant *)(const void *)(app + 1);
    if (plan.size < sizeof *app || app->magic != PLAN_APP_MAGIC)
        return PACKAGE_REFUSED_PLAN;
    if (app->version != PLAN_VERSION)
        return PACKAGE_REFUSED_PLAN_VERSION;
    if (app->grant_count > PLAN_APP_GRANTS ||
        plan.size != sizeof *app + app->grant_count * sizeof *grants)
        return PACKAGE_REFUSED_PLAN;
    if (!texts_good(app))
        return PACKAGE_REFUSED_PLAN_NAME;
    if (app->known != 0 || !bundle_zero(app->cell.publisher, sizeof app->cell.publisher))
        return PACKAGE_REFUSED_PLAN_PUBLISHER;
    if (!rights_good(&app->cell))
        return PACKAGE_REFUSED_PLAN_RIGHTS;
    if (!numbers_good(app))
        return PACKAGE_REFUSED_PLAN_NUMBERS;
    if (!grants_good(grants, app->grant_count))
        return PACKAGE_REFUSED_PLAN_GRANTS;
    *out_app = app;
    *out_grants = grants;
    return PACKAGE_GOOD;
}
