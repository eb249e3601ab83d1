// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/base58.h"
#include "format/bip32.h"
#include "vectors_test.h"

static struct vectors vectors;

// "0'/1/2'" into numbers; "m" is the empty path.
static size_t path_read(const char *text, uint32_t *path)
{
    size_t count = 0;
    if (*text == 'm')
        return 0;
    for (const char *at = text; *at != 0;) {
        char *end;
        path[count] = (uint32_t)strtoul(at, &end, 10);
        if (*end == '\'') {
            path[count] |= HD_HARDENED;
            end++;
        }
        count++;
        at = *end == '/' ? end + 1 : end;
    }
    return count;
}

static void test_vectors(void)
{
    vectors_open(&vectors, "tests/vectors/bip32.txt");
    while (vectors_next(&vectors)) {
        uint8_t seed[64];
        uint32_t path[8];
        uint32_t network = 0;
        struct hd_key master, key, parsed, child, derived;
        char text[HD_TEXT_MAX];
        size_t size = vector_hex(vectors.fields[0], seed, sizeof(seed));
        size_t count = path_read(vectors.fields[1], path);
        CHECK_EQ(hd_master(vector_secp(), seed, size, &master), ERR_OK);
        CHECK_EQ(hd_path(vector_secp(), &master, path, count, &key), ERR_OK);
        hd_public_text(&key, NETWORK_MAIN, text);
        CHECK(strcmp(text, vectors.fields[2]) == 0);
        CHECK_EQ(hd_private_text(&key, NETWORK_MAIN, text), ERR_OK);
        CHECK(strcmp(text, vectors.fields[3]) == 0);
        CHECK_EQ(hd_public_parse(vectors.fields[2], &parsed, &network), ERR_OK);
        CHECK_EQ(network, NETWORK_MAIN);
        CHECK_MEM(parsed.public_key, key.public_key, SECP_PUBLIC_SIZE);
        // Public and private derivation meet (BIP-32, N(CKDpriv) = CKDpub(N)).
        CHECK_EQ(hd_child_public(&parsed, 7, &derived), ERR_OK);
        CHECK_EQ(hd_child(vector_secp(), &key, 7, &child), ERR_OK);
        CHECK_MEM(derived.public_key, child.public_key, SECP_PUBLIC_SIZE);
        CHECK_MEM(derived.chain, child.chain, HD_CHAIN_SIZE);
        CHECK(!derived.is_private);
        CHECK_EQ(hd_child_public(&parsed, HD_HARDENED, &derived), ERR_BAD_ARGUMENT);
        CHECK_EQ(hd_child(vector_secp(), &parsed, 7, &derived), ERR_BAD_ARGUMENT);
        CHECK_EQ(hd_private_text(&parsed, NETWORK_MAIN, text), ERR_BAD_ARGUMENT);
        CHECK_EQ(hd_public_parse(vectors.fields[3], &parsed, &network), ERR_BAD_DATA);
    }
}

static void expect_invalid(size_t at, uint8_t value)
{
    static const char good[] = "xpub661MyMwAqRbcFtXgS5sYJABqqG9YLmC4Q1Rdap9gSE8NqtwybGhePY2gZ29ESFj"
                               "qJoCu1Rupje8YtGqsefD265TMg7usUDFdp6W1EGMcet8";
    uint8_t bytes[BASE58_PAYLOAD_MAX];
    char text[BASE58_TEXT_MAX];
    size_t size = 0;
    uint32_t network;
    struct hd_key key;
    CHECK_EQ(hd_public_parse(good, &key, &network), ERR_OK);
    CHECK_EQ(base58_decode(good, bytes, sizeof(bytes), &size), ERR_OK);
    CHECK_EQ(size, 78);
    bytes[at] = value;
    CHECK_EQ(base58_encode(bytes, size, text, sizeof(text)), ERR_OK);
    CHECK_EQ(hd_public_parse(text, &key, &network), ERR_BAD_DATA);
    CHECK_EQ(base58_encode(bytes, size - 1, text, sizeof(text)), ERR_OK);
    CHECK_EQ(hd_public_parse(text, &key, &network), ERR_BAD_DATA);
}

// The kinds of invalid extended public keys that BIP-32's test vector 5 lists.
static void test_invalid(void)
{
    struct hd_key key;
    uint32_t network;
    expect_invalid(0, 0x00);  // unknown version
    expect_invalid(45, 0x00); // a private key under a public version
    expect_invalid(45, 0x04); // prefixes of other forms
    expect_invalid(45, 0x01);
    expect_invalid(5, 1);  // depth 0 with a parent
    expect_invalid(12, 1); // depth 0 with a child number
    CHECK_EQ(hd_public_parse("", &key, &network), ERR_BAD_DATA);
    CHECK_EQ(hd_public_parse("xpub0", &key, &network), ERR_BAD_DATA);
}

static void test_limits(void)
{
    uint8_t seed[65] = {0};
    struct hd_key key;
    CHECK_EQ(hd_master(vector_secp(), seed, 15, &key), ERR_BAD_ARGUMENT);
    CHECK_EQ(hd_master(vector_secp(), seed, 65, &key), ERR_BAD_ARGUMENT);
    CHECK_EQ(hd_master(vector_secp(), seed, 16, &key), ERR_OK);
    key.depth = 255;
    CHECK_EQ(hd_child(vector_secp(), &key, 0, &key), ERR_BAD_ARGUMENT);
    CHECK_EQ(hd_child_public(&key, 0, &key), ERR_BAD_ARGUMENT);
    hd_key_wipe(&key);
    const struct hd_key zero = {0};
    CHECK_MEM(&key, &zero, sizeof(key));
}

int main(void)
{
    test_vectors();
    test_invalid();
    test_limits();
    return unit_done();
}
