// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/sighash.h"
#include "vectors_test.h"

static struct vectors vectors;
static struct request request;
static uint8_t raw[4096];

// A request with the inputs and outputs of a raw transaction; kinds and amounts are the test's.
static void request_of(const char *hex)
{
    struct tx tx = {0};
    size_t size = vector_hex(hex, raw, sizeof(raw));
    CHECK_EQ(tx_parse((struct span){raw, size}, TX_STRIPPED, &tx), ERR_OK);
    memset(&request, 0, sizeof(request));
    request.network = NETWORK_MAIN;
    request.version = tx.version;
    request.locktime = tx.locktime;
    request.input_count = tx.input_count;
    request.output_count = tx.output_count;
    struct reader inputs = reader_of_span(tx.inputs);
    for (uint32_t i = 0; i < tx.input_count; i++) {
        struct tx_input in = tx_input_next(&inputs);
        memcpy(request.inputs[i].txid, in.txid, TXID_SIZE);
        request.inputs[i].vout = in.vout;
        request.inputs[i].sequence = in.sequence;
        request.inputs[i].path.kind = COIN_P2TR;
    }
    struct reader outputs = reader_of_span(tx.outputs);
    for (uint32_t i = 0; i < tx.output_count; i++) {
        struct tx_output out = tx_output_next(&outputs);
        request.outputs[i] = (struct request_output){.amount = out.amount, .script = out.script};
    }
}

static void check_hex(const uint8_t *got, const char *hex)
{
    uint8_t wanted[SECP_DER_MAX];
    size_t size = vector_hex(hex, wanted, sizeof(wanted));
    CHECK_MEM(got, wanted, size);
}

// BIP-143, "Native P2WPKH": the second input, whose signature commits to its own amount only.
static void test_bip143(void)
{
    struct sighash_shared shared;
    uint8_t digest[SIGHASH_SIZE], secret[32], der[SECP_DER_MAX];
    size_t size = 0;
    request_of("0100000002fff7f7881a8099afa6940d42d1e7f6362bec38171ea3edf433541db4e4ad969f000000000"
               "0eeffffffef51e1b804cc89d182d279655c3aa89e815b1b309fe287d9b2b55d57b90ec68a0100000000"
               "ffffffff02202cb206000000001976a9148280b37df378db99f66f85c95a783a76ac7a6d5988ac90935"
               "10d000000001976a9143bde42dbee7e4dbe6a21b2d50ce2f0167faa815988ac11000000");
    struct request_input *in = &request.inputs[1];
    in->path.kind = COIN_P2WPKH;
    in->amount = 600000000;
    vector_hex("1d0f172a0ecb48aee1be1f2687d2963ae33f71a1", in->program, 20);
    sighash_share(&request, &shared);
    sighash_input(&request, &shared, 1, digest);
    check_hex(digest, "c37af31116d1b27caf68aae9e3ac82f1477929014d5b917657d0eb49478cb670");
    vector_hex("619c335025c7f4012e556c2a58b2506e30b8511b53ade95ea316fd8c3286feb9", secret, 32);
    CHECK_EQ(secp_ecdsa_sign(vector_secp(), secret, digest, der, &size), ERR_OK);
    CHECK_EQ(size, 70);
    check_hex(der, "304402203609e17b84f6a7d30c80bfa610b5b4542f32a8a0d5447a12fb1366d7f01cc44a"
                   "0220573a954c4518331561406f90300e8f3358f51928d43c212a8caed02de67eebee");
}

// The input with SIGHASH_DEFAULT. The transaction spends other forms too, so the hash of the
// scripts is the vector's; everything else is computed.
static void check_signing(const struct sighash_shared *shared)
{
    static const uint8_t aux[32];
    uint8_t digest[SIGHASH_SIZE], secret[32], signature[64];
    uint32_t index = (uint32_t)strtoul(vectors.fields[1], NULL, 10);
    if (strcmp(vectors.fields[4], "0") != 0)
        return;
    sighash_input(&request, shared, index, digest);
    check_hex(digest, vectors.fields[9]);
    vector_hex(vectors.fields[7], secret, 32);
    CHECK_EQ(secp_schnorr_sign(vector_secp(), secret, digest, aux, signature), ERR_OK);
    check_hex(signature, vectors.fields[10]);
}

// Without scripts: internal key to tweak to output key and address, and the same for the secret.
static void check_tweak(void)
{
    uint8_t internal[32], secret[32], tweak[32];
    if (vectors.fields[3][0] != 0)
        return;
    vector_hex(vectors.fields[5], internal, 32);
    vector_hex(vectors.fields[2], secret, 32);
    taproot_tweak(internal, tweak);
    check_hex(tweak, vectors.fields[6]);
    CHECK_EQ(secp_xonly_secret_add(vector_secp(), secret, tweak), ERR_OK);
    check_hex(secret, vectors.fields[7]);
}

static void check_key(void)
{
    uint8_t internal[32], output[32], tweak[32], script[P2TR_SCRIPT_SIZE];
    char text[ADDRESS_TEXT_MAX];
    vector_hex(vectors.fields[1], internal, 32);
    taproot_tweak(internal, tweak);
    check_hex(tweak, vectors.fields[2]);
    CHECK_EQ(taproot_output_key(internal, output), ERR_OK);
    check_hex(output, vectors.fields[3]);
    p2tr_script(output, script);
    CHECK_EQ(address_of_script((struct span){script, sizeof(script)}, NETWORK_MAIN, text), ERR_OK);
    CHECK(strcmp(text, vectors.fields[4]) == 0);
}

static void test_bip341(void)
{
    static char hashes[6][65];
    struct sighash_shared shared = {0};
    uint32_t coins = 0, signings = 0;
    vectors_open(&vectors, "tests/vectors/bip341.txt");
    while (vectors_next(&vectors)) {
        if (strcmp(vectors.fields[0], "tx") == 0) {
            request_of(vectors.fields[1]);
            for (size_t i = 0; i < 5; i++)
                memcpy(hashes[i], vectors.fields[2 + i], 65);
        } else if (strcmp(vectors.fields[0], "coin") == 0) {
            request.inputs[coins++].amount = strtoull(vectors.fields[2], NULL, 10);
        } else if (strcmp(vectors.fields[0], "key") == 0) {
            check_key();
        } else {
            sighash_share(&request, &shared);
            check_hex(shared.amounts, hashes[0]);
            check_hex(shared.outputs, hashes[1]);
            check_hex(shared.prevouts, hashes[2]);
            vector_hex(hashes[3], shared.scripts, 32);
            check_hex(shared.sequences, hashes[4]);
            check_signing(&shared);
            check_tweak();
            signings += strcmp(vectors.fields[4], "0") == 0;
        }
    }
    CHECK_EQ(coins, 9);
    CHECK(signings != 0);
}

// BIP-341 commits to the script that an input spends.
static void test_scripts_hash(void)
{
    struct sighash_shared before, after;
    sighash_share(&request, &before);
    request.inputs[0].program[5] ^= 1;
    sighash_share(&request, &after);
    CHECK(memcmp(before.scripts, after.scripts, 32) != 0);
    CHECK_MEM(before.prevouts, after.prevouts, 32);
}

int main(void)
{
    test_bip143();
    test_bip341();
    test_scripts_hash();
    return unit_done();
}
