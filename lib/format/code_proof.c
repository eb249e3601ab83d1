// SPDX-License-Identifier: GPL-3.0-or-later
// What can be read from a stored code tree without hashing.
#include "format/code_tree.h"

#include <string.h>

uint64_t code_tree_hashes(uint64_t leaves)
{
    if (leaves == 0 || leaves > CODE_PAGES_MAX)
        return 0;
    uint64_t hashes = 1;
    for (uint64_t width = leaves; width > 1; width = (width + 1) / 2)
        hashes += width;
    return hashes;
}

const uint8_t *code_tree_root(const uint8_t (*tree)[CODE_HASH], uint64_t leaves)
{
    return tree[code_tree_hashes(leaves) - 1];
}

uint32_t code_proof(const uint8_t (*tree)[CODE_HASH], uint64_t leaves, uint64_t index,
                    uint8_t (*proof)[CODE_HASH])
{
    uint32_t hashes = 0;
    for (uint64_t width = leaves; width > 1; width = (width + 1) / 2) {
        if ((index ^ 1) < width)
            memcpy(proof[hashes++], tree[index ^ 1], CODE_HASH);
        tree += width;
        index /= 2;
    }
    return hashes;
}
