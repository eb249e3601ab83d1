// SPDX-License-Identifier: GPL-3.0-or-later
// Page table entries (Intel SDM volume 3, 4.5). Bits 9 to 11, 52 and 53 are free for software; they
// say what a lease did, and that a page is sealed.
#pragma once
#include <stdint.h>

typedef uint64_t pte_t;

#define PTE_PRESENT      ((pte_t)1 << 0)
#define PTE_WRITE        ((pte_t)1 << 1)
#define PTE_USER         ((pte_t)1 << 2)
#define PTE_LENT         ((pte_t)1 << 9)  // lent with a message; not present for LEND_MUT
#define PTE_WAS_WRITABLE ((pte_t)1 << 10) // writable again when the lease ends
#define PTE_BORROWED     ((pte_t)1 << 11) // in a window: somebody else's page
#define PTE_ORPHAN       ((pte_t)1 << 52) // lent, and its last capability is gone
#define PTE_SEALED       ((pte_t)1 << 53) // a page of code or constants that was vouched for
#define PTE_NO_EXECUTE   ((pte_t)1 << 63)
#define PTE_ADDRESS      ((pte_t)0x000ffffffffff000)
#define PTE_TABLE        (PTE_PRESENT | PTE_WRITE | PTE_USER)
#define PTE_UNCACHED     ((pte_t)0x18)

enum { PTE_LEVELS = 4, PTE_BITS = 9 };

static inline uint32_t pte_index(uint64_t address, int level)
{
    return address >> (12 + PTE_BITS * level) & 0x1ff;
}
