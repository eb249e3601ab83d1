// SPDX-License-Identifier: GPL-3.0-or-later
#include "os/ipc.h"
#include <string.h>

void wipe_bytes(void *data, size_t size)
{
    if (size != 0)
        memset(data, 0, size);
    // Safety: no instruction; it tells the compiler that somebody looks at the zeroes.
    __asm__ volatile("" : : "r"(data) : "memory");
}
