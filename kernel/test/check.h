// SPDX-License-Identifier: GPL-3.0-or-later
// The invariants of docs/invariants.md, looked for in everything that the kernel has: I1 to I10,
// I12 to I21. (I11 speaks of what happens, not of a state; the kernel's asserts and endpoint_test.c
// are for it.) For tests on the host machine.
#pragma once
#include <stdbool.h>

// 0 if all hold, else which one is broken and how. `left`: sched_leave has just named who runs, so
// that I14 and I18 hold as well.
const char *check_kernel(bool left);
