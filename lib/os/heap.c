// SPDX-License-Identifier: GPL-3.0-or-later
// Invariants: H1 bit i of the map is set if and only if page i is in use. H2 the pages that hold
// the map are in use. H3 a page that is not in use is all zero. H4 no page below `lowest` is free.
#include "os/heap.h"
#include "os/ipc.h"
#include <stdbool.h>
#include <string.h>

static bool page_used(const struct heap *h, size_t i)
{
    return (h->base[i / 8] >> (i % 8) & 1) != 0;
}

static void page_set(struct heap *h, size_t i, bool used)
{
    uint8_t bit = (uint8_t)(1u << (i % 8));
    h->base[i / 8] = (uint8_t)(used ? h->base[i / 8] | bit : h->base[i / 8] & ~bit);
}

void heap_begin(struct heap *h, void *base, size_t pages)
{
    *h = (struct heap){.base = base, .pages = pages};
    size_t own = (pages + 8 * PAGE_SIZE - 1) / (8 * PAGE_SIZE);
    for (size_t i = 0; i < own; i++)
        page_set(h, i, true); // H2
    h->used = own;
    h->lowest = own;
}

// First page of the first run of `pages` free pages.
static bool run_find(const struct heap *h, size_t pages, size_t *first)
{
    size_t run = 0;
    for (size_t i = h->lowest; i < h->pages; i++) {
        run = page_used(h, i) ? 0 : run + 1;
        if (run == pages) {
            *first = i + 1 - pages;
            return true;
        }
    }
    return false;
}

err_t heap_take(struct heap *h, size_t pages, void **address)
{
    size_t first;
    if (pages == 0)
        return ERR_BAD_ARGUMENT;
    if (pages > h->pages - h->used || !run_find(h, pages, &first))
        return ERR_NO_MEMORY;
    for (size_t i = first; i < first + pages; i++)
        page_set(h, i, true);
    h->used += pages;
    if (first == h->lowest)
        h->lowest = first + pages; // H4
    *address = h->base + first * PAGE_SIZE;
    return ERR_OK;
}

err_t heap_give(struct heap *h, void *address, size_t pages)
{
    uintptr_t offset = (uintptr_t)address - (uintptr_t)h->base;
    size_t own = (h->pages + 8 * PAGE_SIZE - 1) / (8 * PAGE_SIZE);
    size_t first = offset / PAGE_SIZE;
    if (offset % PAGE_SIZE != 0 || pages == 0 || first < own || first >= h->pages ||
        pages > h->pages - first)
        return ERR_BAD_ADDRESS;
    for (size_t i = first; i < first + pages; i++)
        if (!page_used(h, i))
            return ERR_BAD_ADDRESS;
    wipe_bytes(address, pages * PAGE_SIZE); // H3
    for (size_t i = first; i < first + pages; i++)
        page_set(h, i, false);
    h->used -= pages;
    if (first < h->lowest)
        h->lowest = first;
    return ERR_OK;
}
