// SPDX-License-Identifier: GPL-3.0-or-later
// SHA-2 (FIPS 180-4 examples), HMAC-SHA-512 (RFC 4231), RIPEMD-160 (its authors' vectors), BIP-39's
// PBKDF2, BIP-340's tag.
#include "crypto/sha.h"
#include "crypto/test_hex.h"
#include "tests/unit.h"

static void same(const uint8_t *got, const char *want_hex, size_t size)
{
    uint8_t want[SHA512_SIZE];
    CHECK_EQ(hex_read(want_hex, want, sizeof(want)), size);
    CHECK_MEM(got, want, size);
}

static void sha2_check(void)
{
    static const char two_blocks[] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    uint8_t out[SHA512_SIZE];
    struct sha256 sha;
    sha256("abc", 3, out);
    same(out, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", SHA256_SIZE);
    sha256("", 0, out);
    same(out, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", SHA256_SIZE);
    sha256(two_blocks, strlen(two_blocks), out);
    same(out, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1", SHA256_SIZE);
    sha256_init(&sha);
    for (size_t i = 0; i < strlen(two_blocks); i++)
        sha256_update(&sha, two_blocks + i, 1);
    sha256_final(&sha, out);
    same(out, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1", SHA256_SIZE);
    sha512("abc", 3, out);
    same(out,
         "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
         "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
         SHA512_SIZE);
    sha256d("hello", 5, out);
    same(out, "9595c9df90075148eb06860365df33584b75bff782a510c6cd4883a419833d50", SHA256_SIZE);
}

static void tagged_check(void)
{
    // By the definition, from the parts: sha256(sha256(tag) || sha256(tag) || data).
    uint8_t parts[2 * SHA256_SIZE + 3];
    uint8_t want[SHA256_SIZE];
    uint8_t got[SHA256_SIZE];
    sha256("BIP0340/challenge", 17, parts);
    memcpy(parts + SHA256_SIZE, parts, SHA256_SIZE);
    memcpy(parts + 2 * SHA256_SIZE, "abc", 3);
    sha256(parts, sizeof(parts), want);
    sha256_tagged("BIP0340/challenge", "abc", 3, got);
    CHECK_MEM(got, want, sizeof(want));
}

static void hmac_check(void)
{
    uint8_t key[131];
    uint8_t out[SHA512_SIZE];
    memset(key, 0x0b, 20); // RFC 4231 section 4.2
    hmac_sha512(key, 20, "Hi There", 8, out);
    same(out,
         "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde"
         "daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854",
         SHA512_SIZE);
    memset(key, 0xaa, sizeof(key)); // section 4.7: a key longer than a block
    hmac_sha512(key, sizeof(key), "Test Using Larger Than Block-Size Key - Hash Key First", 54,
                out);
    same(out,
         "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352"
         "6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598",
         SHA512_SIZE);
    hmac_sha512("", 0, "", 0, out);
    same(out,
         "b936cee86c9f87aa5d3c6f2e84cb5a4239a5fe50480a6ec66b70ab5b1f4ac673"
         "0c6c515421b327ec1d69402e53dfb49ad7381eb067b338fd7b0cb22247225d47",
         SHA512_SIZE);
}

static void ripemd_check(void)
{
    uint8_t out[HASH160_SIZE];
    ripemd160("", 0, out);
    same(out, "9c1185a5c5e9fc54612808977ee8f548b2258d31", HASH160_SIZE);
    ripemd160("abc", 3, out);
    same(out, "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc", HASH160_SIZE);
    // The public key of secret 1 and its well-known hash.
    uint8_t key[33];
    hex_read("0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798", key,
             sizeof(key));
    hash160(key, sizeof(key), out);
    same(out, "751e76e8199196d454941c45d1b3a323f1433bd6", HASH160_SIZE);
}

static void pbkdf2_check(void)
{
    static const char words[] = "abandon abandon abandon abandon abandon abandon abandon abandon "
                                "abandon abandon abandon about";
    uint8_t out[SHA512_SIZE];
    uint8_t untouched[SHA512_SIZE];
    // The first vector of BIP-39's reference list.
    CHECK_EQ(pbkdf2_sha512(words, strlen(words), "mnemonicTREZOR", 14, 2048, out, sizeof(out)),
             ERR_OK);
    same(out,
         "c55257c360c07c72029aebc1b53c05ed0362ada38ead3e3e9efa3708e5349553"
         "1f09a6987599d18264c1e1c92f2cf141630c7a3c4ab7c81b2f001698e7463b04",
         SHA512_SIZE);
    memcpy(untouched, out, sizeof(out));
    CHECK_EQ(pbkdf2_sha512(words, 3, "s", 1, 0, out, sizeof(out)), ERR_BAD_ARGUMENT);
    CHECK_EQ(pbkdf2_sha512(words, 3, "s", 1, 1, out, 0), ERR_BAD_ARGUMENT);
    CHECK_MEM(out, untouched, sizeof(out));
}

int main(void)
{
    sha2_check();
    tagged_check();
    hmac_check();
    ripemd_check();
    pbkdf2_check();
    return unit_done();
}
