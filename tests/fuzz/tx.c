// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as a transaction: its parts lie within the bytes, and without witnesses it is the same
// transaction.
#include "seeds.h"

static struct vectors vectors;
static struct psbt psbt;
static uint8_t joined[1 << 16];

// Previous transactions (with witnesses) and unsigned ones in turn.
size_t fuzz_seed(unsigned number, uint8_t *out, size_t max)
{
    static uint8_t bytes[1 << 16];
    struct psbt_field field;
    struct refusal why;
    if (!seed_line(number, &vectors))
        return 0;
    size_t size = vector_hex(vectors.fields[SEED_PSBT], bytes, sizeof(bytes));
    require(psbt_parse(bytes, size, &psbt, &why) == ERR_OK);
    struct span seed = psbt.unsigned_tx;
    if (psbt_field_find(psbt.inputs[0], PSBT_IN_NON_WITNESS_UTXO, &field))
        seed = field.value;
    require(seed.size <= max);
    memcpy(out, seed.at, seed.size);
    return seed.size;
}

static void within(struct span part, const uint8_t *data, size_t size)
{
    require(part.at >= data && part.size <= size && part.at + part.size <= data + size);
}

static void tx_use(const struct tx *tx, const uint8_t *data, size_t size)
{
    struct tx_output out;
    struct reader inputs = reader_of_span(tx->inputs);
    struct reader outputs = reader_of_span(tx->outputs);
    for (uint32_t i = 0; i < tx->input_count; i++)
        within(tx_input_next(&inputs).script, data, size);
    for (uint32_t i = 0; i < tx->output_count; i++)
        within(tx_output_next(&outputs).script, data, size);
    require(inputs.fault == BYTES_OK && reader_left(&inputs) == 0);
    require(outputs.fault == BYTES_OK && reader_left(&outputs) == 0);
    require(tx_output_at(tx, tx->output_count, &out) == ERR_NOT_FOUND);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t txid[TXID_SIZE], bare_txid[TXID_SIZE];
    struct tx tx, bare;
    if (tx_parse((struct span){data, size}, TX_ANY, &tx) != ERR_OK)
        return 0;
    tx_use(&tx, data, size);
    struct writer w = writer_of(joined, sizeof(joined));
    write_span(&w, tx.head);
    write_span(&w, tx.body);
    write_span(&w, tx.tail);
    if (w.full)
        return 0;
    require(tx.has_witness || writer_size(&w) == size);
    require(tx_parse((struct span){joined, writer_size(&w)}, TX_STRIPPED, &bare) == ERR_OK);
    tx_txid(&tx, txid);
    tx_txid(&bare, bare_txid);
    require(memcmp(txid, bare_txid, TXID_SIZE) == 0);
    return 0;
}
