// SPDX-License-Identifier: GPL-3.0-or-later
// System calls of Linux x86-64 without a library in between, so that a figure holds the kernel's
// work and the thinnest possible stub. Numbers and constants come from the kernel's own headers.
#pragma once
#include <asm/unistd.h>
#include <stdint.h>

static inline int64_t call6(int64_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d,
                            uint64_t e, uint64_t f)
{
    register uint64_t r10 __asm__("r10") = d;
    register uint64_t r8 __asm__("r8") = e;
    register uint64_t r9 __asm__("r9") = f;
    int64_t result;

    // Safety: the system call convention of x86-64 Linux; pointers are the callers' own objects.
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}

static inline int64_t call3(int64_t number, uint64_t a, uint64_t b, uint64_t c)
{
    int64_t result;

    // Safety: as above.
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c)
                     : "rcx", "r11", "memory");
    return result;
}

static inline uint64_t at(const volatile void *object)
{
    return (uint64_t)(uintptr_t)object;
}
