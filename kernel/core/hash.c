// SPDX-License-Identifier: GPL-3.0-or-later
#include "hash.h"

enum { BLOCK = 64, CHUNK_BLOCKS = 16, PAGE_BLOCKS = PAGE_SIZE / BLOCK };
enum { HASH_UNBROKEN = 4 }; // blocks between two chances for others, about 1,000 instructions each
enum { CHUNK_START = 1, CHUNK_END = 2, PARENT = 4, ROOT = 8 };

static const uint32_t start[HASH_WORDS] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                           0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

// Of the library; words are little-endian, as this machine's.
void blake3_compress_in_place_portable(uint32_t value[HASH_WORDS], const uint8_t block[BLOCK],
                                       uint8_t size, uint64_t counter, uint8_t flags);

static void join(uint32_t right[HASH_WORDS], const uint32_t left[HASH_WORDS], uint8_t flags)
{
    uint32_t block[2 * HASH_WORDS];

    memcpy(block, left, BLOCK / 2);
    memcpy(block + HASH_WORDS, right, BLOCK / 2);
    memcpy(right, start, sizeof(start));
    blake3_compress_in_place_portable(right, (const uint8_t *)block, BLOCK, 0, flags | PARENT);
}

// A chunk of the page is whole: four of them make a tree of two levels.
static void chunk_end(struct hash *h)
{
    uint32_t chunk = h->blocks / CHUNK_BLOCKS - 1;

    if (chunk & 1)
        join(h->value, h->left[chunk >> 1], 0);
    if (chunk == 3)
        join(h->value, h->left[0], ROOT);
    else
        memcpy(h->left[chunk >> 1], h->value, sizeof(h->value));
}

bool hash_page(struct hash *h, const uint8_t *page)
{
    for (uint32_t end = h->blocks + HASH_UNBROKEN; h->blocks < end; h->blocks++) {
        uint32_t in_chunk = h->blocks % CHUNK_BLOCKS;
        uint8_t flags = in_chunk == 0 ? CHUNK_START : in_chunk == CHUNK_BLOCKS - 1 ? CHUNK_END : 0;

        if (in_chunk == 0)
            memcpy(h->value, start, sizeof(start));
        blake3_compress_in_place_portable(h->value, page + h->blocks * BLOCK, BLOCK,
                                          h->blocks / CHUNK_BLOCKS, flags);
    }
    if (h->blocks % CHUNK_BLOCKS == 0)
        chunk_end(h);
    return h->blocks == PAGE_BLOCKS;
}

void hash_leaf(uint32_t hash[HASH_WORDS], uint32_t index, enum code_kind kind)
{
    struct __attribute__((packed)) {
        uint8_t zero, kind;
        uint32_t index, hash[HASH_WORDS];
        uint8_t rest[BLOCK - 6 - CODE_HASH];
    } leaf = {.kind = (uint8_t)kind, .index = index};

    memcpy(leaf.hash, hash, CODE_HASH);
    memcpy(hash, start, sizeof(start));
    blake3_compress_in_place_portable(hash, (const uint8_t *)&leaf, 6 + CODE_HASH, 0,
                                      CHUNK_START | CHUNK_END | ROOT);
}

void hash_node(uint32_t out[HASH_WORDS], const uint32_t left[HASH_WORDS],
               const uint32_t right[HASH_WORDS])
{
    uint8_t node[2 * BLOCK] = {1};

    memcpy(node + 1, left, CODE_HASH);
    memcpy(node + 1 + CODE_HASH, right, CODE_HASH);
    memcpy(out, start, sizeof(start));
    blake3_compress_in_place_portable(out, node, BLOCK, 0, CHUNK_START);
    blake3_compress_in_place_portable(out, node + BLOCK, 1, 0, CHUNK_END | ROOT);
}
