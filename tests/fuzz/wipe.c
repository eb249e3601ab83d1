// SPDX-License-Identifier: GPL-3.0-or-later
// For fuzz programs only: what lib/crypto/wipe.c does, by the word. Byte for byte, instrumented, it
// takes a third of the time of whatever hashes much.
#include "crypto/wipe.h"

#include <string.h>

void wipe(void *at, size_t size)
{
    memset(at, 0, size);
    // Safety: no instruction; it claims to read the memory, so the stores above must have happened.
    __asm__ volatile("" : : "r"(at) : "memory");
}

bool equal_ct(const void *a, const void *b, size_t size)
{
    return memcmp(a, b, size) == 0;
}
