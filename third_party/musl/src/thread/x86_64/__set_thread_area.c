// SPDX-License-Identifier: GPL-3.0-or-later
// Replaces musl's assembly of this name: the thread pointer is set by arch_prctl(ARCH_SET_FS, p),
// as on Linux.
#include "syscall.h"

enum { ARCH_SET_FS = 0x1002 };

__attribute__((visibility("hidden"))) int __set_thread_area(void *p)
{
    return (int)__os_syscall(SYS_arch_prctl, (long)ARCH_SET_FS, (long)p);
}
