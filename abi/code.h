// SPDX-License-Identifier: GPL-3.0-or-later
// The code tree of a program: what the 32 bytes of a code root stand for. Leaves are the image's
// text pages, then its rodata pages, in order; a leaf's index is its page's number from the image's
// first page, so that a page that is right at one place is wrong at every other.
//
//     page_hash = BLAKE3(4096 bytes)
//     leaf      = BLAKE3(0x00 || kind u8 || index u32 little-endian || page_hash)
//     node      = BLAKE3(0x01 || left || right)
//
// The shape is RFC 6962's (section 2.1): neighbours are joined level by level; an odd last one goes
// up unchanged. A proof is the siblings from the leaf up (RFC 9162 section 2.1.3.1); a node that
// goes up unchanged has none. A stored tree is every level one after another, the leaves first, the
// root last; level k + 1 has half as many hashes as level k, rounded up.
#pragma once
#include "abi/types.h"

enum code_kind {
    CODE_TEXT = 1,      // mapped readable and executable
    CODE_CONSTANTS = 2, // mapped readable
};

enum {
    CODE_HASH = 32,
    CODE_PROOF_MAX = 16, // hashes
    CODE_PAGES_MAX = 1 << CODE_PROOF_MAX,
};
