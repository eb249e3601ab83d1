// SPDX-License-Identifier: GPL-3.0-or-later
// The kernel's own functions: these cells use no vector registers, and lib/crypto does.
#include "code.h"
#include "hash.h"

void code_leaf_of(const void *page, uint32_t index, enum code_kind kind, uint8_t leaf[CODE_HASH])
{
    struct hash h = {.blocks = 0};

    while (!hash_page(&h, page))
        ;
    hash_leaf(h.value, index, kind);
    memcpy(leaf, h.value, CODE_HASH);
}

void code_node_of(const uint8_t left[CODE_HASH], const uint8_t right[CODE_HASH],
                  uint8_t node[CODE_HASH])
{
    uint32_t l[HASH_WORDS], r[HASH_WORDS];

    memcpy(l, left, CODE_HASH);
    memcpy(r, right, CODE_HASH);
    hash_node(l, l, r);
    memcpy(node, l, CODE_HASH);
}
