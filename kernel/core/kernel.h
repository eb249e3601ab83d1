// SPDX-License-Identifier: GPL-3.0-or-later
// What every file of the kernel shares: address types, the physical map, and how the kernel stops.
#pragma once
#include "abi/types.h"
#include "bits.h"
#include <stdbool.h>

typedef uint64_t paddr_t; // physical address
typedef uint64_t vaddr_t; // virtual address in some cell; never dereferenced by the kernel

void *memcpy(void *restrict to, const void *restrict from, size_t n);
void *memset(void *to, int byte, size_t n);

// All of RAM, at this address in the kernel's half; set once at boot.
extern uintptr_t physmap;
extern uint64_t physmap_pages;

//@ ghost int memory; // what lies in memory out of which nothing was carved yet

static inline void *phys_to_kernel(paddr_t p)
{
    return (void *)(physmap + p);
}

// Zero memory at a kernel address. Nothing that has a type lies there (I15).
//@ assigns memory;
static inline void address_clear(uint64_t address, uint64_t bytes)
{
    memset((void *)address, 0, bytes);
}

static inline paddr_t kernel_to_phys(const void *k)
{
    return (uintptr_t)k - physmap;
}

// Our own bug: stop the machine and say where. Invariants are numbered in docs/invariants.md.
/*@ requires never: \false;
    assigns \nothing;
 */
_Noreturn void panic(const char *file, int line, const char *why);
#define ASSERT(invariant, cond)                                                                    \
    do {                                                                                           \
        if (__builtin_expect(!(cond), 0))                                                          \
            panic(__FILE__, __LINE__, invariant ": " #cond);                                       \
    } while (0)

// Inside the kernel only: the operation was interrupted and starts again from the system call.
enum { ERR_RESTART = 0x100 };

// The earlier of two points in time, of which 0 is never.
/*@ assigns \nothing;
    ensures never: a == 0 && b == 0 ==> \result == 0;
    ensures a_never: a == 0 && b != 0 ==> \result == b;
    ensures b_never: a != 0 && b == 0 ==> \result == a;
    ensures earlier: a != 0 && b != 0 ==> \result == \min(a, b);
 */
static inline nsec_t time_earlier(nsec_t a, nsec_t b)
{
    return (a - 1 < b - 1 ? a - 1 : b - 1) + 1; // never is the latest of all
}

// Out of line, so that whoever dispatches saves no registers for it.
#define APART __attribute__((noinline))
// What it calls stands in it: for the shortest way of a common call.
#define WHOLE __attribute__((flatten))

/*@ requires to > 0;
    assigns \nothing;
    ensures aligned: \result <==> x % to == 0;
 */
static inline bool is_aligned(uint64_t x, uint64_t to)
{
    return x % to == 0;
}

/*@ requires (to == 64 || to == 128 || to == 4096) && x + to <= 0xffffffffffffffff;
    assigns \nothing;
    ensures up: x <= \result < x + to;
    ensures unit: to == 64 ==> \result % 64 == 0;
    ensures two_units: to == 128 ==> \result % 128 == 0;
    ensures page: to == 4096 ==> \result % 4096 == 0;
 */
static inline uint64_t align_up(uint64_t x, uint64_t to)
{
    return (x + to - 1) / to * to;
}
