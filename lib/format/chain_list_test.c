// SPDX-License-Identifier: GPL-3.0-or-later
// Lists as trees: against RFC 6962's definition, which is itself held against the roots that
// Certificate Transparency's reference code publishes for these eight leaves.
#include "crypto/hash.h"
#include "crypto/sha.h"
#include "crypto/test_hex.h"
#include "format/chain_list.h"
#include "format/chain_sample.h"
#include "tests/unit.h"

enum { LEAVES = 8, LONG = 21 };

typedef void hash_fn(const void *data, size_t size, uint8_t out[32]);

static const struct span leaves[LEAVES] = {
    {(const uint8_t *)"",                                                                 0 },
    {(const uint8_t *)"\x00",                                                             1 },
    {(const uint8_t *)"\x10",                                                             1 },
    {(const uint8_t *)"\x20\x21",                                                         2 },
    {(const uint8_t *)"\x30\x31",                                                         2 },
    {(const uint8_t *)"\x40\x41\x42\x43",                                                 4 },
    {(const uint8_t *)"\x50\x51\x52\x53\x54\x55\x56\x57",                                 8 },
    {(const uint8_t *)"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f", 16},
};

static const char *const roots[LEAVES] = {
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
};

static struct sample sample;
static struct chain chain;

static void sha_256(const void *data, size_t size, uint8_t out[32])
{
    sha256(data, size, out);
}

static void blake_3(const void *data, size_t size, uint8_t out[32])
{
    hash_bytes(data, size, out);
}

// RFC 6962 section 2.1, word for word: k is the largest power of two smaller than n.
static void defined(hash_fn *hash, const struct span *values, unsigned count, uint8_t out[32])
{
    uint8_t text[65];
    unsigned k = 1;
    if (count == 1) {
        text[0] = 0;
        memcpy(text + 1, values[0].at, values[0].size);
        hash(text, 1 + values[0].size, out);
        return;
    }
    while (2 * k < count)
        k *= 2;
    text[0] = 1;
    defined(hash, values, k, text + 1);
    defined(hash, values + k, count - k, text + 33);
    hash(text, 65, out);
}

static void append(struct span value)
{
    sample_say(&sample, (struct words){.operation = CHAIN_APPEND,
                                       .name = "list",
                                       .type = REGISTER_APPEND,
                                       .value = value.at,
                                       .value_size = value.size});
}

static void verify(void)
{
    struct chain_check check;
    CHECK_EQ(chain_verify(sample.bytes, sample.size, &chain, &check), ERR_OK);
}

static void test_vectors(void)
{
    uint8_t published[32], ours[32], head[32];
    uint32_t count = 0;
    enum chain_refusal why;
    sample_begin(&sample);
    for (unsigned n = 1; n <= LEAVES; n++) {
        CHECK_EQ(hex_read(roots[n - 1], published, sizeof published), 32);
        defined(sha_256, leaves, n, ours);
        CHECK_MEM(ours, published, 32);
        append(leaves[n - 1]);
        verify();
        defined(blake_3, leaves, n, ours);
        CHECK_EQ(chain_list_head(&chain, "list", head, &count, &why), ERR_OK);
        CHECK_EQ(count, n);
        CHECK_MEM(head, ours, 32);
    }
}

// Each value of lists of each length, with its own proof, and with no other.
static void test_proofs(void)
{
    static uint8_t values[LONG];
    uint8_t head[32], proof[CHAIN_PROOF_MAX][CHAIN_HASH];
    uint32_t count = 0, hashes = 0;
    enum chain_refusal why;
    sample_begin(&sample);
    for (uint32_t n = 0; n < LONG; n++) {
        values[n] = (uint8_t)n;
        append((struct span){&values[n], 1});
        verify();
        CHECK_EQ(chain_list_head(&chain, "list", head, &count, &why), ERR_OK);
        for (uint32_t i = 0; i <= n; i++) {
            const uint8_t another = (uint8_t)(values[i] ^ 1);
            const struct span value = {&values[i], 1}, other = {&another, 1};
            CHECK_EQ(chain_list_prove(&chain, "list", i, proof, &hashes, &why), ERR_OK);
            CHECK_EQ(chain_list_check(head, count, i, value, proof, hashes), ERR_OK);
            CHECK(chain_list_check(head, count, i, other, proof, hashes) != ERR_OK);
            CHECK(chain_list_check(head, count, i ^ 1, value, proof, hashes) != ERR_OK || n == 0);
            CHECK(chain_list_check(head, count, count, value, proof, hashes) != ERR_OK);
            if (hashes > 0) {
                CHECK(chain_list_check(head, count, i, value, proof, hashes - 1) != ERR_OK);
                proof[hashes - 1][0] ^= 1;
                CHECK(chain_list_check(head, count, i, value, proof, hashes) != ERR_OK);
            }
            head[0] ^= 1;
            CHECK(chain_list_check(head, count, i, value, proof, hashes) != ERR_OK);
            head[0] ^= 1;
        }
        CHECK_EQ(chain_list_prove(&chain, "list", n + 1, proof, &hashes, &why), ERR_BAD_ARGUMENT);
    }
}

static void test_no_list(void)
{
    uint8_t head[32];
    uint32_t count = 0;
    enum chain_refusal why;
    sample_begin(&sample);
    sample_write(&sample, "note", REGISTER_RAW, 'a');
    verify();
    CHECK_EQ(chain_list_head(&chain, "note", head, &count, &why), ERR_NOT_FOUND);
    CHECK_EQ(why, CHAIN_REFUSED_NOT_APPEND);
    CHECK_EQ(chain_list_head(&chain, "list", head, &count, &why), ERR_NOT_FOUND);
    CHECK_EQ(why, CHAIN_REFUSED_REGISTER_UNKNOWN);
}

int main(void)
{
    test_vectors();
    test_proofs();
    test_no_list();
    return unit_done();
}
