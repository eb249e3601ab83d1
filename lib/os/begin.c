// SPDX-License-Identifier: GPL-3.0-or-later
#include "abi/start.h"
#include "os/random.h"
#include "os/run.h"

// No canary of its own: it is set in here. Safety: the page is there before the first instruction;
// only the steward's is the kernel's.
__attribute__((no_stack_protector)) _Noreturn void cell_begin(void)
{
    const struct start_info *start = (const struct start_info *)CELL_START_BASE;
    const struct init_info *init = (const struct init_info *)CELL_START_BASE;
    random_start(start->magic == START_MAGIC ? start->random : init->boot.steward_random);
    guard_begin();
    cell_run();
}
