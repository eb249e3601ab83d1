// SPDX-License-Identifier: GPL-3.0-or-later
// From the loader's hand-over to the first cell.
#include "abi/layout.h"
#include "boot.h"
#include "cell.h"
#include "sched.h"
#include "x86.h"

uintptr_t __stack_chk_guard = 0x595e9fbd94fda766; // replaced before anything is called

_Noreturn void __stack_chk_fail(void)
{
    stop("a stack canary died", 0);
}

void *memcpy(void *restrict to, const void *restrict from, size_t n)
{
    void *at = to;

    // Safety: the caller's ranges; whole words first.
    size_t words = n / 8, rest = n % 8;
    __asm__ volatile("rep movsq" : "+D"(at), "+S"(from), "+c"(words) : : "memory");
    __asm__ volatile("rep movsb" : "+D"(at), "+S"(from), "+c"(rest) : : "memory");
    return to;
}

void *memset(void *to, int byte, size_t n)
{
    void *at = to;
    size_t words = n / 8, rest = n % 8;

    __asm__ volatile("rep stosq"
                     : "+D"(at), "+c"(words)
                     : "a"(0x0101010101010101ull * (uint8_t)byte)
                     : "memory");
    __asm__ volatile("rep stosb" : "+D"(at), "+c"(rest) : "a"(byte) : "memory");
    return to;
}

_Noreturn void leave_kernel(void);
_Noreturn void kernel_start(struct boot_info *boot);

__attribute__((no_stack_protector)) void kernel_start(struct boot_info *boot)
{
    uint64_t entered = clock_ticks();
    struct cell *first;

    physmap = boot->physmap;
    physmap_pages = boot->physmap_pages;
    if (boot->magic != BOOT_INFO_MAGIC || boot->version != BOOT_INFO_VERSION ||
        boot->size != sizeof(struct boot_info))
        stop("the loader and the kernel are of different versions", 0);
    __stack_chk_guard =
        (clock_ticks() * 0x9e3779b97f4a7c15u ^ *(uint64_t *)boot->seed * 0xff51afd7ed558ccdu) &
        ~0xffull;
    cpu_init(boot);
    clock_init(boot);
    apic_init(boot);
    serial_write(boot->entry == BOOT_UEFI ? "kernel: started by UEFI\r\n"
                                          : "kernel: started directly\r\n");
    first = boot_steward(boot);
    arch_space_load(first->top);
    selftest_run(first->code);
    arch_space_load(this_cpu()->top);
    serial_write("kernel: ");
    serial_decimal(clock_ticks() - entered);
    serial_write(" ticks to the first cell\r\n");
    leave_kernel();
}
