// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/tx.h"
#include "crypto/sha.h"

enum {
    INPUT_MIN = 41, // txid, vout, an empty script, sequence
    OUTPUT_MIN = 9, // amount, an empty script
    WITNESS_FLAG = 1,
};

struct tx_input tx_input_next(struct reader *inputs)
{
    struct tx_input in;
    read_bytes(inputs, in.txid, TXID_SIZE);
    in.vout = read_u32(inputs);
    in.script = read_counted(inputs);
    in.sequence = read_u32(inputs);
    return in;
}

struct tx_output tx_output_next(struct reader *outputs)
{
    struct tx_output out;
    out.amount = read_u64(outputs);
    out.script = read_counted(outputs);
    return out;
}

// A count whose records, at least `least` bytes each, can still be there: so loops are bounded by
// the size of the data.
static uint32_t read_count(struct reader *r, size_t least)
{
    uint64_t count = read_compact(r);
    if (count > reader_left(r) / least)
        reader_fail(r, BYTES_SHORT);
    return r->fault == BYTES_OK ? (uint32_t)count : 0;
}

static struct span span_between(const uint8_t *start, const uint8_t *end)
{
    return (struct span){start, start == end ? 0 : (size_t)(end - start)};
}

// The witness of each input; is at least one not empty?
static bool witness_read(struct reader *r, uint32_t inputs)
{
    bool any = false;
    for (uint32_t i = 0; i < inputs; i++) {
        uint32_t items = read_count(r, 1);
        any = any || items != 0;
        for (uint32_t n = 0; n < items; n++)
            read_counted(r);
    }
    return any;
}

static void body_read(struct reader *r, struct tx *tx)
{
    const uint8_t *body = r->at;
    tx->input_count = read_count(r, INPUT_MIN);
    const uint8_t *inputs = r->at;
    for (uint32_t i = 0; i < tx->input_count; i++)
        tx_input_next(r);
    tx->inputs = span_between(inputs, r->at);
    tx->output_count = read_count(r, OUTPUT_MIN);
    const uint8_t *outputs = r->at;
    for (uint32_t i = 0; i < tx->output_count; i++)
        tx_output_next(r);
    tx->outputs = span_between(outputs, r->at);
    tx->body = span_between(body, r->at);
}

err_t tx_parse(struct span data, uint32_t form, struct tx *out)
{
    struct tx tx = {0};
    struct reader r = reader_of_span(data);
    tx.head = (struct span){r.at, 4};
    tx.version = read_u32(&r);
    // BIP-144: a zero where the number of inputs would be, then the flag.
    tx.has_witness = form == TX_ANY && reader_left(&r) >= 2 && r.at[0] == 0;
    if (tx.has_witness) {
        read_u8(&r);
        if (read_u8(&r) != WITNESS_FLAG)
            return ERR_BAD_DATA;
    }
    body_read(&r, &tx);
    // A witness flag without any witness would be a second encoding of the same transaction.
    bool good = !tx.has_witness || witness_read(&r, tx.input_count);
    tx.tail = (struct span){r.at, 4};
    tx.locktime = read_u32(&r);
    if (!good || r.fault != BYTES_OK || reader_left(&r) != 0)
        return ERR_BAD_DATA;
    *out = tx;
    return ERR_OK;
}

err_t tx_output_at(const struct tx *tx, uint32_t index, struct tx_output *out)
{
    if (index >= tx->output_count)
        return ERR_NOT_FOUND;
    struct reader r = reader_of_span(tx->outputs);
    for (uint32_t i = 0; i < index; i++)
        tx_output_next(&r);
    *out = tx_output_next(&r);
    return ERR_OK;
}

void tx_txid(const struct tx *tx, uint8_t out[static TXID_SIZE])
{
    struct sha256 sha;
    sha256_init(&sha);
    sha256_update(&sha, tx->head.at, tx->head.size);
    sha256_update(&sha, tx->body.at, tx->body.size);
    sha256_update(&sha, tx->tail.at, tx->tail.size);
    sha256_final(&sha, out);
    sha256(out, TXID_SIZE, out);
}
