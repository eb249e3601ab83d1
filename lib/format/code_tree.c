// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/code_tree.h"

#include "crypto/hash.h"
#include "format/merkle.h"

#include <string.h>

_Static_assert(CODE_HASH == HASH_SIZE && CODE_HASH == MERKLE_HASH, "nodes are Merkle nodes");

void code_leaf(enum code_kind kind, uint32_t index, const uint8_t page[PAGE_SIZE],
               uint8_t out[CODE_HASH])
{
    enum { TAG_LEAF = 0x00, PAGE_HASH_AT = 6 };
    uint8_t text[PAGE_HASH_AT + CODE_HASH] = {TAG_LEAF,
                                              (uint8_t)kind,
                                              (uint8_t)index,
                                              (uint8_t)(index >> 8),
                                              (uint8_t)(index >> 16),
                                              (uint8_t)(index >> 24)};
    hash_bytes(page, PAGE_SIZE, text + PAGE_HASH_AT);
    hash_bytes(text, sizeof text, out);
}

void code_tree_build(const uint8_t *image, uint32_t text_pages, uint32_t rodata_pages,
                     uint8_t (*tree)[CODE_HASH])
{
    uint32_t leaves = text_pages + rodata_pages;
    for (uint32_t i = 0; i < leaves; i++)
        code_leaf(i < text_pages ? CODE_TEXT : CODE_CONSTANTS, i, image + (size_t)i * PAGE_SIZE,
                  tree[i]);
    for (uint32_t width = leaves; width > 1; width = (width + 1) / 2) {
        for (uint32_t i = 0; i < width / 2; i++)
            merkle_node(tree[2 * i], tree[2 * i + 1], tree[width + i]);
        if (width % 2 != 0)
            memcpy(tree[width + width / 2], tree[width - 1], CODE_HASH);
        tree += width;
    }
}

int code_tree_whole(const uint8_t (*tree)[CODE_HASH], uint64_t leaves)
{
    int whole = 1;
    for (uint64_t width = leaves; width > 1; width = (width + 1) / 2) {
        for (uint64_t i = 0; i < width / 2; i++) {
            uint8_t node[CODE_HASH];
            merkle_node(tree[2 * i], tree[2 * i + 1], node);
            whole &= memcmp(tree[width + i], node, CODE_HASH) == 0;
        }
        if (width % 2 != 0)
            whole &= memcmp(tree[width + width / 2], tree[width - 1], CODE_HASH) == 0;
        tree += width;
    }
    return whole;
}

// RFC 9162 section 2.1.3.2: `index` and `last` move up together; where they meet on an even number
// the node went up unchanged.
err_t code_proof_check(const uint8_t root[CODE_HASH], uint64_t leaves, uint64_t index,
                       const uint8_t leaf[CODE_HASH], const uint8_t (*proof)[CODE_HASH],
                       uint32_t hashes)
{
    if (index >= leaves || leaves > CODE_PAGES_MAX || hashes > CODE_PROOF_MAX)
        return ERR_BAD_SIGNATURE;
    uint8_t node[CODE_HASH];
    uint64_t last = leaves - 1;
    uint32_t used = 0;
    memcpy(node, leaf, CODE_HASH);
    for (; last != 0; index /= 2, last /= 2) {
        if (index % 2 == 0 && index == last)
            continue;
        if (used == hashes)
            return ERR_BAD_SIGNATURE;
        if (index % 2 != 0)
            merkle_node(proof[used], node, node);
        else
            merkle_node(node, proof[used], node);
        used++;
    }
    return used == hashes && memcmp(node, root, CODE_HASH) == 0 ? ERR_OK : ERR_BAD_SIGNATURE;
}
