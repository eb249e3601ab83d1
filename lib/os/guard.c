// SPDX-License-Identifier: GPL-3.0-or-later
// What the compiler's stack protector links against.
#include "os/panic.h"
#include "os/random.h"
#include "os/run.h"
#include "os/syscall.h"
#include <stdint.h>

uintptr_t __stack_chk_guard;
_Noreturn void __stack_chk_fail(void);

// The lowest byte is zero, so that no string function can read or write across the canary.
__attribute__((no_stack_protector)) void guard_begin(void)
{
    __stack_chk_guard = random_word() & ~(uintptr_t)0xff;
}

// What lies on the stack is somebody else's now, so nothing is said from here: the steward does.
__attribute__((no_stack_protector)) _Noreturn void __stack_chk_fail(void)
{
    sys_exit(EXIT_SMASHED);
}
