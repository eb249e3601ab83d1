// SPDX-License-Identifier: GPL-3.0-or-later
// The canary below the return addresses of functions with arrays. It is drawn twice: at the entry,
// from the processor alone, and from all sources of randomness once they are gathered. Both times
// by the entry itself, which has no canary of its own and never returns: every function that is
// watched begins and ends under one value.
#pragma once
#include "core/seed.h"

// Marks the two functions that call what is below.
#define GUARD_NONE __attribute__((no_stack_protector))

void guard_begin(void);
void guard_change(struct dice *dice);
