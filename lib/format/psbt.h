// SPDX-License-Identifier: GPL-3.0-or-later
// Partially signed transactions, version 0: BIP-174 with BIP-371's Taproot fields. Read in place
// and whole: every map, key and value length, the form of every known field, duplicates, the
// unsigned transaction, previous transactions. Fields of unknown type are allowed and kept. Pure
// parsing, no crypto: psbt_request.h is where meaning begins. A struct psbt points into the bytes
// it was read from.
#pragma once
#include "format/refusal.h"
#include "format/tx.h"

enum {
    PSBT_MAX = 1 << 20, // bytes
    PSBT_INPUTS_MAX = 256,
    PSBT_OUTPUTS_MAX = 256,
    PSBT_FIELDS_MAX = 256, // in one map
};

enum psbt_global_type {
    PSBT_GLOBAL_UNSIGNED_TX = 0x00,
    PSBT_GLOBAL_XPUB = 0x01,
    PSBT_GLOBAL_VERSION = 0xfb,
};

enum psbt_input_type {
    PSBT_IN_NON_WITNESS_UTXO = 0x00,
    PSBT_IN_WITNESS_UTXO = 0x01,
    PSBT_IN_PARTIAL_SIG = 0x02,
    PSBT_IN_SIGHASH_TYPE = 0x03,
    PSBT_IN_REDEEM_SCRIPT = 0x04,
    PSBT_IN_WITNESS_SCRIPT = 0x05,
    PSBT_IN_BIP32_DERIVATION = 0x06,
    PSBT_IN_FINAL_SCRIPTSIG = 0x07,
    PSBT_IN_FINAL_SCRIPTWITNESS = 0x08,
    PSBT_IN_TAP_KEY_SIG = 0x13,
    PSBT_IN_TAP_SCRIPT_SIG = 0x14,
    PSBT_IN_TAP_LEAF_SCRIPT = 0x15,
    PSBT_IN_TAP_BIP32_DERIVATION = 0x16,
    PSBT_IN_TAP_INTERNAL_KEY = 0x17,
    PSBT_IN_TAP_MERKLE_ROOT = 0x18,
};

enum psbt_output_type {
    PSBT_OUT_REDEEM_SCRIPT = 0x00,
    PSBT_OUT_WITNESS_SCRIPT = 0x01,
    PSBT_OUT_BIP32_DERIVATION = 0x02,
    PSBT_OUT_TAP_INTERNAL_KEY = 0x05,
    PSBT_OUT_TAP_TREE = 0x06,
    PSBT_OUT_TAP_BIP32_DERIVATION = 0x07,
};

struct psbt {
    struct span bytes;
    struct span unsigned_tx;
    struct tx tx;
    struct span global; // the fields of a map, without the separator
    struct span inputs[PSBT_INPUTS_MAX];
    struct span outputs[PSBT_OUTPUTS_MAX];
};

struct psbt_field {
    uint64_t type;
    struct span key; // key data, after the type
    struct span value;
    struct span whole; // the encoded field
};

// `out` is working memory: on failure it holds nothing usable. Errors: REFUSED. `why->index` is
// that of the input or output whose map is wrong, where there is one.
MUST_USE err_t psbt_parse(const uint8_t *data, size_t size, struct psbt *out, struct refusal *why);

// Iterate over a parsed map: start with reader_of_span(map). False at its end.
bool psbt_field_next(struct reader *map, struct psbt_field *out);

// The first field of that type in a parsed map. False if there is none.
bool psbt_field_find(struct span map, uint64_t type, struct psbt_field *out);
