// SPDX-License-Identifier: GPL-3.0-or-later
#include "inspect.h"

#include <string.h>

void inspect_order(const struct plan_view *plan, uint32_t order[PLAN_CELLS_MAX])
{
    for (uint32_t i = 0; i < plan->plan->cell_count; i++) {
        uint32_t at = i;
        while (at > 0 && plan->cells[order[at - 1]].priority < plan->cells[i].priority) {
            order[at] = order[at - 1];
            at--;
        }
        order[at] = i;
    }
}

const char *inspect_service_name(uint32_t service, char text[32])
{
    const struct service_info *info = service_by_number(service);

    snprintf(text, 32, "service %u", service);
    return info ? info->name : text;
}

const char *inspect_method_name(uint32_t service, uint32_t method, char text[32])
{
    const struct service_info *info = service_by_number(service);
    const struct method_info *m = info ? method_by_number(info, method) : NULL;

    snprintf(text, 32, "method %u", method);
    return m ? m->name : text;
}

uint32_t inspect_cell(const struct plan_view *plan, const char *name)
{
    uint32_t i = 0;

    while (i < plan->plan->cell_count && strcmp(plan->cells[i].name, name) != 0)
        i++;
    return i;
}
