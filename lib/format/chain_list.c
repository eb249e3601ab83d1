// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/chain_list.h"
#include "crypto/hash.h"
#include "format/chain_parts.h"
#include "format/code_tree.h"
#include "format/merkle.h"

static void leaf_make(struct span value, uint8_t out[CHAIN_HASH])
{
    static const uint8_t tag = 0;
    struct hash hash;
    hash_init(&hash);
    hash_update(&hash, &tag, 1);
    if (value.size != 0)
        hash_update(&hash, value.at, value.size);
    hash_final(&hash, out);
}

// All leaves, oldest first.
static err_t leaves_get(const struct chain *chain, const char *name, uint8_t (*leaves)[CHAIN_HASH],
                        uint32_t *count, enum chain_refusal *why)
{
    struct chain_entry e;
    struct span last;
    const err_t err = chain_value(chain, name, &last, why);
    if (err != ERR_OK)
        return err;
    const struct chain_register *reg = chain_register_find(chain, name);
    if (reg->type != REGISTER_APPEND) {
        *why = CHAIN_REFUSED_NOT_APPEND;
        return ERR_NOT_FOUND;
    }
    struct chain_walk walk = chain_walk_begin(chain, reg);
    while (chain_walk_next(&walk, &e))
        leaf_make(e.value, leaves[walk.left]);
    *count = reg->writes;
    return ERR_OK;
}

// One level up, in place; an odd last node goes up unchanged.
static uint32_t level_up(uint8_t (*level)[CHAIN_HASH], uint32_t width)
{
    for (uint32_t i = 0; i + 1 < width; i += 2)
        merkle_node(level[i], level[i + 1], level[i / 2]);
    if (width % 2 != 0)
        memmove(level[width / 2], level[width - 1], CHAIN_HASH);
    return (width + 1) / 2;
}

err_t chain_list_head(const struct chain *chain, const char *name, uint8_t head[CHAIN_HASH],
                      uint32_t *count, enum chain_refusal *why)
{
    uint8_t level[CHAIN_ENTRIES][CHAIN_HASH];
    uint32_t width = 0;
    const err_t err = leaves_get(chain, name, level, &width, why);
    if (err != ERR_OK)
        return err;
    *count = width;
    while (width > 1)
        width = level_up(level, width);
    memcpy(head, level[0], CHAIN_HASH);
    return ERR_OK;
}

err_t chain_list_prove(const struct chain *chain, const char *name, uint32_t index,
                       uint8_t (*proof)[CHAIN_HASH], uint32_t *hashes, enum chain_refusal *why)
{
    uint8_t level[CHAIN_ENTRIES][CHAIN_HASH];
    uint32_t width = 0, used = 0;
    const err_t err = leaves_get(chain, name, level, &width, why);
    if (err != ERR_OK)
        return err;
    if (index >= width)
        return ERR_BAD_ARGUMENT;
    for (; width > 1; width = level_up(level, width), index /= 2)
        if ((index ^ 1) < width)
            memcpy(proof[used++], level[index ^ 1], CHAIN_HASH);
    *hashes = used;
    return ERR_OK;
}

err_t chain_list_check(const uint8_t head[CHAIN_HASH], uint32_t count, uint32_t index,
                       struct span value, const uint8_t (*proof)[CHAIN_HASH], uint32_t hashes)
{
    uint8_t leaf[CHAIN_HASH];
    leaf_make(value, leaf);
    return code_proof_check(head, count, index, leaf, proof, hashes);
}
