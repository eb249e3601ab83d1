// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/sha.h"
#include "format/bip32.h"
#include "format/mnemonic.h"
#include "format/wordlist.h"
#include "vectors_test.h"

static struct vectors vectors;

// The list is bip-0039/english.txt: one word and a line feed each, this SHA-256.
static void test_wordlist(void)
{
    static const char digest[] = "2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda";
    uint8_t wanted[32];
    uint8_t got[32];
    struct sha256 sha;
    sha256_init(&sha);
    for (size_t i = 0; i < WORDLIST_COUNT; i++) {
        sha256_update(&sha, wordlist[i], strlen(wordlist[i]));
        sha256_update(&sha, "\n", 1);
    }
    sha256_final(&sha, got);
    vector_hex(digest, wanted, sizeof(wanted));
    CHECK_MEM(got, wanted, 32);
}

static void test_vectors(void)
{
    vectors_open(&vectors, "tests/vectors/bip39.txt");
    while (vectors_next(&vectors)) {
        uint8_t entropy[32], got[32], seed[64], wanted[64];
        size_t size = vector_hex(vectors.fields[0], entropy, sizeof(entropy));
        size_t got_size = 0;
        uint32_t position = 99;
        struct mnemonic made, parsed;
        char text[MNEMONIC_TEXT_MAX];
        CHECK_EQ(mnemonic_from_entropy(entropy, size, &made), ERR_OK);
        mnemonic_text(&made, text, &got_size);
        CHECK(strcmp(text, vectors.fields[1]) == 0);
        CHECK_EQ(got_size, strlen(text));
        CHECK_EQ(mnemonic_parse(text, got_size, &parsed, &position), ERR_OK);
        CHECK_EQ(mnemonic_entropy(&parsed, got, &got_size), ERR_OK);
        CHECK_EQ(got_size, size);
        CHECK_MEM(got, entropy, size);
        CHECK_EQ(mnemonic_seed(&parsed, "TREZOR", seed), ERR_OK);
        vector_hex(vectors.fields[2], wanted, sizeof(wanted));
        CHECK_MEM(seed, wanted, 64);
        struct hd_key master;
        char xprv[HD_TEXT_MAX];
        CHECK_EQ(hd_master(vector_secp(), seed, 64, &master), ERR_OK);
        CHECK_EQ(hd_private_text(&master, NETWORK_MAIN, xprv), ERR_OK);
        CHECK(strcmp(xprv, vectors.fields[3]) == 0);
    }
}

static void expect(const char *text, err_t err, uint32_t position)
{
    struct mnemonic words;
    uint32_t got = 99;
    CHECK_EQ(mnemonic_parse(text, strlen(text), &words, &got), err);
    CHECK_EQ(got, position);
}

#define ELEVEN                                                                                     \
    "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon "

static void test_refused(void)
{
    expect(ELEVEN "about", ERR_OK, 0);
    expect("  ABANDON\tabandon abandon abandon abandon abandon abandon abandon abandon\nabandon "
           "abandon About \r\n",
           ERR_OK, 0);
    expect(ELEVEN "abandon", ERR_BAD_DATA, 0);
    expect(ELEVEN "abouts", ERR_BAD_DATA, 12);
    expect(ELEVEN "abou", ERR_BAD_DATA, 12);
    expect(ELEVEN "aboutaboutaboutabout", ERR_BAD_DATA, 12);
    expect("abandon abandn abandon", ERR_BAD_DATA, 2);
    expect("zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zo\x80", ERR_BAD_DATA, 12);
    expect("", ERR_BAD_DATA, 0);
    expect(ELEVEN, ERR_BAD_DATA, 0);
    expect(ELEVEN "about about", ERR_BAD_DATA, 0);
    expect(ELEVEN ELEVEN "abandon abandon abandon", ERR_BAD_DATA, 0);
}

static void test_arguments(void)
{
    uint8_t bytes[64] = {0};
    struct mnemonic words;
    char passphrase[MNEMONIC_PASSPHRASE_MAX + 2];
    CHECK_EQ(mnemonic_from_entropy(bytes, 15, &words), ERR_BAD_ARGUMENT);
    CHECK_EQ(mnemonic_from_entropy(bytes, 18, &words), ERR_BAD_ARGUMENT);
    CHECK_EQ(mnemonic_from_entropy(bytes, 36, &words), ERR_BAD_ARGUMENT);
    CHECK_EQ(mnemonic_from_entropy(bytes, 16, &words), ERR_OK);
    CHECK_EQ(mnemonic_seed(&words, "caf\xc3\xa9", bytes), ERR_BAD_ARGUMENT);
    memset(passphrase, 'a', sizeof(passphrase) - 1);
    passphrase[sizeof(passphrase) - 1] = 0;
    CHECK_EQ(mnemonic_seed(&words, passphrase, bytes), ERR_BAD_ARGUMENT);
    CHECK_EQ(mnemonic_seed(&words, passphrase + 1, bytes), ERR_OK);
}

int main(void)
{
    test_wordlist();
    test_vectors();
    test_refused();
    test_arguments();
    return unit_done();
}
