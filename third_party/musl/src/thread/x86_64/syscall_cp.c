// SPDX-License-Identifier: GPL-3.0-or-later
// Replaces musl's assembly of this name. A cell has no signals, so no thread is ever cancelled in
// the middle of a call: the range that musl's cancel handler compares program counters with is
// empty.
#include "syscall.h"

__attribute__((visibility("hidden"))) const char __cp_begin[1], __cp_end[1], __cp_cancel[1];

__attribute__((visibility("hidden"))) long __cancel(void);

__attribute__((visibility("hidden"))) long __syscall_cp_asm(volatile void *cancel, syscall_arg_t n,
                                                            syscall_arg_t a, syscall_arg_t b,
                                                            syscall_arg_t c, syscall_arg_t d,
                                                            syscall_arg_t e, syscall_arg_t f)
{
    if (*(volatile int *)cancel)
        return __cancel();
    return __os_syscall(n, a, b, c, d, e, f);
}
