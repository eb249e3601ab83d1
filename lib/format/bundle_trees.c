// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/bundle.h"
#include "format/code_tree.h"

#include <string.h>

// Whether the tree's leaves are the pages of the part, from leaf `first` on.
static int part_hashes(const struct bundle_entry *entry, const uint8_t *payload, unsigned part,
                       const uint8_t (*tree)[CODE_HASH])
{
    const struct bundle_span *span = &entry->part[part];
    const uint32_t first = bundle_part_first(entry, part);
    int good = 1;
    for (uint32_t at = 0, page = 0; at < span->size; at += PAGE_SIZE, page++) {
        const uint32_t left = span->size - at;
        uint8_t bytes[PAGE_SIZE] = {0}, leaf[CODE_HASH];
        memcpy(bytes, payload + span->offset + at, left < PAGE_SIZE ? left : PAGE_SIZE);
        code_leaf(part == BUNDLE_TEXT ? CODE_TEXT : CODE_CONSTANTS, first + page, bytes, leaf);
        good &= memcmp(leaf, tree[first + page], CODE_HASH) == 0;
    }
    return good;
}

enum boot_stop bundle_check_tree(const struct bundle_entry *entry, const uint8_t *payload)
{
    // Safety: the structure was checked: the tree is whole and inside the payload.
    const uint8_t(*tree)[CODE_HASH] = (const uint8_t(*)[CODE_HASH])(payload + entry->tree.offset);
    const int good = part_hashes(entry, payload, BUNDLE_TEXT, tree) &&
                     part_hashes(entry, payload, BUNDLE_RODATA, tree) &&
                     code_tree_whole(tree, bundle_sealed_pages(entry));
    return good ? BOOT_CLEAR : BOOT_STOP_ENTRY_TREE;
}

enum boot_stop bundle_check_trees(const struct bundle_view *view, const uint8_t *payload)
{
    for (uint32_t i = 0; i < view->count; i++) {
        if (!bundle_has_image(&view->entries[i]))
            continue;
        enum boot_stop stop = bundle_check_tree(&view->entries[i], payload);
        if (stop != BOOT_CLEAR)
            return stop;
    }
    return BOOT_CLEAR;
}
