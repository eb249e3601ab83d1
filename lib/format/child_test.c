// SPDX-License-Identifier: GPL-3.0-or-later
// tests/vectors/child.txt was made by an independent BIP-32 library (tests/interop).
#include "format/child.h"
#include "vectors_test.h"

static struct vectors vectors;

static void test_vectors(void)
{
    vectors_open(&vectors, "tests/vectors/child.txt");
    while (vectors_next(&vectors)) {
        uint8_t root[64], publisher[32], wanted[64], got[64], fingerprint[4];
        struct hd_key master, app;
        vector_hex(vectors.fields[0], root, sizeof(root));
        vector_hex(vectors.fields[1], publisher, sizeof(publisher));
        vector_hex(vectors.fields[3], wanted, sizeof(wanted));
        vector_hex(vectors.fields[4], fingerprint, sizeof(fingerprint));
        CHECK_EQ(hd_master(vector_secp(), root, 64, &master), ERR_OK);
        CHECK_EQ(child_seed(vector_secp(), &master, publisher, vectors.fields[2], got), ERR_OK);
        CHECK_MEM(got, wanted, 64);
        CHECK_EQ(hd_master(vector_secp(), got, 64, &app), ERR_OK);
        CHECK_EQ(hd_fingerprint(&app), get_be32(fingerprint));
    }
}

static void test_arguments(void)
{
    const uint8_t zero[64] = {0};
    uint8_t out[64];
    struct hd_key master;
    CHECK_EQ(hd_master(vector_secp(), zero, 64, &master), ERR_OK);
    CHECK_EQ(child_seed(vector_secp(), &master, zero, "", out), ERR_BAD_ARGUMENT);
    CHECK_EQ(child_seed(vector_secp(), &master, zero, "two words", out), ERR_BAD_ARGUMENT);
    CHECK_EQ(child_seed(vector_secp(), &master, zero, "caf\xc3\xa9", out), ERR_BAD_ARGUMENT);
    CHECK_EQ(child_seed(vector_secp(), &master, zero, "a23456789012345678901234567890123", out),
             ERR_BAD_ARGUMENT);
    CHECK_EQ(child_seed(vector_secp(), &master, zero, "a2345678901234567890123456789012", out),
             ERR_OK);
    master.is_private = false;
    CHECK_EQ(child_seed(vector_secp(), &master, zero, "wallet", out), ERR_BAD_ARGUMENT);
}

int main(void)
{
    test_vectors();
    test_arguments();
    return unit_done();
}
