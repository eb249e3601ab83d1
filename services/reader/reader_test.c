// SPDX-License-Identifier: GPL-3.0-or-later
// Sessions of the reader: who may see what, when, and how much.
#include "chain/fake.h"
#include "chain/payment.h"
#include "format/psbt.h"
#include "gen/reader.h"
#include "gen/vault.h"
#include "reader/reader.h"
#include "tests/unit.h"

static const uint8_t publisher[32] = {1};
static const uint8_t nonce[32] = {7};
static uint8_t buffer[65536], again[65536];
static struct payment payment;

struct answer {
    uint32_t code, index, length, previous;
};

static err_t begin(uint32_t size)
{
    return reader_begin(payment_fingerprint(), NETWORK_TEST, size, nonce);
}

// The payment in pieces of `piece` bytes.
static void send_all(size_t piece)
{
    CHECK_EQ(begin((uint32_t)payment.size), ERR_OK);
    for (size_t at = 0; at < payment.size; at += piece) {
        size_t size = payment.size - at < piece ? payment.size - at : piece;
        CHECK_EQ(reader_append(payment.psbt + at, size), ERR_OK);
    }
}

static struct answer finish(void)
{
    struct answer a = {0};
    CHECK_EQ(reader_finish(&a.code, &a.index, &a.length, &a.previous), ERR_OK);
    return a;
}

static void test_request(void)
{
    size_t size = 0, size_again = 0;
    static struct request request;
    struct refusal why;
    payment_make(PAYMENT_GOOD, &payment);
    send_all(65536);
    struct answer a = finish();
    CHECK_EQ(a.code, 0);
    CHECK_EQ(a.previous, 1);
    CHECK_EQ(reader_request(buffer, sizeof buffer, &size), ERR_OK);
    CHECK_EQ(size, a.length);
    CHECK_EQ(request_decode(buffer, size, &request, &why), ERR_OK);
    CHECK_EQ(request.fingerprint, payment_fingerprint());
    CHECK_MEM(request.nonce, nonce, 32);
    CHECK_EQ(request.inputs[0].amount, PAYMENT_IN_WPKH);
    CHECK_EQ(request.outputs[0].amount, PAYMENT_OUT);
    CHECK(!request.outputs[0].is_change && request.outputs[1].is_change);
    CHECK_EQ(reader_request(buffer, size - 1, &size_again), ERR_TOO_SMALL);
    send_all(1); // one byte at a time gives the same
    CHECK_EQ(finish().length, size);
    CHECK_EQ(reader_request(again, sizeof again, &size_again), ERR_OK);
    CHECK_MEM(buffer, again, size);
    CHECK_EQ(reader_end(), ERR_OK);
}

// Previous transactions come without witnesses, whole or in pieces that cross their three parts.
static void test_previous(void)
{
    size_t size = 0;
    uint32_t total = 0;
    struct tx tx;
    uint8_t txid[TXID_SIZE];
    static struct psbt psbt;
    struct refusal why;
    payment_make(PAYMENT_GOOD, &payment);
    CHECK_EQ(psbt_parse(payment.psbt, payment.size, &psbt, &why), ERR_OK);
    struct reader r = reader_of_span(psbt.tx.inputs);
    struct tx_input in = tx_input_next(&r);
    send_all(1000);
    CHECK_EQ(reader_previous(0, 0, buffer, sizeof buffer, &size, &total), ERR_BAD_STATE); // S3
    finish();
    CHECK_EQ(reader_previous(0, 0, buffer, sizeof buffer, &size, &total), ERR_OK);
    CHECK_EQ(size, total);
    CHECK_EQ(tx_parse((struct span){buffer, size}, TX_STRIPPED, &tx), ERR_OK);
    CHECK(!tx.has_witness);
    tx_txid(&tx, txid);
    CHECK_MEM(txid, in.txid, TXID_SIZE);
    for (size_t piece = 1; piece < 10; piece++) {
        for (uint32_t at = 0; at < total;) {
            CHECK_EQ(reader_previous(0, at, again + at, piece, &size, &total), ERR_OK);
            at += (uint32_t)size;
        }
        CHECK_MEM(buffer, again, total);
    }
    CHECK_EQ(reader_previous(0, total, buffer, 10, &size, &total), ERR_OK);
    CHECK_EQ(size, 0);
    CHECK_EQ(reader_previous(0, total + 1, buffer, 10, &size, &total), ERR_BAD_ARGUMENT);
    CHECK_EQ(reader_previous(1, 0, buffer, 10, &size, &total), ERR_NOT_FOUND);
    CHECK_EQ(reader_end(), ERR_OK);
}

static void test_states(void)
{
    size_t size = 0;
    struct answer a;
    payment_make(PAYMENT_GOOD, &payment);
    CHECK_EQ(reader_append(buffer, 1), ERR_BAD_STATE);
    CHECK_EQ(reader_finish(&a.code, &a.index, &a.length, &a.previous), ERR_BAD_STATE);
    CHECK_EQ(reader_request(buffer, sizeof buffer, &size), ERR_BAD_STATE);
    CHECK_EQ(reader_end(), ERR_OK);
    CHECK_EQ(begin(PSBT_MAX + 1), ERR_TOO_LARGE);
    CHECK_EQ(begin(10), ERR_OK);
    CHECK_EQ(reader_append(payment.psbt, 11), ERR_TOO_LARGE);
    CHECK_EQ(reader_append(payment.psbt, 9), ERR_OK);
    CHECK_EQ(reader_finish(&a.code, &a.index, &a.length, &a.previous), ERR_BAD_STATE); // not all
    CHECK_EQ(reader_append(payment.psbt, 2), ERR_TOO_LARGE);
    CHECK_EQ(reader_append(payment.psbt + 9, 1), ERR_OK);
    CHECK_EQ(finish().code, REFUSAL_TRUNCATED);
    CHECK_EQ(reader_request(buffer, sizeof buffer, &size), ERR_BAD_STATE); // S3
    CHECK_EQ(reader_append(payment.psbt, 0), ERR_BAD_STATE);
    send_all(100); // after a refusal one begins anew
    CHECK_EQ(finish().code, 0);
    CHECK_EQ(reader_finish(&a.code, &a.index, &a.length, &a.previous), ERR_BAD_STATE);
    CHECK_EQ(begin(0), ERR_OK);
    CHECK_EQ(finish().code, REFUSAL_TRUNCATED);
    CHECK_EQ(reader_end(), ERR_OK);
}

// The largest PSBT there may be: what is not one is refused, not lost or cut.
static void test_largest(void)
{
    static uint8_t megabyte[PSBT_MAX];
    CHECK_EQ(begin(PSBT_MAX), ERR_OK);
    for (size_t at = 0; at < PSBT_MAX; at += 65536)
        CHECK_EQ(reader_append(megabyte + at, 65536), ERR_OK);
    CHECK_EQ(reader_append(megabyte, 1), ERR_TOO_LARGE);
    CHECK_EQ(finish().code, REFUSAL_MAGIC);
    CHECK_EQ(reader_end(), ERR_OK);
}

static void test_callers(void)
{
    size_t size = 0;
    payment_make(PAYMENT_GOOD, &payment);
    fake.self = FAKE_WALLET;
    send_all(65536);
    CHECK_EQ(finish().code, 0);
    fake.self = FAKE_OTHER; // S1
    CHECK_EQ(reader_request(buffer, sizeof buffer, &size), ERR_BAD_STATE);
    CHECK_EQ(reader_append(buffer, 1), ERR_BAD_STATE);
    CHECK_EQ(reader_end(), ERR_OK);
    fake.self = FAKE_WALLET;
    CHECK_EQ(reader_request(buffer, sizeof buffer, &size), ERR_OK);
    for (uint64_t i = 0; i < READER_SESSIONS - 1; i++) {
        fake.self = FAKE_STRANGER + i;
        CHECK_EQ(begin(100), ERR_OK);
    }
    fake.self = FAKE_OTHER;
    CHECK_EQ(begin(100), ERR_NO_SLOT);
    fake.self = FAKE_STRANGER;
    CHECK_EQ(begin(200), ERR_OK); // its own again
    CHECK_EQ(reader_end(), ERR_OK);
    fake.self = FAKE_OTHER;
    CHECK_EQ(begin(100), ERR_OK);
    fake.self = FAKE_WALLET;
    CHECK_EQ(reader_request(buffer, sizeof buffer, &size), ERR_OK);
}

int main(void)
{
    fake_start();
    fake.self = FAKE_WALLET;
    payment_keys(publisher, "wallet");
    test_request();
    test_previous();
    test_states();
    test_largest();
    test_callers();
    return unit_done();
}
