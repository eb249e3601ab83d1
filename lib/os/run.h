// SPDX-License-Identifier: GPL-3.0-or-later
// From the entry to main and out again.
#pragma once

// First C code of a cell: sets up the stack canary, then runs the program.
_Noreturn void cell_begin(void);

// Call main and end with its result. One version without a C library, one that starts musl; the
// program's build line decides which is linked.
_Noreturn void cell_run(void);

// Set the canary that the compiler's stack protector checks. The caller never returns.
void guard_begin(void);
