// SPDX-License-Identifier: GPL-3.0-or-later
// An app's own files, as they lie in its program: one block at the beginning of the constants
// (lib/os/cell.ld). So they are sealed and audited like all constants, vouched for by the code
// root, counted as the program's memory, and given back with it; nobody but the app reads them on a
// device (docs/decisions/0025-resources-are-constants.md).
//
//     struct resources_header | struct resource ... | bytes ... | zeroes to RESOURCES_ALIGN
//
// Little-endian, sorted by name, each file as early as RESOURCES_ALIGN allows, all else zero: there
// is one block for the same files. Pure code, total: any bytes give an answer.
#pragma once
#include "format/bytes.h"

#include <stdbool.h>

enum {
    RESOURCES_MAX = 64, // most files
    RESOURCES_ALIGN = 32,
    RESOURCE_NAME = 56, // bytes of a name, zero-padded, at least one zero
    RESOURCES_SIZE_MAX = 1 << 20,
};

#define RESOURCES_MAGIC 0x435253524c4c4543u // "CELLRSRC"

struct resources_header {
    uint64_t magic;
    uint32_t count;
    uint32_t size; // of the whole block
};

struct resource {
    char name[RESOURCE_NAME];
    uint32_t offset; // from the block's first byte
    uint32_t size;
};

struct resources {
    struct span block;
    const struct resource *files;
    uint32_t count;
};

// The block at the beginning of `constants`, which are aligned to 8, checked in every respect; none
// is no error: then `count` is 0. Errors: BAD_DATA.
MUST_USE err_t resources_open(struct span constants, struct resources *out);

// The bytes of the file of that name; a null pointer if there is none. Of what resources_open would
// refuse it reads no byte outside `block`, and may find nothing.
struct span resources_find(struct span block, const char *name);

// The block of `count` files with these names, in any order, at most RESOURCES_MAX; its size, 0 if
// a name is bad or stands twice, or it does not fit in `max` bytes of `out`.
size_t resources_write(const char *const *names, const struct span *contents, uint32_t count,
                       uint8_t *out, size_t max);
