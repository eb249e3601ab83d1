// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/request.h"
#include "vectors_test.h"

static struct request request, back;
static uint8_t encoded[REQUEST_MAX], again[REQUEST_MAX];
static uint8_t script[REQUEST_SCRIPT_MAX + 1];

// Two inputs, one of each kind; a payment and change.
static void good_request(void)
{
    memset(&request, 0, sizeof(request));
    memset(script, 0x51, sizeof(script));
    request.network = NETWORK_TEST;
    request.fingerprint = 0x01020304;
    request.version = 2;
    request.locktime = 800000;
    request.input_count = 2;
    request.output_count = 2;
    request.inputs[0] = (struct request_input){
        .vout = 1, .amount = 1000, .path = {.kind = COIN_P2WPKH, .account = 99, .index = 7}
    };
    request.inputs[1] = (struct request_input){
        .vout = 2, .amount = 2000, .path = {.kind = COIN_P2TR, .chain = 1, .index = 0x7fffffff}
    };
    request.outputs[0] = (struct request_output){
        .amount = 100, .script = {script, 30}
    };
    static uint8_t change[P2WPKH_SCRIPT_SIZE] = {0x00, 20};
    request.outputs[1] = (struct request_output){
        .amount = 2800,
        .script = {change,         sizeof(change)},
        .is_change = true,
        .change = { .kind = COIN_P2WPKH, .chain = 1,   .account = 99, .index = 999}
    };
}

static size_t encode(void)
{
    struct refusal why;
    size_t size = 0;
    CHECK_EQ(request_encode(&request, encoded, sizeof(encoded), &size, &why), ERR_OK);
    return size;
}

static void expect(uint32_t code, uint32_t index)
{
    struct refusal why = {0};
    size_t size;
    CHECK_EQ(request_encode(&request, encoded, sizeof(encoded), &size, &why), ERR_REFUSED);
    CHECK_EQ(why.code, code);
    CHECK_EQ(why.index, index);
    good_request();
}

static void test_round_trip(void)
{
    struct refusal why;
    size_t again_size = 0;
    good_request();
    size_t size = encode();
    CHECK_EQ(request_decode(encoded, size, &back, &why), ERR_OK);
    CHECK_EQ(back.fingerprint, 0x01020304);
    CHECK_EQ(back.inputs[1].path.index, 0x7fffffff);
    CHECK(back.outputs[1].is_change);
    CHECK_EQ(request_encode(&back, again, sizeof(again), &again_size, &why), ERR_OK);
    CHECK_EQ(again_size, size);
    CHECK_MEM(again, encoded, size);
    CHECK_EQ(request_encode(&request, again, size - 1, &again_size, &why), ERR_TOO_SMALL);
    struct request_sums sums = request_sum(&request);
    CHECK_EQ(sums.inputs, 3000);
    CHECK_EQ(sums.outputs, 2900);
    CHECK_EQ(sums.change, 2800);
    CHECK_EQ(sums.fee, 100);
}

static void expect_decode(const uint8_t *data, size_t size, uint32_t code)
{
    struct refusal why = {0};
    uint8_t *exact = malloc(size + 1);
    memcpy(exact, data, size);
    CHECK_EQ(request_decode(exact, size, &back, &why), ERR_REFUSED);
    CHECK_EQ(why.code, code);
    CHECK_EQ(back.input_count, 0);
    free(exact);
}

static void test_not_canonical(void)
{
    good_request();
    size_t size = encode();
    for (size_t cut = 0; cut < size; cut++)
        expect_decode(encoded, cut, REFUSAL_NOT_CANONICAL);
    encoded[size] = 0;
    expect_decode(encoded, size + 1, REFUSAL_NOT_CANONICAL);
    encoded[3] = 2;
    expect_decode(encoded, size, REFUSAL_REQUEST_VERSION);
    encoded[0] ^= 1;
    expect_decode(encoded, size, REFUSAL_NOT_CANONICAL);
    static uint8_t large[REQUEST_MAX + 1];
    expect_decode(large, sizeof(large), REFUSAL_REQUEST_SIZE);
    expect_decode(large, REQUEST_MAX, REFUSAL_NOT_CANONICAL);
}

// Every changed byte gives another valid request with another encoding, or is refused; nothing is
// ignored.
static void test_every_byte(void)
{
    good_request();
    size_t size = encode();
    uint8_t hash[32], other[32];
    request_hash(encoded, size, hash);
    for (size_t i = 0; i < size * 8; i++) {
        struct refusal why;
        size_t again_size = 0;
        encoded[i / 8] = (uint8_t)(encoded[i / 8] ^ 1u << i % 8);
        if (request_decode(encoded, size, &back, &why) == ERR_OK) {
            CHECK_EQ(request_encode(&back, again, sizeof(again), &again_size, &why), ERR_OK);
            CHECK_EQ(again_size, size);
            CHECK_MEM(again, encoded, size);
            request_hash(encoded, size, other);
            CHECK(memcmp(hash, other, 32) != 0);
        }
        encoded[i / 8] = (uint8_t)(encoded[i / 8] ^ 1u << i % 8);
    }
}

static void test_counts_and_paths(void)
{
    good_request();
    request.input_count = 0;
    expect(REFUSAL_NO_INPUTS, 0);
    request.output_count = 0;
    expect(REFUSAL_NO_OUTPUTS, 0);
    request.input_count = REQUEST_INPUTS_MAX + 1;
    expect(REFUSAL_MANY_INPUTS, 0);
    request.output_count = REQUEST_OUTPUTS_MAX + 1;
    expect(REFUSAL_MANY_OUTPUTS, 0);
    request.version = 0;
    expect(REFUSAL_TRANSACTION_VERSION, 0);
    request.network = 4;
    expect(REFUSAL_NETWORK, 0);
    request.inputs[1].path.kind = 44;
    expect(REFUSAL_PATH, 1);
    request.inputs[1].path.chain = 2;
    expect(REFUSAL_PATH, 1);
    request.inputs[0].path.account = ACCOUNT_COUNT;
    expect(REFUSAL_PATH, 0);
    request.inputs[0].path.index = HD_HARDENED;
    expect(REFUSAL_PATH, 0);
    request.inputs[1].vout = request.inputs[0].vout;
    expect(REFUSAL_DUPLICATE_INPUT, 1);
}

static void test_amounts(void)
{
    good_request();
    request.inputs[1].amount = AMOUNT_MAX + 1;
    expect(REFUSAL_AMOUNT_RANGE, 1);
    request.inputs[1].amount = AMOUNT_MAX;
    expect(REFUSAL_AMOUNT_RANGE, 1);
    request.inputs[1].amount = UINT64_MAX;
    expect(REFUSAL_AMOUNT_RANGE, 1);
    request.outputs[1].amount = UINT64_MAX - 50;
    expect(REFUSAL_AMOUNT_RANGE, 1);
    request.outputs[1].amount = 2901;
    expect(REFUSAL_OVERSPENT, 0);
    request.outputs[1].amount = 2900; // no fee at all is legal
    encode();
    good_request();
    request.inputs[1].amount = AMOUNT_MAX - 1000;
    encode();
}

static void test_outputs(void)
{
    good_request();
    request.outputs[0].script.size = 0;
    expect(REFUSAL_SCRIPT_SIZE, 0);
    request.outputs[0].script.size = REQUEST_SCRIPT_MAX + 1;
    expect(REFUSAL_SCRIPT_SIZE, 0);
    request.outputs[0].script.size = REQUEST_SCRIPT_MAX;
    encode();
    good_request();
    request.outputs[1].change.index = CHANGE_INDEX_COUNT;
    expect(REFUSAL_CHANGE_PATH, 1);
    request.outputs[1].change.chain = 0;
    expect(REFUSAL_CHANGE_PATH, 1);
    request.outputs[1].change.account = 98; // no input of that account
    expect(REFUSAL_CHANGE_PATH, 1);
    request.outputs[1].change.kind = COIN_P2TR; // nor of that kind with that account
    expect(REFUSAL_CHANGE_PATH, 1);
    request.outputs[1].change.kind = 44;
    expect(REFUSAL_CHANGE_PATH, 1);
    request.outputs[1].script.size--;
    expect(REFUSAL_CHANGE_PATH, 1);
    request.outputs[1].script = (struct span){script, P2WPKH_SCRIPT_SIZE};
    expect(REFUSAL_CHANGE_PATH, 1);
}

static void test_limits(void)
{
    struct refusal why;
    good_request();
    for (uint32_t i = 0; i < REQUEST_INPUTS_MAX; i++) {
        request.inputs[i] = request.inputs[1];
        request.inputs[i].vout = i;
        request.outputs[i] = (struct request_output){
            .amount = 1, .script = {script, 34}
        };
    }
    request.input_count = REQUEST_INPUTS_MAX;
    request.output_count = REQUEST_OUTPUTS_MAX;
    size_t size = encode();
    CHECK_EQ(request_decode(encoded, size, &back, &why), ERR_OK);
    for (uint32_t i = 0; i < REQUEST_INPUTS_MAX; i++)
        request.outputs[i].script.size = REQUEST_SCRIPT_MAX;
    expect(REFUSAL_REQUEST_SIZE, 0);
}

// Known sizes: BIP-141 weight of one P2WPKH input and two P2WPKH outputs with a signature of 72
// bytes is 562 (141 vB); one P2TR input and one P2TR output 444 (111 vB).
static void test_weight(void)
{
    good_request();
    request.input_count = 1;
    request.outputs[0].script.size = 22;
    CHECK_EQ(request_weight(&request), 562);
    CHECK_EQ(request_vsize(&request), 141);
    request.inputs[0] = request.inputs[1];
    request.outputs[0].script.size = 34;
    request.output_count = 1;
    CHECK_EQ(request_weight(&request), 444);
    CHECK_EQ(request_vsize(&request), 111);
}

static void test_previous(void)
{
    uint32_t index = 99;
    good_request();
    request.inputs[2] = request.inputs[0];
    request.inputs[2].vout = 5; // the same previous transaction as input 0
    request.inputs[3] = request.inputs[0];
    request.inputs[3].txid[0] = 1;
    request.input_count = 4;
    CHECK_EQ(request_previous_count(&request), 2);
    CHECK_EQ(request_previous_input(&request, 0, &index), ERR_OK);
    CHECK_EQ(index, 0);
    CHECK_EQ(request_previous_input(&request, 1, &index), ERR_OK);
    CHECK_EQ(index, 3);
    CHECK_EQ(request_previous_input(&request, 2, &index), ERR_NOT_FOUND);
}

int main(void)
{
    test_round_trip();
    test_not_canonical();
    test_every_byte();
    test_counts_and_paths();
    test_amounts();
    test_outputs();
    test_limits();
    test_weight();
    test_previous();
    return unit_done();
}
