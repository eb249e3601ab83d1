// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/account.h"
#include "format/address.h"
#include "format/base58.h"
#include "format/bech32.h"
#include "format/mnemonic.h"
#include "vectors_test.h"

static struct vectors vectors;

// The script of a witness address of any version: version opcode, size, program (BIP-141).
static size_t script_of(const struct bech32 *address, uint8_t *out)
{
    out[0] = (uint8_t)(address->version == 0 ? 0 : 0x50 + address->version);
    out[1] = (uint8_t)address->size;
    memcpy(out + 2, address->program, address->size);
    return address->size + 2;
}

static void test_bip350(void)
{
    vectors_open(&vectors, "tests/vectors/bip350.txt");
    while (vectors_next(&vectors)) {
        struct bech32 address;
        uint8_t script[64], wanted[64];
        char text[BECH32_TEXT_MAX];
        bool valid = vectors.fields[1][0] != 0;
        err_t err = bech32_decode(vectors.fields[0], &address);
        CHECK_EQ(err, valid ? ERR_OK : ERR_BAD_DATA);
        if (err != ERR_OK || !valid)
            continue;
        size_t size = vector_hex(vectors.fields[1], wanted, sizeof(wanted));
        CHECK_EQ(script_of(&address, script), size);
        CHECK_MEM(script, wanted, size);
        CHECK_EQ(bech32_encode(&address, text), ERR_OK);
        CHECK(strcasecmp(text, vectors.fields[0]) == 0);
    }
}

// Any single wrong character is noticed (BIP-173: up to four are).
static void test_bech32_errors(void)
{
    static const char good[] = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4";
    struct bech32 address;
    CHECK_EQ(bech32_decode(good, &address), ERR_OK);
    for (size_t i = 4; i < sizeof(good) - 1; i++) {
        char bad[sizeof(good)];
        memcpy(bad, good, sizeof(good));
        bad[i] = bad[i] == 'q' ? 'p' : 'q';
        CHECK_EQ(bech32_decode(bad, &address), ERR_BAD_DATA);
    }
    struct bech32 wrong = {.prefix = "bc", .version = 0, .size = 21};
    char text[BECH32_TEXT_MAX];
    CHECK_EQ(bech32_encode(&wrong, text), ERR_BAD_ARGUMENT);
    wrong = (struct bech32){.prefix = "bc", .version = 17, .size = 32};
    CHECK_EQ(bech32_encode(&wrong, text), ERR_BAD_ARGUMENT);
    wrong = (struct bech32){.prefix = "", .version = 1, .size = 32};
    CHECK_EQ(bech32_encode(&wrong, text), ERR_BAD_ARGUMENT);
}

static void expect_address(const char *hex, uint32_t network, const char *wanted)
{
    uint8_t script[64], back[ADDRESS_SCRIPT_MAX];
    char text[ADDRESS_TEXT_MAX];
    size_t back_size = 0;
    size_t size = vector_hex(hex, script, sizeof(script));
    CHECK_EQ(address_of_script((struct span){script, size}, network, text), ERR_OK);
    if (!CHECK(strcmp(text, wanted) == 0))
        fprintf(stderr, "    %s is not %s\n", text, wanted);
    CHECK_EQ(address_script(wanted, network, back, &back_size), ERR_OK);
    CHECK_EQ(back_size, size);
    CHECK_MEM(back, script, size);
    // No address belongs to two of these networks, except that test and regtest share Base58.
    uint32_t other = network == NETWORK_MAIN ? NETWORK_TEST : NETWORK_MAIN;
    CHECK_EQ(address_script(wanted, other, back, &back_size), ERR_BAD_DATA);
}

// Base58: BIP-13 and BIP-16 forms of the hash of BIP-173's example key; checked with bitcoinjs-lib.
static void test_forms(void)
{
    expect_address("76a914751e76e8199196d454941c45d1b3a323f1433bd688ac", NETWORK_MAIN,
                   "1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMH");
    expect_address("76a914751e76e8199196d454941c45d1b3a323f1433bd688ac", NETWORK_TEST,
                   "mrCDrCybB6J1vRfbwM5hemdJz73FwDBC8r");
    expect_address("a914751e76e8199196d454941c45d1b3a323f1433bd687", NETWORK_MAIN,
                   "3CNHUhP3uyB9EUtRLsmvFUmvGdjGdkTxJw");
    expect_address("0014751e76e8199196d454941c45d1b3a323f1433bd6", NETWORK_TEST,
                   "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx");
    expect_address("0014751e76e8199196d454941c45d1b3a323f1433bd6", NETWORK_REGTEST,
                   "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080");
    expect_address("512079be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798",
                   NETWORK_MAIN, "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0");
}

static void expect_none(const char *hex)
{
    uint8_t script[64];
    char text[ADDRESS_TEXT_MAX];
    size_t size = vector_hex(hex, script, sizeof(script));
    CHECK_EQ(address_of_script((struct span){script, size}, NETWORK_MAIN, text), ERR_NOT_FOUND);
}

static void test_no_address(void)
{
    uint8_t script[ADDRESS_SCRIPT_MAX];
    size_t size;
    char text[ADDRESS_TEXT_MAX];
    expect_none("");
    expect_none("6a");
    expect_none("76a914751e76e8199196d454941c45d1b3a323f1433bd688ad");
    expect_none("a914751e76e8199196d454941c45d1b3a323f1433bd688");
    expect_none("5114751e76e8199196d454941c45d1b3a323f1433bd6"); // version 1 of 20 bytes
    expect_none("5220751e76e8199196d454941c45d1b3a323f1433bd6000000000000000000000000");
    expect_none("0014751e76e8199196d454941c45d1b3a323f1433b");
    CHECK_EQ(address_of_script((struct span){script, 0}, 0, text), ERR_BAD_ARGUMENT);
    CHECK_EQ(address_script("", NETWORK_MAIN, script, &size), ERR_BAD_DATA);
    CHECK_EQ(address_script("1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMI", NETWORK_MAIN, script, &size),
             ERR_BAD_DATA);
    CHECK_EQ(address_script("1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMh", NETWORK_MAIN, script, &size),
             ERR_BAD_DATA);
    // BIP-350: another prefix than Bitcoin's.
    CHECK_EQ(address_script("tc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq5zuyut",
                            NETWORK_TEST, script, &size),
             ERR_BAD_DATA);
}

// BIP-84 and BIP-86 from the mnemonic down to the address, with private and public derivation.
static void test_accounts(void)
{
    static const char words[] = "abandon abandon abandon abandon abandon abandon abandon abandon "
                                "abandon abandon abandon about";
    struct mnemonic mnemonic;
    uint32_t position;
    uint8_t seed[64];
    struct hd_key master;
    CHECK_EQ(mnemonic_parse(words, strlen(words), &mnemonic, &position), ERR_OK);
    CHECK_EQ(mnemonic_seed(&mnemonic, "", seed), ERR_OK);
    CHECK_EQ(hd_master(vector_secp(), seed, sizeof(seed), &master), ERR_OK);
    vectors_open(&vectors, "tests/vectors/accounts.txt");
    while (vectors_next(&vectors)) {
        uint32_t kind = (uint32_t)strtoul(vectors.fields[0], NULL, 10);
        uint32_t path[2] = {(uint32_t)strtoul(vectors.fields[1], NULL, 10),
                            (uint32_t)strtoul(vectors.fields[2], NULL, 10)};
        struct hd_key account, key;
        uint8_t wanted[33];
        char text[ADDRESS_TEXT_MAX];
        size_t size = vector_hex(vectors.fields[3], wanted, sizeof(wanted));
        CHECK_EQ(account_node(vector_secp(), &master, NETWORK_MAIN, kind, 0, &account), ERR_OK);
        CHECK_EQ(hd_path(vector_secp(), &account, path, 2, &key), ERR_OK);
        CHECK_MEM(key.public_key + (33 - size), wanted, size);
        CHECK_EQ(account_address(&account, NETWORK_MAIN, kind, path[0], path[1], text), ERR_OK);
        CHECK(strcmp(text, vectors.fields[4]) == 0);
    }
    struct hd_key account;
    CHECK_EQ(account_node(vector_secp(), &master, NETWORK_MAIN, 44, 0, &account), ERR_BAD_ARGUMENT);
    CHECK_EQ(account_node(vector_secp(), &master, NETWORK_MAIN, 84, 100, &account),
             ERR_BAD_ARGUMENT);
    CHECK_EQ(account_node(vector_secp(), &master, 0, 84, 0, &account), ERR_BAD_ARGUMENT);
}

static void test_base58(void)
{
    uint8_t bytes[BASE58_PAYLOAD_MAX + 1] = {0};
    uint8_t back[BASE58_PAYLOAD_MAX];
    char text[BASE58_TEXT_MAX];
    size_t size = 0;
    for (size_t length = 0; length <= BASE58_PAYLOAD_MAX; length++) {
        for (size_t i = 0; i < length; i++)
            bytes[i] = (uint8_t)(i < length / 3 ? 0 : 0xff - i); // leading zeros too
        CHECK_EQ(base58_encode(bytes, length, text, sizeof(text)), ERR_OK);
        CHECK_EQ(base58_decode(text, back, sizeof(back), &size), ERR_OK);
        CHECK_EQ(size, length);
        CHECK_MEM(back, bytes, length);
    }
    CHECK_EQ(base58_encode(bytes, BASE58_PAYLOAD_MAX, text, 80), ERR_TOO_SMALL);
    CHECK_EQ(base58_encode(bytes, sizeof(bytes), text, sizeof(text)), ERR_TOO_LARGE);
    CHECK_EQ(base58_decode(text, back, 10, &size), ERR_TOO_LARGE);
    CHECK_EQ(base58_decode("", back, sizeof(back), &size), ERR_BAD_DATA);
    memset(text, 'z', sizeof(text) - 1);
    text[sizeof(text) - 1] = 0;
    CHECK_EQ(base58_decode(text, back, sizeof(back), &size), ERR_BAD_DATA);
}

int main(void)
{
    test_bip350();
    test_bech32_errors();
    test_forms();
    test_no_address();
    test_accounts();
    test_base58();
    return unit_done();
}
