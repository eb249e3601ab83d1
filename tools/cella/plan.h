// SPDX-License-Identifier: GPL-3.0-or-later
// struct plan (abi/plan.h): made from a profile, and read back from an image.
#pragma once
#include "profile.h"

// The plan's bytes, malloc'ed. `image` gives each cell's index among the bundle's entries.
uint8_t *plan_make(const struct profile *profile, const uint32_t image[PROFILE_CELLS],
                   size_t *size);

// A checked view of a plan; pointers go into the caller's bytes, which stay aligned to 8.
struct plan_view {
    const struct plan *plan;
    const struct plan_ceiling *ceiling;
    const struct plan_cell *cells;
    const struct plan_grant *grants;
};

// ERR_BAD_DATA: sizes, counts or numbers are not those of a plan.
MUST_USE err_t plan_read(const void *bytes, size_t size, struct plan_view *out);

// The methods that `cell` may call at `service`, bit n for method n.
uint64_t plan_methods(const struct plan_view *view, uint32_t cell, uint32_t service);

// The methods that it may ask the person for.
uint64_t plan_consent(const struct plan_view *view, uint32_t cell, uint32_t service);
