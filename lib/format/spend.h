// SPDX-License-Identifier: GPL-3.0-or-later
// What the vault does with a request: check that everything in it is ours, check amounts against
// previous transactions, sign. Rules: the vault believes nothing in the request that it did not
// check here. Derived keys live in this module's stack frames only and are wiped on every path.
#pragma once
#include "format/request.h"
#include "format/sighash.h"

enum {
    SPEND_SIGNATURE_MAX = 73, // DER 72 and the sighash byte; P2TR 64
};

// Every input's program is the one its path derives under `app_master`, and every claimed change
// output pays to a script that its path derives. Errors: REFUSED (FINGERPRINT, KEY_MISMATCH,
// CHANGE_MISMATCH), BAD_DATA (BIP-32's invalid key).
MUST_USE err_t spend_check_keys(const struct secp *secp, const struct hd_key *app_master,
                                const struct request *request, struct refusal *why);

// Which previous transactions have been seen. One bit for each input.
struct spend_seen {
    uint8_t inputs[REQUEST_INPUTS_MAX / 8];
};

// Take a whole previous transaction (with or without witnesses): it must be spent by an input;
// every input that spends it must have its amount and script. Errors: REFUSED (PREVIOUS_BAD,
// PREVIOUS_UNKNOWN, PREVIOUS_OUTPUT, AMOUNT_MISMATCH, SCRIPT_MISMATCH).
MUST_USE err_t spend_check_previous(const struct request *request, struct span transaction,
                                    struct spend_seen *seen, struct refusal *why);

// Has every P2WPKH input's previous transaction been seen? Errors: REFUSED (PREVIOUS_MISSING).
MUST_USE err_t spend_check_complete(const struct request *request, const struct spend_seen *seen,
                                    struct refusal *why);

// Sign input `index`: DER and SIGHASH_ALL for P2WPKH, 64 bytes for P2TR. `aux` is fresh entropy
// (BIP-340). The key is derived again and compared with the program. Errors: BAD_ARGUMENT (index),
// REFUSED (KEY_MISMATCH), BAD_DATA, BAD_SIGNATURE (the check of the made signature failed).
MUST_USE err_t spend_sign(const struct secp *secp, const struct hd_key *app_master,
                          const struct request *request, const struct sighash_shared *shared,
                          uint32_t index, const uint8_t aux[static 32],
                          uint8_t out[static SPEND_SIGNATURE_MAX], size_t *size,
                          struct refusal *why);

// Verify a signature for input `index` against the request's claimed program; for the host tool.
// P2WPKH needs the public key, P2TR ignores it. Errors: BAD_SIGNATURE.
MUST_USE err_t spend_check_signature(const struct request *request,
                                     const struct sighash_shared *shared, uint32_t index,
                                     const uint8_t public_key[static SECP_PUBLIC_SIZE],
                                     struct span signature);
