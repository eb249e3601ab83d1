// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/resources.h"
#include "sdk/cella.h"

// The linker's (lib/os/cell.ld); without resources both are the same.
extern const uint8_t __resources_begin[], __resources_end[];

const void *resource_find(const char *name, size_t *size)
{
    const struct span block = {__resources_begin, (size_t)(__resources_end - __resources_begin)};
    const struct span found = resources_find(block, name);
    if (found.at != NULL)
        *size = found.size;
    return found.at;
}
