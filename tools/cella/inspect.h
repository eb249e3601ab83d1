// SPDX-License-Identifier: GPL-3.0-or-later
// cella inspect: what its files share.
#pragma once
#include "plan.h"

#include <stdio.h>

// Cells by priority, highest first; equal ones in the image's order.
void inspect_order(const struct plan_view *plan, uint32_t order[PLAN_CELLS_MAX]);

// Names for people, also of numbers that this tool does not know ("service 9", "method 3").
const char *inspect_service_name(uint32_t service, char text[32]);
const char *inspect_method_name(uint32_t service, uint32_t method, char text[32]);

// The authority graph of a plan; `title` is the profile's name and version.
void inspect_svg(FILE *out, const struct plan_view *plan, const char *title);
