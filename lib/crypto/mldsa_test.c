// SPDX-License-Identifier: GPL-3.0-or-later
// ML-DSA-65 against the first vector of Wycheproof's mldsa_65_sign_seed_test (FIPS 204, the
// deterministic variant, empty context), and every way a signature can be wrong. Of the vector's
// 5,261 bytes both ends stand here, with the SHA-256 of all.
#include "crypto/mldsa.h"
#include "crypto/sha.h"
#include "crypto/test_hex.h"
#include "tests/unit.h"

enum { SEED_BYTE = 0x2a, END = 32, HINTS = 55, POLYNOMIALS = 6, BUFFER = 8192 };

static const char message[] = "Hello world";
static uint8_t secret[MLDSA_SECRET_SIZE], public_key[MLDSA_PUBLIC_SIZE], signature[MLDSA_SIZE];

static void ends_check(const uint8_t *bytes, size_t size, const char *first, const char *last,
                       const char *digest)
{
    uint8_t expected[END], sum[SHA256_SIZE];
    hex_read(first, expected, END);
    CHECK_MEM(bytes, expected, END);
    hex_read(last, expected, END);
    CHECK_MEM(bytes + size - END, expected, END);
    hex_read(digest, expected, END);
    sha256(bytes, size, sum);
    CHECK_MEM(sum, expected, END);
}

static err_t check(void)
{
    return mldsa_check(public_key, message, sizeof(message) - 1, signature);
}

static void vector_check(void)
{
    memset(secret, SEED_BYTE, sizeof(secret));
    CHECK_EQ(mldsa_public(secret, public_key), ERR_OK);
    ends_check(public_key, sizeof(public_key),
               "f5408337d0fee65c28851226a5fa81b58464632c78e2a9bef70d330f2e3a5f74",
               "f47c4f219d3a2cb0176bc2236455123c1c5da714ad29d580fb194f87173a18dc",
               "b7acce2ddb11f8cc1aa46e2bafac6eacfa2b732ef192bd636ad8d3a56d649c66");
    CHECK_EQ(mldsa_make(secret, message, sizeof(message) - 1, signature), ERR_OK);
    ends_check(signature, sizeof(signature),
               "69da5aec6d5f58fbf29439c520bd68b966e3dd2ca633b68351c2862344713a1e",
               "7fb7cee40e1d565e6566697e8f9300000000000000000000000005101318212b",
               "39fbbb0d97a52c79844213b325af823a7f16a174e00a5b3daeb3e6e6d1c89681");
    CHECK_EQ(check(), ERR_OK);
}

static void flip_check(uint8_t *bytes, size_t size, size_t every)
{
    for (size_t bit = 0; bit < size * 8; bit += every) {
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        CHECK_EQ(check(), ERR_BAD_SIGNATURE);
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    CHECK_EQ(check(), ERR_OK);
}

// FIPS 204 algorithm 21: hints rise, and unused places are zero; else one signature has many faces.
static void hint_check(void)
{
    uint8_t *hints = signature + MLDSA_SIZE - HINTS - POLYNOMIALS;
    const uint8_t *ends = hints + HINTS;
    const uint8_t used = ends[POLYNOMIALS - 1];
    CHECK(used < HINTS && ends[0] >= 2);
    hints[HINTS - 1] = 1;
    CHECK_EQ(check(), ERR_BAD_SIGNATURE);
    hints[HINTS - 1] = 0;
    const uint8_t low = hints[0];
    hints[0] = hints[1];
    hints[1] = low;
    CHECK_EQ(check(), ERR_BAD_SIGNATURE);
    hints[1] = hints[0];
    hints[0] = low;
    CHECK_EQ(check(), ERR_OK);
}

static void message_check(void)
{
    static uint8_t long_message[BUFFER];
    CHECK_EQ(mldsa_check(public_key, message, sizeof(message), signature), ERR_BAD_SIGNATURE);
    CHECK_EQ(mldsa_check(public_key, message, 0, signature), ERR_BAD_SIGNATURE);
    CHECK_EQ(mldsa_check(public_key, message, (size_t)UINT32_MAX + sizeof(message), signature),
             ERR_BAD_SIGNATURE);
    CHECK_EQ(mldsa_make(secret, message, (size_t)1 << 31, signature), ERR_TOO_LARGE);
    for (size_t size = 0; size <= BUFFER; size = size * 3 + 1) { // many keys and rejected tries
        secret[0] = (uint8_t)size;
        memset(long_message, (int)size, size);
        CHECK_EQ(mldsa_public(secret, public_key), ERR_OK);
        CHECK_EQ(mldsa_make(secret, long_message, size, signature), ERR_OK);
        CHECK_EQ(mldsa_check(public_key, long_message, size, signature), ERR_OK);
        long_message[size / 2] ^= 1;
        CHECK_EQ(mldsa_check(public_key, long_message, size + (size == 0), signature),
                 ERR_BAD_SIGNATURE);
    }
}

int main(void)
{
    vector_check();
    flip_check(signature, sizeof(signature), 61);
    flip_check(public_key, sizeof(public_key), 67);
    hint_check();
    message_check();
    return unit_done();
}
