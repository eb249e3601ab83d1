// SPDX-License-Identifier: GPL-3.0-or-later
// The whole way from a PSBT to a signed PSBT, byte for byte against tests/vectors/signed.txt, which
// two independent implementations made and agreed on; and what the vault refuses.
#include "format/psbt_request.h"
#include "format/psbt_write.h"
#include "format/spend.h"
#include "vectors_test.h"

enum { BYTES_MAX = 1 << 16 };

static struct vectors vectors;
static struct psbt psbt;
static struct request made;
static struct request request; // decoded from its encoding, as the vault has it
static uint8_t psbt_bytes[BYTES_MAX], encoded[REQUEST_MAX], merged[BYTES_MAX], wanted[BYTES_MAX];
static uint8_t signatures[PSBT_INPUTS_MAX][SPEND_SIGNATURE_MAX];
static struct hd_key master;
static const uint8_t nonce[32] = {0x4e};
static const uint8_t aux[32] = {0};

// Fill psbt, made, encoded and request from the hexadecimal PSBT.
static size_t load(const char *hex, uint32_t network)
{
    struct refusal why = {0};
    size_t encoded_size = 0;
    size_t size = vector_hex(hex, psbt_bytes, sizeof(psbt_bytes));
    CHECK_EQ(psbt_parse(psbt_bytes, size, &psbt, &why), ERR_OK);
    CHECK_EQ(psbt_to_request(&psbt, hd_fingerprint(&master), network, nonce, &made, &why), ERR_OK);
    CHECK_EQ(request_encode(&made, encoded, sizeof(encoded), &encoded_size, &why), ERR_OK);
    CHECK_EQ(request_decode(encoded, encoded_size, &request, &why), ERR_OK);
    CHECK_EQ(why.code, REFUSAL_NONE);
    return encoded_size;
}

static void load_master(const char *hex)
{
    uint8_t seed[64];
    size_t size = vector_hex(hex, seed, sizeof(seed));
    CHECK_EQ(hd_master(vector_secp(), seed, size, &master), ERR_OK);
}

// Give the previous transactions as the reader hands them over.
static void check_previous(void)
{
    static uint8_t raw[BYTES_MAX];
    struct refusal why = {0};
    struct spend_seen seen = {0};
    uint32_t count = request_previous_count(&request);
    if (count != 0)
        CHECK_EQ(spend_check_complete(&request, &seen, &why), ERR_REFUSED);
    for (uint32_t n = 0; n < count; n++) {
        struct span parts[3];
        struct writer w = writer_of(raw, sizeof(raw));
        CHECK_EQ(psbt_previous(&psbt, &made, n, parts), ERR_OK);
        for (size_t k = 0; k < 3; k++)
            write_span(&w, parts[k]);
        struct span whole = {raw, writer_size(&w)};
        CHECK_EQ(spend_check_previous(&request, whole, &seen, &why), ERR_OK);
    }
    CHECK_EQ(spend_check_complete(&request, &seen, &why), ERR_OK);
    struct span parts[3];
    CHECK_EQ(psbt_previous(&psbt, &made, count, parts), ERR_NOT_FOUND);
}

static void sign_all(char *expected)
{
    struct refusal why = {0};
    struct sighash_shared shared;
    struct psbt_signature list[PSBT_INPUTS_MAX];
    size_t size;
    sighash_share(&request, &shared);
    char *hex = strtok(expected, ",");
    for (uint32_t i = 0; i < request.input_count; i++, hex = strtok(NULL, ",")) {
        uint8_t bytes[80];
        uint8_t key[33] = {0};
        size_t bytes_size = vector_hex(hex, bytes, sizeof(bytes));
        CHECK_EQ(spend_sign(vector_secp(), &master, &request, &shared, i, aux, signatures[i], &size,
                            &why),
                 ERR_OK);
        CHECK_EQ(size, bytes_size);
        CHECK_MEM(signatures[i], bytes, bytes_size);
        list[i] = (struct psbt_signature){
            i, {signatures[i], size}
        };
        if (request.inputs[i].path.kind == COIN_P2WPKH)
            CHECK_EQ(psbt_input_key(&psbt, i, key), ERR_OK);
        CHECK_EQ(spend_check_signature(&request, &shared, i, key, list[i].bytes), ERR_OK);
        signatures[i][10] ^= 1;
        CHECK_EQ(spend_check_signature(&request, &shared, i, key, list[i].bytes),
                 ERR_BAD_SIGNATURE);
        signatures[i][10] ^= 1;
    }
    CHECK(hex == NULL);
    size_t merged_size = 0;
    size_t wanted_size = vector_hex(vectors.fields[5], wanted, sizeof(wanted));
    CHECK_EQ(psbt_merge(&psbt, list, request.input_count, merged, sizeof(merged), &merged_size),
             ERR_OK);
    CHECK_EQ(merged_size, wanted_size);
    CHECK_MEM(merged, wanted, wanted_size);
    CHECK_EQ(psbt_merge(&psbt, list, request.input_count, merged, merged_size - 1, &merged_size),
             ERR_TOO_SMALL);
    CHECK(merged_size <= psbt.bytes.size + PSBT_SIGNATURE_GROWTH * request.input_count);
}

// The size counts the longest signature; the peer's has the real ones, a quarter byte less for each
// missing one.
static void check_size(void)
{
    uint64_t real = strtoull(vectors.fields[6], NULL, 10);
    CHECK(request_vsize(&request) >= real);
    CHECK(request_vsize(&request) <= real + (request.input_count * 2 + 3) / 4);
}

static void test_signed(void)
{
    vectors_open(&vectors, "tests/vectors/signed.txt");
    while (vectors_next(&vectors)) {
        struct refusal why = {0};
        load_master(vectors.fields[2]);
        load(vectors.fields[3], (uint32_t)strtoul(vectors.fields[1], NULL, 10));
        CHECK_EQ(spend_check_keys(vector_secp(), &master, &request, &why), ERR_OK);
        check_previous();
        sign_all(vectors.fields[4]);
        check_size();
    }
}

static void load_payment(void)
{
    vectors_open(&vectors, "tests/vectors/signed.txt");
    CHECK(vectors_next(&vectors));
    fclose(vectors.file);
    load_master(vectors.fields[2]);
    load(vectors.fields[3], NETWORK_TEST);
}

static void expect_keys(uint32_t code, uint32_t index)
{
    struct refusal why = {0};
    CHECK_EQ(spend_check_keys(vector_secp(), &master, &request, &why), ERR_REFUSED);
    CHECK_EQ(why.code, code);
    CHECK_EQ(why.index, index);
}

// What only the vault can see: claims that contradict nothing but the keys.
static void test_lies(void)
{
    struct refusal why = {0};
    struct sighash_shared shared;
    uint8_t out[SPEND_SIGNATURE_MAX];
    size_t size;
    load_payment();
    request.fingerprint ^= 1;
    expect_keys(REFUSAL_FINGERPRINT, 0);
    load_payment();
    request.inputs[1].program[31] ^= 1;
    expect_keys(REFUSAL_KEY_MISMATCH, 1);
    sighash_share(&request, &shared);
    CHECK_EQ(spend_sign(vector_secp(), &master, &request, &shared, 1, aux, out, &size, &why),
             ERR_REFUSED);
    CHECK_EQ(why.code, REFUSAL_KEY_MISMATCH);
    CHECK_EQ(spend_sign(vector_secp(), &master, &request, &shared, 2, aux, out, &size, &why),
             ERR_BAD_ARGUMENT);
    load_payment();
    request.inputs[0].path.index ^= 1;
    expect_keys(REFUSAL_KEY_MISMATCH, 0);
    load_payment();
    request.outputs[1].change.index ^= 1;
    expect_keys(REFUSAL_CHANGE_MISMATCH, 1);
}

static void expect_previous(struct span raw, uint32_t code)
{
    struct refusal why = {0};
    struct spend_seen seen = {0};
    CHECK_EQ(spend_check_previous(&request, raw, &seen, &why), ERR_REFUSED);
    CHECK_EQ(why.code, code);
    CHECK_EQ(spend_check_complete(&request, &seen, &why), ERR_REFUSED);
    CHECK_EQ(why.code, REFUSAL_PREVIOUS_MISSING);
}

static void test_previous(void)
{
    struct psbt_field field;
    struct refusal why = {0};
    struct spend_seen seen = {0};
    load_payment();
    CHECK(psbt_field_find(psbt.inputs[0], PSBT_IN_NON_WITNESS_UTXO, &field));
    CHECK_EQ(spend_check_previous(&request, field.value, &seen, &why), ERR_OK);
    CHECK_EQ(spend_check_complete(&request, &seen, &why), ERR_OK);
    expect_previous((struct span){field.value.at, field.value.size - 1}, REFUSAL_PREVIOUS_BAD);
    expect_previous((struct span){field.value.at, 0}, REFUSAL_PREVIOUS_BAD);
    request.inputs[0].amount--;
    expect_previous(field.value, REFUSAL_AMOUNT_MISMATCH);
    load_payment();
    request.inputs[0].program[0] ^= 1;
    expect_previous(field.value, REFUSAL_SCRIPT_MISMATCH);
    load_payment();
    request.inputs[0].vout = 99;
    expect_previous(field.value, REFUSAL_PREVIOUS_OUTPUT);
    load_payment();
    request.inputs[0].txid[0] ^= 1;
    expect_previous(field.value, REFUSAL_PREVIOUS_UNKNOWN);
}

static void test_merge_refused(void)
{
    uint8_t bytes[81] = {0};
    size_t size;
    load_payment();
    const struct psbt_signature twice[2] = {
        {0, {bytes, 71}},
        {0, {bytes, 71}}
    };
    const struct psbt_signature beyond = {
        2, {bytes, 64}
    };
    const struct psbt_signature empty = {
        0, {bytes, 0}
    };
    const struct psbt_signature keyless = {
        1, {bytes, 71}
    }; // ECDSA for a P2TR input
    CHECK_EQ(psbt_merge(&psbt, twice, 2, merged, sizeof(merged), &size), ERR_BAD_ARGUMENT);
    CHECK_EQ(psbt_merge(&psbt, &beyond, 1, merged, sizeof(merged), &size), ERR_BAD_ARGUMENT);
    CHECK_EQ(psbt_merge(&psbt, &empty, 1, merged, sizeof(merged), &size), ERR_BAD_ARGUMENT);
    CHECK_EQ(psbt_merge(&psbt, &keyless, 1, merged, sizeof(merged), &size), ERR_NOT_FOUND);
    CHECK_EQ(psbt_merge(&psbt, NULL, 0, merged, sizeof(merged), &size), ERR_OK);
    CHECK_EQ(size, psbt.bytes.size);
    CHECK_MEM(merged, psbt.bytes.at, size);
}

int main(void)
{
    test_signed();
    test_lies();
    test_previous();
    test_merge_refused();
    return unit_done();
}
