// SPDX-License-Identifier: GPL-3.0-or-later
// Ed25519 against RFC 8032 section 7.1, and every way a signature can be wrong.
#include "crypto/sign.h"
#include "crypto/test_hex.h"
#include "tests/unit.h"

struct vector {
    const char *secret;
    const char *public_key;
    const char *message;
    const char *signature;
};

static const struct vector vectors[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b"
     "46b"
     "d25bf5f0595bbe24655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11"
     "d8c"
     "387b2eaeb4302aeeb00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc"
     "659"
     "4a7c15e9716ed28dc027beceea1ec40a"},
};

static void vector_check(const struct vector *v)
{
    uint8_t secret[SIGN_SECRET_SIZE];
    uint8_t public_key[SIGN_PUBLIC_SIZE];
    uint8_t got_key[SIGN_PUBLIC_SIZE];
    uint8_t message[8];
    uint8_t signature[SIGN_SIZE];
    uint8_t got[SIGN_SIZE];
    size_t size = hex_read(v->message, message, sizeof(message));
    hex_read(v->secret, secret, sizeof(secret));
    hex_read(v->public_key, public_key, sizeof(public_key));
    hex_read(v->signature, signature, sizeof(signature));
    CHECK_EQ(sign_public(secret, got_key), ERR_OK);
    CHECK_MEM(got_key, public_key, sizeof(public_key));
    CHECK_EQ(sign_make(secret, message, size, got), ERR_OK);
    CHECK_MEM(got, signature, sizeof(signature));
    CHECK_EQ(sign_check(public_key, message, size, signature), ERR_OK);
    for (size_t bit = 0; bit < SIGN_SIZE * 8; bit += 3) {
        got[bit / 8] ^= (uint8_t)(1 << bit % 8);
        CHECK_EQ(sign_check(public_key, message, size, got), ERR_BAD_SIGNATURE);
        got[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    for (size_t bit = 0; bit < SIGN_PUBLIC_SIZE * 8; bit += 3) {
        got_key[bit / 8] ^= (uint8_t)(1 << bit % 8);
        CHECK_EQ(sign_check(got_key, message, size, signature), ERR_BAD_SIGNATURE);
        got_key[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    message[size] = 0;
    CHECK_EQ(sign_check(public_key, message, size + 1, signature), ERR_BAD_SIGNATURE);
}

static void malleable_check(void)
{
    // RFC 8032 section 5.1.7: S is below the group order. S + L signs the same to a sloppy
    // verifier.
    static const uint8_t order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,
                                      0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
                                      0,    0,    0,    0,    0,    0,    0,    0,
                                      0,    0,    0,    0,    0,    0,    0,    0x10};
    uint8_t public_key[SIGN_PUBLIC_SIZE];
    uint8_t signature[SIGN_SIZE];
    unsigned carry = 0;
    hex_read(vectors[0].public_key, public_key, sizeof(public_key));
    hex_read(vectors[0].signature, signature, sizeof(signature));
    for (size_t i = 0; i < 32; i++) {
        carry += (unsigned)signature[32 + i] + order[i];
        signature[32 + i] = (uint8_t)carry;
        carry >>= 8;
    }
    CHECK_EQ(sign_check(public_key, "", 0, signature), ERR_BAD_SIGNATURE);
}

int main(void)
{
    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++)
        vector_check(&vectors[i]);
    malleable_check();
    return unit_done();
}
