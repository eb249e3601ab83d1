// SPDX-License-Identifier: GPL-3.0-or-later
// Code trees (abi/code.h): made by whoever builds an image, used by whoever loads one. Pure code;
// hashes are public, so nothing here is constant-time. Rules: `leaves` is 1 to CODE_PAGES_MAX
// everywhere; a tree is code_tree_hashes(leaves) hashes that the caller owns.
#pragma once
#include "abi/code.h"

// Hashes of the stored tree over that many leaves; 0 if there is no such tree.
uint64_t code_tree_hashes(uint64_t leaves);

// One leaf: the hash of a page of that kind at that place.
void code_leaf(enum code_kind kind, uint32_t index, const uint8_t page[PAGE_SIZE],
               uint8_t out[CODE_HASH]);

// The whole tree over an image's text pages and the rodata pages right behind them.
void code_tree_build(const uint8_t *image, uint32_t text_pages, uint32_t rodata_pages,
                     uint8_t (*tree)[CODE_HASH]);

// The root of a stored tree: its last hash.
const uint8_t *code_tree_root(const uint8_t (*tree)[CODE_HASH], uint64_t leaves);

// Whether every hash above the leaves is what the two below it, or the one, make of it. The leaves
// themselves are not compared with any pages.
int code_tree_whole(const uint8_t (*tree)[CODE_HASH], uint64_t leaves);

// Copies the proof for leaf `index`, which is below `leaves`, out of a stored tree. Returns its
// hashes, at most CODE_PROOF_MAX. Hashes nothing, so a loader without a hash function can use it.
uint32_t code_proof(const uint8_t (*tree)[CODE_HASH], uint64_t leaves, uint64_t index,
                    uint8_t (*proof)[CODE_HASH]);

// Whether `leaf` is the one at `index` under `root` (RFC 9162 section 2.1.3.2). Total: any numbers
// and any proof of `hashes` hashes. Errors: BAD_SIGNATURE.
MUST_USE err_t code_proof_check(const uint8_t root[CODE_HASH], uint64_t leaves, uint64_t index,
                                const uint8_t leaf[CODE_HASH], const uint8_t (*proof)[CODE_HASH],
                                uint32_t hashes);
