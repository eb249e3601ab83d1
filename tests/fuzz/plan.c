// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as the plan of an image that somebody handed to `cella inspect`: refused, or it can be
// drawn, and compared with another.
#include "inspect.h"
#include "inspect_change.h"

#include <stdlib.h>
#include <string.h>

size_t fuzz_seed(unsigned number, uint8_t *out, size_t max);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// Three cells that call one another.
size_t fuzz_seed(unsigned number, uint8_t *out, size_t max)
{
    enum { CELLS = 3, GRANTS = 3 };
    const struct plan plan = {PLAN_MAGIC, PLAN_VERSION, CELLS, GRANTS, 0};
    const struct plan_grant grants[GRANTS] = {
        {0, 2, 6,  0 },
        {1, 1, 2,  0 },
        {2, 1, 14, 16}
    };
    const struct plan_ceiling ceiling = {.apps = 1, .pages = 8, .priority = 5};
    struct plan_cell cells[CELLS];
    size_t size = sizeof plan + sizeof ceiling + sizeof cells + sizeof grants;
    struct plan_view view;

    if (number > 0 || size > max)
        return 0;
    memset(cells, 0, sizeof cells);
    for (uint32_t i = 0; i < CELLS; i++) {
        memcpy(cells[i].name, "cell ", 5);
        cells[i].name[5] = (char)('a' + i);
        memcpy(cells[i].app_id, cells[i].name, 6);
        cells[i].service = i < 2 ? i + 1 : 0;
        cells[i].priority = 9 - i;
        cells[i].flags = i == 2 ? PLAN_APP : 0;
    }
    memcpy(out, &plan, sizeof plan);
    memcpy(out + sizeof plan, &ceiling, sizeof ceiling);
    memcpy(out + sizeof plan + sizeof ceiling, cells, sizeof cells);
    memcpy(out + sizeof plan + sizeof ceiling + sizeof cells, grants, sizeof grants);
    if (plan_read(out, size, &view) != ERR_OK)
        abort(); // a seed that is refused would be none
    return size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static FILE *nowhere;
    static _Alignas(8) uint8_t seed[4096];
    struct changes changes = {0};
    struct plan_view known;
    uint8_t *copy = malloc(size); // aligned, and exactly as long
    struct plan_view view;

    if (!nowhere)
        nowhere = fopen("/dev/null", "w");
    if (size)
        memcpy(copy, data, size);
    if (plan_read(copy, size, &view) == ERR_OK) {
        inspect_svg(nowhere, &view, "fuzz");
        if (plan_read(seed, fuzz_seed(0, seed, sizeof seed), &known) != ERR_OK)
            abort();
        change_plans(&changes, &known, &view);
        change_plans(&changes, &view, &known);
        if (inspect_svg_difference(nowhere, &known, &view, "fuzz") != ERR_OK &&
            view.plan->cell_count + known.plan->cell_count <= PLAN_CELLS_MAX)
            abort();
    }
    change_free(&changes);
    free(copy);
    return 0;
}
