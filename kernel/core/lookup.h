// SPDX-License-Identifier: GPL-3.0-or-later
// Looking up a capability: type, right, method and expiry in one step, which cannot be half-used.
#pragma once
#include "cell.h"
#include "thread.h"

// May a capability be used with this right and method now? No clock is read for one that never
// expires.
MUST_USE err_t lookup_check(const struct cap *c, uint8_t right, uint64_t method);

// The endpoint capability behind a handle of the thread's cell. `*out` is set only on success.
MUST_USE err_t lookup_endpoint(const struct thread *t, cap_t handle, uint8_t right, uint64_t method,
                               struct cap **out);

// Any capability of a given type, for an argument of a kernel object's method.
MUST_USE err_t lookup_typed(const struct thread *t, cap_t handle, enum object_type type,
                            uint8_t right, struct cap **out);
