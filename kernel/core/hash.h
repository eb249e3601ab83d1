// SPDX-License-Identifier: GPL-3.0-or-later
// BLAKE3 (specification of 2021, sections 2.1 to 2.6) of a page, a piece at a time, and the hashes
// of a code tree (abi/code.h). The compression function is the reference implementation's portable
// one (third_party/build.mk).
#pragma once
#include "abi/code.h"
#include "kernel.h"

enum { HASH_WORDS = 8 };

// The progress of one page's hash. It lies where a thread that is interrupted leaves it: never on a
// stack.
struct hash {
    uint32_t value[HASH_WORDS];   // of the chunk so far; at the end of the page
    uint32_t left[2][HASH_WORDS]; // what waits for its right neighbour, by height
    uint32_t blocks;              // done so far; 0: nothing has begun
};

// Go on with the hash of this page for a few of its blocks, from the beginning if `blocks` is 0.
// True: `value` is the page's hash.
bool hash_page(struct hash *h, const uint8_t *page);

// What a page's hash is in the tree as page `index` of that kind; `hash` in, leaf out.
void hash_leaf(uint32_t hash[HASH_WORDS], uint32_t index, enum code_kind kind);

// The node above these two; it may take the place of either.
void hash_node(uint32_t out[HASH_WORDS], const uint32_t left[HASH_WORDS],
               const uint32_t right[HASH_WORDS]);

static inline bool hash_equal(const uint32_t a[HASH_WORDS], const uint32_t b[HASH_WORDS])
{
    uint32_t differs = 0;

    for (int i = 0; i < HASH_WORDS; i++)
        differs |= a[i] ^ b[i];
    return differs == 0;
}
