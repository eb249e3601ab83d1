// SPDX-License-Identifier: GPL-3.0-or-later
// Code trees: five leaves computed by hand with another implementation of BLAKE3, and what must
// hold for every number of leaves.
#include "crypto/hash.h"
#include "crypto/test_hex.h"
#include "format/code_tree.h"
#include "tests/unit.h"

enum { LEAVES = 200, HASHES = 2 * LEAVES + CODE_PROOF_MAX };

static uint8_t image[LEAVES][PAGE_SIZE];
static uint8_t tree[HASHES][CODE_HASH];

// Byte j of page i is 7 i + j.
static void image_fill(void)
{
    for (unsigned i = 0; i < LEAVES; i++)
        for (unsigned j = 0; j < PAGE_SIZE; j++)
            image[i][j] = (uint8_t)(7 * i + j);
}

static void hash_is(const uint8_t hash[CODE_HASH], const char *hex)
{
    uint8_t wanted[CODE_HASH];
    CHECK_EQ(hex_read(hex, wanted, sizeof wanted), CODE_HASH);
    CHECK_MEM(hash, wanted, CODE_HASH);
}

static void test_by_hand(void)
{
    CHECK_EQ(code_tree_hashes(5), 5 + 3 + 2 + 1);
    code_tree_build(image[0], 3, 2, tree);
    hash_is(tree[0], "9a2024354cd8d3242ac44992e623eada69753f24e30f5446d2779a8fbcb39edc");
    hash_is(tree[4], "1642087ad16372293617350fc1d1c43826a6429e805ba055ee38348aa6d91fa6");
    hash_is(tree[5], "7ca4c9379db179127706b7f64800334ba4a686a0ab9a721d21b5b204db6dd614");
    CHECK_MEM(tree[7], tree[4], CODE_HASH); // odd: it goes up unchanged, twice
    CHECK_MEM(tree[9], tree[4], CODE_HASH);
    hash_is(code_tree_root(tree, 5),
            "46d888be802a05e25fb209c0e23f77f02e478e291073510637207aef716c810f");
    CHECK(code_tree_root(tree, 5) == tree[10]);
    uint8_t proof[CODE_PROOF_MAX][CODE_HASH];
    CHECK_EQ(code_proof(tree, 5, 4, proof), 1);
    CHECK_MEM(proof[0], tree[8], CODE_HASH);
    CHECK_EQ(code_proof(tree, 5, 1, proof), 3);
    CHECK_MEM(proof[0], tree[0], CODE_HASH);
    CHECK_MEM(proof[1], tree[6], CODE_HASH);
    CHECK_MEM(proof[2], tree[9], CODE_HASH);
}

static void test_limits(void)
{
    CHECK_EQ(code_tree_hashes(0), 0);
    CHECK_EQ(code_tree_hashes(1), 1);
    CHECK_EQ(code_tree_hashes(2), 3);
    CHECK_EQ(code_tree_hashes(3), 6);
    CHECK_EQ(code_tree_hashes(CODE_PAGES_MAX), 2 * CODE_PAGES_MAX - 1);
    CHECK_EQ(code_tree_hashes(CODE_PAGES_MAX + 1), 0);
    CHECK_EQ(code_tree_hashes(UINT64_MAX), 0);
}

// RFC 6962 section 2.1, word for word: k is the largest power of two smaller than n.
static void root_by_definition(unsigned first, unsigned count, uint8_t out[CODE_HASH])
{
    if (count == 1) {
        memcpy(out, tree[first], CODE_HASH);
        return;
    }
    uint8_t text[1 + 2 * CODE_HASH] = {1};
    unsigned k = 1;
    while (2 * k < count)
        k *= 2;
    root_by_definition(first, k, text + 1);
    root_by_definition(first + k, count - k, text + 1 + CODE_HASH);
    hash_bytes(text, sizeof text, out);
}

static err_t check(unsigned leaves, unsigned index, const uint8_t leaf[CODE_HASH],
                   const uint8_t (*proof)[CODE_HASH], uint32_t hashes)
{
    return code_proof_check(code_tree_root(tree, leaves), leaves, index, leaf, proof, hashes);
}

// Every leaf has its proof, which serves it at its place and nothing else.
static void test_leaf(unsigned leaves, unsigned index)
{
    uint8_t proof[CODE_PROOF_MAX + 1][CODE_HASH] = {{0}};
    uint32_t hashes = code_proof(tree, leaves, index, proof);
    CHECK(hashes <= 8);
    CHECK_EQ(check(leaves, index, tree[index], proof, hashes), ERR_OK);
    CHECK_EQ(check(leaves, index, tree[index], proof, hashes + 1), ERR_BAD_SIGNATURE);
    if (leaves == 1)
        return;
    unsigned other = (index + 1) % leaves;
    CHECK_EQ(check(leaves, other, tree[index], proof, hashes), ERR_BAD_SIGNATURE);
    CHECK_EQ(check(leaves, index, tree[other], proof, hashes), ERR_BAD_SIGNATURE);
    CHECK_EQ(check(leaves, index, tree[index], proof, hashes - 1), ERR_BAD_SIGNATURE);
    proof[leaves % hashes][index % CODE_HASH] ^= (uint8_t)(1 << leaves % 8);
    CHECK_EQ(check(leaves, index, tree[index], proof, hashes), ERR_BAD_SIGNATURE);
}

static void test_every_size(void)
{
    for (unsigned leaves = 1; leaves <= LEAVES; leaves++) {
        unsigned text = 1 + leaves * 2 / 3;
        if (text > leaves)
            text = leaves;
        uint64_t hashes = code_tree_hashes(leaves);
        memset(tree, 0xee, sizeof tree);
        code_tree_build(image[0], text, leaves - text, tree);
        CHECK_EQ(tree[hashes][0], 0xee); // nothing behind it
        uint8_t root[CODE_HASH];
        root_by_definition(0, leaves, root);
        CHECK_MEM(code_tree_root(tree, leaves), root, CODE_HASH);
        for (unsigned index = 0; index < leaves; index++)
            test_leaf(leaves, index);
        CHECK(code_tree_whole(tree, leaves));
        if (leaves > 1) {
            tree[leaves * 31 % hashes][leaves % CODE_HASH] ^= 4;
            CHECK(!code_tree_whole(tree, leaves));
        }
    }
}

// Kind, place and content each make another leaf.
static void test_leaves_differ(void)
{
    uint8_t leaf[CODE_HASH], other[CODE_HASH];
    code_leaf(CODE_TEXT, 0x01020304, image[0], leaf);
    code_leaf(CODE_CONSTANTS, 0x01020304, image[0], other);
    CHECK(memcmp(leaf, other, CODE_HASH) != 0);
    for (unsigned bit = 0; bit < 32; bit++) {
        code_leaf(CODE_TEXT, 0x01020304u ^ 1u << bit, image[0], other);
        CHECK(memcmp(leaf, other, CODE_HASH) != 0);
    }
    image[0][4095] ^= 0x80;
    code_leaf(CODE_TEXT, 0x01020304, image[0], other);
    image[0][4095] ^= 0x80;
    CHECK(memcmp(leaf, other, CODE_HASH) != 0);
}

static void test_checker_is_total(void)
{
    uint8_t proof[CODE_PROOF_MAX][CODE_HASH] = {{0}};
    code_tree_build(image[0], 2, 1, tree);
    CHECK_EQ(check(3, 3, tree[2], proof, 1), ERR_BAD_SIGNATURE);
    const uint8_t *root = code_tree_root(tree, 3);
    const uint64_t odd[] = {0, 1, CODE_PAGES_MAX, CODE_PAGES_MAX + 1, UINT64_MAX};
    for (unsigned i = 0; i < sizeof odd / sizeof odd[0]; i++)
        for (unsigned j = 0; j < sizeof odd / sizeof odd[0]; j++) {
            CHECK_EQ(code_proof_check(root, odd[i], odd[j], tree[0], proof, CODE_PROOF_MAX),
                     ERR_BAD_SIGNATURE);
            CHECK_EQ(code_proof_check(root, odd[i], odd[j], tree[0], proof, UINT32_MAX),
                     ERR_BAD_SIGNATURE);
        }
}

int main(void)
{
    image_fill();
    test_by_hand();
    test_limits();
    test_leaves_differ();
    test_every_size();
    test_checker_is_total();
    return unit_done();
}
