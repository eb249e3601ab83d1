// SPDX-License-Identifier: GPL-3.0-or-later
#include "os/run.h"

// No canary of its own: it is set in here.
__attribute__((no_stack_protector)) _Noreturn void cell_begin(void)
{
    guard_begin();
    cell_run();
}
