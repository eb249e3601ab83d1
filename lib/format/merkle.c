// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/merkle.h"

#include "crypto/hash.h"

#include <string.h>

enum { TAG_LEAF = 0x00, TAG_NODE = 0x01 }; // RFC 6962 section 2.1

void merkle_leaf(const uint8_t page[PAGE_SIZE], uint8_t out[MERKLE_HASH])
{
    const uint8_t tag = TAG_LEAF;
    struct hash hash;
    hash_init(&hash);
    hash_update(&hash, &tag, 1);
    hash_update(&hash, page, PAGE_SIZE);
    hash_final(&hash, out);
}

void merkle_node(const uint8_t left[MERKLE_HASH], const uint8_t right[MERKLE_HASH],
                 uint8_t out[MERKLE_HASH])
{
    const uint8_t tag = TAG_NODE;
    struct hash hash;
    hash_init(&hash);
    hash_update(&hash, &tag, 1);
    hash_update(&hash, left, MERKLE_HASH);
    hash_update(&hash, right, MERKLE_HASH);
    hash_final(&hash, out);
}

void merkle_init(struct merkle *tree)
{
    memset(tree, 0, sizeof *tree);
}

// Like adding one to a binary number: each carry joins two full subtrees of equal size.
void merkle_add(struct merkle *tree, const uint8_t page[PAGE_SIZE])
{
    uint8_t carry[MERKLE_HASH];
    merkle_leaf(page, carry);
    unsigned level = 0;
    for (; level < MERKLE_LEVELS - 1 && (tree->leaves >> level & 1) != 0; level++)
        merkle_node(tree->level[level], carry, carry);
    memcpy(tree->level[level], carry, MERKLE_HASH);
    tree->leaves++;
}

// The last, smaller subtrees are joined from the right.
void merkle_root(const struct merkle *tree, uint8_t root[MERKLE_HASH])
{
    int started = 0;
    memset(root, 0, MERKLE_HASH);
    for (unsigned level = 0; level < MERKLE_LEVELS; level++) {
        if ((tree->leaves >> level & 1) == 0)
            continue;
        if (started)
            merkle_node(tree->level[level], root, root);
        else
            memcpy(root, tree->level[level], MERKLE_HASH);
        started = 1;
    }
}
