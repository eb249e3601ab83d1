// SPDX-License-Identifier: GPL-3.0-or-later
// Forgetting secrets and comparing them.
#include "crypto/wipe.h"
#include <stdint.h>

void wipe(void *at, size_t size)
{
    volatile uint8_t *bytes = at;
    for (size_t i = 0; i < size; i++)
        bytes[i] = 0;
    // Safety: no instruction; it claims to read the memory, so the stores above must have happened.
    __asm__ volatile("" : : "r"(at) : "memory");
}

bool equal_ct(const void *a, const void *b, size_t size)
{
    const volatile uint8_t *left = a;
    const volatile uint8_t *right = b;
    uint32_t difference = 0;
    for (size_t i = 0; i < size; i++)
        difference |= (uint32_t)(left[i] ^ right[i]);
    return ((difference - 1) >> 31) != 0; // bytes only, so the top bit tells zero from the rest
}
