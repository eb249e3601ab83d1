// SPDX-License-Identifier: GPL-3.0-or-later
// The compiled plan of one app (abi/plan.h), as a package holds it. Pure code, total.
#pragma once
#include "format/package.h"

// On PACKAGE_GOOD `app` and `grants` point into `plan`, which is aligned to 8. What it says of the
// image is not looked at.
MUST_USE enum package_refusal package_plan_check(struct span plan, const struct plan_app **app,
                                                 const struct plan_grant **grants);
