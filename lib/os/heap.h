// SPDX-License-Identifier: GPL-3.0-or-later
// The heap area as pages: what mmap and munmap work on. The area is fixed and mapped from the
// start; its first pages hold the map of used pages. Pages are handed out zeroed and are wiped when
// they come back. First fit.
#pragma once
#include "abi/types.h"

struct heap {
    uint8_t *base; // page-aligned
    size_t pages;
    size_t used;   // pages in use, the map's own included
    size_t lowest; // no free page lies below this one
};

// `pages` may be 0: then every request fails. The area is all zero.
void heap_begin(struct heap *h, void *base, size_t pages);

// Errors: NO_MEMORY, BAD_ARGUMENT (0 pages).
MUST_USE err_t heap_take(struct heap *h, size_t pages, void **address);

// Give back `pages` pages at `address`. Errors: BAD_ADDRESS (not in use, or not in the heap).
MUST_USE err_t heap_give(struct heap *h, void *address, size_t pages);
