// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/hash.h"
#include "format/merkle.h"
#include "tests/unit.h"

enum { PAGES = 70 };

static uint8_t pages[PAGES][PAGE_SIZE];

// RFC 6962 section 2.1, word for word: k is the largest power of two smaller than n.
static void root_by_definition(unsigned first, unsigned count, uint8_t out[MERKLE_HASH])
{
    uint8_t text[1 + PAGE_SIZE];
    if (count == 1) {
        text[0] = 0;
        memcpy(text + 1, pages[first], PAGE_SIZE);
        hash_bytes(text, 1 + PAGE_SIZE, out);
        return;
    }
    unsigned k = 1;
    while (2 * k < count)
        k *= 2;
    text[0] = 1;
    root_by_definition(first, k, text + 1);
    root_by_definition(first + k, count - k, text + 1 + MERKLE_HASH);
    hash_bytes(text, 1 + 2 * MERKLE_HASH, out);
}

static void root_of(unsigned count, uint8_t out[MERKLE_HASH])
{
    struct merkle tree;
    merkle_init(&tree);
    for (unsigned i = 0; i < count; i++)
        merkle_add(&tree, pages[i]);
    merkle_root(&tree, out);
}

static void test_definition(void)
{
    struct merkle tree;
    merkle_init(&tree);
    for (unsigned count = 1; count <= PAGES; count++) {
        uint8_t streamed[MERKLE_HASH], defined[MERKLE_HASH];
        merkle_add(&tree, pages[count - 1]);
        merkle_root(&tree, streamed); // and the tree grows on
        root_by_definition(0, count, defined);
        CHECK_MEM(streamed, defined, MERKLE_HASH);
    }
}

static void test_every_page_counts(void)
{
    uint8_t right[MERKLE_HASH], wrong[MERKLE_HASH];
    root_of(21, right);
    for (unsigned i = 0; i < 21; i++) {
        pages[i][i * 190] ^= 1;
        root_of(21, wrong);
        CHECK(memcmp(right, wrong, MERKLE_HASH) != 0);
        pages[i][i * 190] ^= 1;
    }
    root_of(20, wrong);
    CHECK(memcmp(right, wrong, MERKLE_HASH) != 0);
}

int main(void)
{
    for (unsigned i = 0; i < PAGES; i++)
        memset(pages[i], (int)i, PAGE_SIZE);
    test_definition();
    test_every_page_counts();
    return unit_done();
}
