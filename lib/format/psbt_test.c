// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/psbt.h"
#include "format/psbt_request.h"
#include "format/psbt_write.h"
#include "vectors_test.h"

static struct vectors vectors;
static struct psbt psbt;
static struct request request;
static uint8_t bytes[1 << 16], again[1 << 16];

static void check_valid(size_t size)
{
    struct refusal why = {0};
    size_t again_size = 0;
    static const uint8_t nonce[32];
    if (!CHECK(psbt_parse(bytes, size, &psbt, &why) == ERR_OK)) {
        fprintf(stderr, "    %s: %s\n", vectors.fields[1], refusal_name(why.code));
        return;
    }
    // What is kept is everything: unknown fields too.
    CHECK_EQ(psbt_merge(&psbt, NULL, 0, again, sizeof(again), &again_size), ERR_OK);
    CHECK_EQ(again_size, size);
    CHECK_MEM(again, bytes, size);
    // None of them is ours to sign.
    CHECK_EQ(psbt_to_request(&psbt, 0xc3112233, NETWORK_MAIN, nonce, &request, &why), ERR_REFUSED);
    CHECK_EQ(request.input_count, 0);
}

static void test_vectors(void)
{
    uint32_t valid = 0, invalid = 0;
    vectors_open(&vectors, "tests/vectors/bip174.txt");
    while (vectors_next(&vectors)) {
        struct refusal why = {0};
        size_t size = vector_hex(vectors.fields[2], bytes, sizeof(bytes));
        if (strcmp(vectors.fields[0], "valid") == 0) {
            check_valid(size);
            valid++;
            continue;
        }
        invalid++;
        CHECK_EQ(psbt_parse(bytes, size, &psbt, &why), ERR_REFUSED);
        const char *name = refusal_name(why.code);
        if (!CHECK(name != NULL && strcmp(name, vectors.fields[0]) == 0))
            fprintf(stderr, "    %s: %s\n", vectors.fields[1], name == NULL ? "?" : name);
    }
    CHECK_EQ(valid, 14);
    CHECK_EQ(invalid, 30);
}

static void test_fields(void)
{
    struct psbt_field field;
    struct refusal why;
    uint32_t fingerprint = 0;
    vectors_open(&vectors, "tests/vectors/bip174.txt");
    while (vectors_next(&vectors) && strcmp(vectors.fields[1], "BIP-174: global xpub") != 0) {
    }
    fclose(vectors.file);
    size_t size = vector_hex(vectors.fields[2], bytes, sizeof(bytes));
    CHECK_EQ(psbt_parse(bytes, size, &psbt, &why), ERR_OK);
    CHECK_EQ(psbt.tx.input_count, 2);
    CHECK_EQ(psbt.tx.output_count, 2);
    CHECK(psbt_field_find(psbt.global, PSBT_GLOBAL_XPUB, &field));
    CHECK_EQ(field.key.size, 78);
    CHECK(!psbt_field_find(psbt.global, PSBT_GLOBAL_VERSION, &field));
    CHECK(psbt_field_find(psbt.inputs[1], PSBT_IN_PARTIAL_SIG, &field));
    CHECK_EQ(field.value.size, 71);
    CHECK(psbt_field_find(psbt.outputs[1], PSBT_OUT_BIP32_DERIVATION, &field));
    CHECK(!psbt_field_find(psbt.outputs[0], PSBT_OUT_BIP32_DERIVATION, &field));
    CHECK_EQ(psbt_fingerprint(&psbt, &fingerprint), ERR_OK);
    CHECK_EQ(fingerprint, 0x27569c50);
}

// A PSBT of the payment with one field more in input 0, before all others.
static size_t with_field(const uint8_t *field, size_t field_size)
{
    struct refusal why;
    static uint8_t good[1 << 16];
    vectors_open(&vectors, "tests/vectors/signed.txt");
    CHECK(vectors_next(&vectors));
    fclose(vectors.file);
    size_t size = vector_hex(vectors.fields[3], good, sizeof(good));
    CHECK_EQ(psbt_parse(good, size, &psbt, &why), ERR_OK);
    size_t at = (size_t)(psbt.inputs[0].at - good);
    memcpy(bytes, good, at);
    memcpy(bytes + at, field, field_size);
    memcpy(bytes + at + field_size, good + at, size - at);
    return size + field_size;
}

static void expect_field(const char *hex, uint32_t code)
{
    uint8_t field[256];
    struct refusal why = {0};
    size_t field_size = vector_hex(hex, field, sizeof(field));
    size_t size = with_field(field, field_size);
    err_t err = psbt_parse(bytes, size, &psbt, &why);
    CHECK_EQ(err, code == REFUSAL_NONE ? ERR_OK : ERR_REFUSED);
    CHECK_EQ(why.code, code);
}

static void test_forms(void)
{
    expect_field("02f00100", REFUSAL_NONE);        // unknown type
    expect_field("04fdfd00010155", REFUSAL_NONE);  // type 253 takes three bytes
    expect_field("04fd0200010155", REFUSAL_FIELD); // type 2 written with three
    expect_field("02fd0200", REFUSAL_FIELD);       // a type that is cut off
    expect_field("04fc01610500", REFUSAL_NONE);    // proprietary: identifier, subtype
    expect_field("03fc026100", REFUSAL_FIELD);     // its identifier is cut off
    expect_field("010e00", REFUSAL_FIELD);         // a field of version 2 (BIP-370)
    expect_field("010900", REFUSAL_NONE);
    expect_field("02090000", REFUSAL_FIELD);
    expect_field("150a111111111111111111111111111111111111111100", REFUSAL_NONE);
    expect_field("140a1111111111111111111111111111111111111100", REFUSAL_FIELD);
    expect_field("01030401000000", REFUSAL_NONE);
    expect_field("010303010000", REFUSAL_FIELD);
    expect_field("0103fd040001000000", REFUSAL_COMPACT_SIZE);
}

int main(void)
{
    test_vectors();
    test_fields();
    test_forms();
    return unit_done();
}
