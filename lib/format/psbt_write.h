// SPDX-License-Identifier: GPL-3.0-or-later
// Put signatures into a PSBT: PARTIAL_SIG for P2WPKH, TAP_KEY_SIG for P2TR (BIP-174, BIP-371). All
// other fields stay as they were, byte for byte and in their order; a signature goes before the
// first field of a higher type.
#pragma once
#include "format/psbt.h"

struct psbt_signature {
    uint32_t input;
    struct span bytes; // 64 bytes: P2TR; else DER and the sighash byte
};

// At most this much longer than the PSBT, for each signature.
enum { PSBT_SIGNATURE_GROWTH = 128 };

// The public key of a P2WPKH input is the one of its BIP32_DERIVATION fields that hashes to its
// script. Errors: BAD_ARGUMENT (no such input, two signatures for one, already signed), NOT_FOUND
// (no key for a P2WPKH input), TOO_SMALL (cap).
MUST_USE err_t psbt_merge(const struct psbt *psbt, const struct psbt_signature *signatures,
                          size_t count, uint8_t *out, size_t cap, size_t *size);

// That public key. Errors: NOT_FOUND.
MUST_USE err_t psbt_input_key(const struct psbt *psbt, uint32_t input, uint8_t out[static 33]);
