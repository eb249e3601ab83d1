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

// A cell's number in a plan; the number of cells if there is none of that name.
uint32_t inspect_cell(const struct plan_view *plan, const char *name);

// The authority graph of a plan; `title` is the profile's name and version.
void inspect_svg(FILE *out, const struct plan_view *plan, const char *title);

// The graph of both plans, with what only one of them has marked. ERR_TOO_LARGE: together they have
// more than PLAN_CELLS_MAX cells.
MUST_USE err_t inspect_svg_difference(FILE *out, const struct plan_view *before,
                                      const struct plan_view *after, const char *title);

struct image; // image_file.h

// What `after` changes, on standard output.
void inspect_difference(const struct image *before, const struct image *after, bool json);

// Is this file a package, from its first bytes? False also if it cannot be read.
bool inspect_is_app(const char *path);

// cella inspect of one package, or of an older and a newer one. The exit code.
int inspect_apps(const char *const *paths, int count, bool json, bool svg);

// The priority that stands for "whatever serves this" in the graph of an app alone.
enum { INSPECT_SERVICE_PRIORITY = 255 };
