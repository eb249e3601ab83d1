// SPDX-License-Identifier: GPL-3.0-or-later
// Raw transactions (BIP-144 serialisation), read in place. Strict: shortest compact sizes, no bytes
// left over, a witness flag only with a witness. Amounts are as they stand: whoever uses one
// compares it with AMOUNT_MAX. A struct tx points into the bytes it was read from. The encoding
// without witnesses, over which the txid is made, is the three spans head, body, tail one after the
// other.
#pragma once
#include "format/bytes.h"

enum { TXID_SIZE = 32 };

#define AMOUNT_MAX UINT64_C(2100000000000000) // satoshi: 21 million BTC

enum tx_form {
    TX_ANY = 0,
    TX_STRIPPED =
        1, // without witness serialisation, so that zero inputs are no witness marker (BIP-174)
};

struct tx {
    uint32_t version;
    uint32_t locktime;
    uint32_t input_count;
    uint32_t output_count;
    bool has_witness;
    struct span inputs;  // the encoded inputs, for tx_input_next
    struct span outputs; // the encoded outputs, for tx_output_next
    struct span head;    // version
    struct span body;    // from the number of inputs to the last output
    struct span tail;    // locktime
};

struct tx_input {
    uint8_t txid[TXID_SIZE]; // of the transaction it spends, as it stands in the encoding
    uint32_t vout;
    struct span script;
    uint32_t sequence;
};

struct tx_output {
    uint64_t amount; // satoshi
    struct span script;
};

// Errors: BAD_DATA.
MUST_USE err_t tx_parse(struct span data, uint32_t form, struct tx *out);

// Iterate: start with reader_of_span(tx->inputs) or (tx->outputs) and call input_count or
// output_count times; a parsed transaction cannot fail here.
struct tx_input tx_input_next(struct reader *inputs);
struct tx_output tx_output_next(struct reader *outputs);

// Errors: NOT_FOUND.
MUST_USE err_t tx_output_at(const struct tx *tx, uint32_t index, struct tx_output *out);

void tx_txid(const struct tx *tx, uint8_t out[static TXID_SIZE]);
