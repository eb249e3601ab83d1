// SPDX-License-Identifier: GPL-3.0-or-later
// Replaces musl's file of this name: every system call of the C library becomes a call to
// __os_syscall, which lib/os supplies. There is no `syscall` instruction in the library that this
// makes; the build checks it.
#define __SYSCALL_LL_E(x) (x)
#define __SYSCALL_LL_O(x) (x)

__attribute__((visibility("hidden"))) long __os_syscall(long n, ...);

static __inline long __syscall0(long n)
{
    return __os_syscall(n, 0L, 0L, 0L, 0L, 0L, 0L);
}

static __inline long __syscall1(long n, long a)
{
    return __os_syscall(n, a, 0L, 0L, 0L, 0L, 0L);
}

static __inline long __syscall2(long n, long a, long b)
{
    return __os_syscall(n, a, b, 0L, 0L, 0L, 0L);
}

static __inline long __syscall3(long n, long a, long b, long c)
{
    return __os_syscall(n, a, b, c, 0L, 0L, 0L);
}

static __inline long __syscall4(long n, long a, long b, long c, long d)
{
    return __os_syscall(n, a, b, c, d, 0L, 0L);
}

static __inline long __syscall5(long n, long a, long b, long c, long d, long e)
{
    return __os_syscall(n, a, b, c, d, e, 0L);
}

static __inline long __syscall6(long n, long a, long b, long c, long d, long e, long f)
{
    return __os_syscall(n, a, b, c, d, e, f);
}

#define IPC_64 0
