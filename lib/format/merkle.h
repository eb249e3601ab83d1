// SPDX-License-Identifier: GPL-3.0-or-later
// The Merkle tree of RFC 6962 section 2.1 over 4096-byte leaves with BLAKE3, computed as a stream:
// one page at a time, 40 hashes of memory. leaf = H(0x00 || page), node = H(0x01 || left || right).
#pragma once
#include "abi/types.h"

enum { MERKLE_HASH = 32, MERKLE_LEVELS = 40 }; // 2^40 pages are more than any file has

struct merkle {
    uint64_t leaves;
    uint8_t level[MERKLE_LEVELS]
                 [MERKLE_HASH]; // level[i] is a full subtree iff bit i of leaves is set
};

void merkle_init(struct merkle *tree);
void merkle_add(struct merkle *tree, const uint8_t page[PAGE_SIZE]);

// The root over what was added so far, at least one page; the tree may go on growing.
void merkle_root(const struct merkle *tree, uint8_t root[MERKLE_HASH]);

void merkle_leaf(const uint8_t page[PAGE_SIZE], uint8_t out[MERKLE_HASH]);
void merkle_node(const uint8_t left[MERKLE_HASH], const uint8_t right[MERKLE_HASH],
                 uint8_t out[MERKLE_HASH]);
