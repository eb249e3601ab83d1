// SPDX-License-Identifier: GPL-3.0-or-later
// From a parsed PSBT to the canonical request: the reader's whole work. It has no keys, so it finds
// inconsistencies (a claimed public key that is not the script's, amounts that differ from the
// previous transaction's); whether keys are really ours only the vault can tell.
//
// An input's path comes from the BIP32_DERIVATION (P2WPKH) or TAP_BIP32_DERIVATION (P2TR) field
// with our fingerprint. An output with our fingerprint on chain 1 of an account that the
// transaction spends from, with an index below CHANGE_INDEX_COUNT, is claimed as change; any other
// output is shown in full.
#pragma once
#include "format/psbt.h"
#include "format/request.h"

// `out`'s scripts point into the PSBT's bytes. On failure it holds no request. Errors: REFUSED.
MUST_USE err_t psbt_to_request(const struct psbt *psbt, uint32_t fingerprint, uint32_t network,
                               const uint8_t nonce[static REQUEST_NONCE_SIZE], struct request *out,
                               struct refusal *why);

// The previous transaction number `n` (see request_previous_input) of a request made from this
// PSBT, as the three spans of its encoding without witnesses (tx.h: head, body, tail). Errors:
// NOT_FOUND.
MUST_USE err_t psbt_previous(const struct psbt *psbt, const struct request *request, uint32_t n,
                             struct span parts[static 3]);

// The fingerprint of the first derivation field of the first input, for who verifies a PSBT without
// the device. Errors: NOT_FOUND.
MUST_USE err_t psbt_fingerprint(const struct psbt *psbt, uint32_t *fingerprint);
