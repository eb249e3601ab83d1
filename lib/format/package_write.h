// SPDX-License-Identifier: GPL-3.0-or-later
// Making a package (format/package.h). The same parts give the same bytes, everywhere. The result
// is unsigned: the chain goes behind it.
#pragma once
#include "format/bundle_write.h"
#include "format/package.h"

struct package_draft {
    struct plan_app app; // version_text, number, cell; the rest is filled in
    const struct plan_grant *grants;
    uint32_t grant_count;
    const struct bundle_part *program;
    struct span manifest;
};

// Archive and root, which are then opened as the device will. `out` is aligned to PAGE_SIZE and
// holds PACKAGE_MAX bytes. Errors: BAD_DATA, `why`.
MUST_USE err_t package_write(const struct package_draft *draft, uint8_t *out, size_t *size,
                             enum package_refusal *why);

// The root again, after a change of the archive. For tests, and for package_write.
void package_root(const uint8_t *archive, size_t size, uint8_t out[static PACKAGE_HASH]);
