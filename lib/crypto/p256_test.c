// SPDX-License-Identifier: GPL-3.0-or-later
// Vectors: RFC 6979 section A.2.5 (P-256 with SHA-256).
#include "crypto/p256.h"
#include "crypto/sha.h"
#include "crypto/test_hex.h"
#include "tests/unit.h"

static const char secret_hex[] = "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721";
static const char public_hex[] = "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
                                 "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";
static const struct {
    const char *message, *signature;
} vectors[] = {
    {"sample", "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
               "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"},
    {"test",   "f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367"
             "019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083"    },
};

static void vectors_check(void)
{
    uint8_t secret[P256_SECRET], public_key[P256_PUBLIC];
    hex_read(secret_hex, secret, sizeof(secret));
    hex_read(public_hex, public_key, sizeof(public_key));
    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        uint8_t digest[32], wanted[P256_SIGNATURE], made[P256_SIGNATURE];
        sha256(vectors[i].message, strlen(vectors[i].message), digest);
        hex_read(vectors[i].signature, wanted, sizeof(wanted));
        CHECK_EQ(p256_make(secret, digest, made), ERR_OK);
        CHECK_MEM(made, wanted, sizeof(made));
        CHECK_EQ(p256_check(public_key, digest, made), ERR_OK);
        for (size_t bit = 0; bit < 8 * sizeof(made); bit += 7) {
            made[bit / 8] ^= (uint8_t)(1u << bit % 8);
            CHECK_EQ(p256_check(public_key, digest, made), ERR_BAD_SIGNATURE);
            made[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
        digest[3] ^= 1;
        CHECK_EQ(p256_check(public_key, digest, made), ERR_BAD_SIGNATURE);
    }
}

static void limits_check(void)
{
    uint8_t secret[P256_SECRET] = {0}, digest[32] = {1}, made[P256_SIGNATURE];
    uint8_t public_key[P256_PUBLIC] = {0};
    CHECK_EQ(p256_make(secret, digest, made), ERR_BAD_ARGUMENT);
    memset(secret, 0xff, sizeof(secret)); // above the group's order
    CHECK_EQ(p256_make(secret, digest, made), ERR_BAD_ARGUMENT);
    memset(made, 0, sizeof(made));
    CHECK_EQ(p256_check(public_key, digest, made), ERR_BAD_SIGNATURE); // no point of the curve
    hex_read(public_hex, public_key, sizeof(public_key));
    CHECK_EQ(p256_check(public_key, digest, made), ERR_BAD_SIGNATURE); // r = s = 0
    public_key[0] ^= 1;
    CHECK_EQ(p256_check(public_key, digest, made), ERR_BAD_SIGNATURE);
}

static void derive_check(void)
{
    uint8_t a[P256_SECRET], b[P256_SECRET], pa[P256_PUBLIC], pb[P256_PUBLIC], digest[32] = {7};
    uint8_t made[P256_SIGNATURE];
    CHECK_EQ(p256_derive("test 1", "seed", 4, a, pa), ERR_OK);
    CHECK_EQ(p256_derive("test 1", "seed", 4, b, pb), ERR_OK);
    CHECK_MEM(a, b, sizeof(a));
    CHECK_MEM(pa, pb, sizeof(pa));
    CHECK_EQ(p256_make(a, digest, made), ERR_OK);
    CHECK_EQ(p256_check(pa, digest, made), ERR_OK);
    CHECK_EQ(p256_derive("test 2", "seed", 4, b, pb), ERR_OK);
    CHECK(memcmp(a, b, sizeof(a)) != 0);
    CHECK_EQ(p256_check(pb, digest, made), ERR_BAD_SIGNATURE);
}

int main(void)
{
    vectors_check();
    limits_check();
    derive_check();
    return unit_done();
}
