// SPDX-License-Identifier: GPL-3.0-or-later
// Vectors: RFC 5903, section 8.1 (ECDH on P-256); NIST SP 800-38A, section F.3.13 (CFB128-AES128).
// The derivations are checked against a TPM's own (services/attest/attest_test.c).
#include "crypto/agree.h"
#include "crypto/cfb.h"
#include "crypto/test_hex.h"
#include "tests/unit.h"

static const char one_hex[] = "c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433";
static const char one_public_hex[] =
    "dad0b65394221cf9b051e1feca5787d098dfe637fc90b9ef945d0c3772581180"
    "5271a0461cdb8252d61f1c456fa3e59ab1f45b33accf5f58389e0577b8990bb3";
static const char two_hex[] = "c6ef9c5d78ae012a011164acb397ce2088685d8f06bf9be0b283ab46476bee53";
static const char two_public_hex[] =
    "d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf63"
    "56fbf3ca366cc23e8157854c13c58d6aac23f046ada30f8353e74f33039872ab";
static const char shared_hex[] = "d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de";
static const char order_hex[] = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";

static void agree_check(void)
{
    uint8_t one[32], two[32], one_public[64], two_public[64], wanted[32], mine[64], shared[32];
    hex_read(one_hex, one, sizeof one);
    hex_read(two_hex, two, sizeof two);
    hex_read(one_public_hex, one_public, sizeof one_public);
    hex_read(two_public_hex, two_public, sizeof two_public);
    hex_read(shared_hex, wanted, sizeof wanted);
    CHECK_EQ(agree_p256(one, two_public, mine, shared), ERR_OK);
    CHECK_MEM(mine, one_public, sizeof mine);
    CHECK_MEM(shared, wanted, sizeof shared);
    CHECK_EQ(agree_p256(two, one_public, mine, shared), ERR_OK);
    CHECK_MEM(mine, two_public, sizeof mine);
    CHECK_MEM(shared, wanted, sizeof shared);
    for (size_t bit = 0; bit < 512; bit++) { // no point of the curve any more
        one_public[bit / 8] ^= (uint8_t)(1u << bit % 8);
        CHECK_EQ(agree_p256(two, one_public, mine, shared), ERR_BAD_DATA);
        one_public[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    memset(one_public, 0, sizeof one_public);
    CHECK_EQ(agree_p256(two, one_public, mine, shared), ERR_BAD_DATA);
    CHECK_MEM(shared, wanted, sizeof shared); // untouched
}

// Zero, the order and what is above it are no secrets; one and the order less one are.
static void secrets_check(void)
{
    uint8_t secret[32] = {0}, theirs[64], mine[64], shared[32];
    hex_read(two_public_hex, theirs, sizeof theirs);
    CHECK_EQ(agree_p256(secret, theirs, mine, shared), ERR_BAD_ARGUMENT);
    secret[31] = 1;
    CHECK_EQ(agree_p256(secret, theirs, mine, shared), ERR_OK);
    CHECK_MEM(shared, theirs, sizeof shared);
    hex_read(order_hex, secret, sizeof secret);
    CHECK_EQ(agree_p256(secret, theirs, mine, shared), ERR_BAD_ARGUMENT);
    secret[31]++;
    CHECK_EQ(agree_p256(secret, theirs, mine, shared), ERR_BAD_ARGUMENT);
    secret[31] -= 2;
    CHECK_EQ(agree_p256(secret, theirs, mine, shared), ERR_OK);
    CHECK_MEM(shared, theirs, sizeof shared); // the same point, mirrored
    memset(secret, 0xff, sizeof secret);
    CHECK_EQ(agree_p256(secret, theirs, mine, shared), ERR_BAD_ARGUMENT);
}

static void cfb_check(void)
{
    uint8_t key[CFB_KEY], first[CFB_BLOCK], text[64], closed[64], data[64];
    hex_read("2b7e151628aed2a6abf7158809cf4f3c", key, sizeof key);
    hex_read("000102030405060708090a0b0c0d0e0f", first, sizeof first);
    hex_read("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
             "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
             text, sizeof text);
    hex_read("3b3fd92eb72dad20333449f8e83cfb4ac8a64537a0b3a93fcde3cdad9f1ce58b"
             "26751f67a3cbb140b1808cf187a4f4dfc04b05357c5d1c0eeac4c66f9ff7f2e6",
             closed, sizeof closed);
    for (size_t size = 0; size <= sizeof text; size++) { // the last segment may be a short one
        memcpy(data, text, sizeof data);
        CHECK_EQ(cfb_close(key, first, data, size), ERR_OK);
        CHECK_MEM(data, closed, size);
        CHECK_MEM(data + size, text + size, sizeof data - size);
        CHECK_EQ(cfb_open(key, first, data, size), ERR_OK);
        CHECK_MEM(data, text, sizeof data);
    }
}

int main(void)
{
    agree_check();
    secrets_check();
    cfb_check();
    return unit_done();
}
