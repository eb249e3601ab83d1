// SPDX-License-Identifier: GPL-3.0-or-later
// A credential for a TPM's attestation key (TPM 2.0 Library Specification, part 1, section 24; part
// 3, section 12.6): only a TPM that has both that key and the endorsement key opens it. Pure
// functions.
#pragma once
#include "abi/types.h"
#include "format/quote.h"

#include <stdint.h>

enum {
    CREDENTIAL_SECRET = 32,
    CREDENTIAL_SEED = 32,
    CREDENTIAL_NAME = 2 + 32,
    CREDENTIAL_HIDDEN = 2 + CREDENTIAL_SECRET,
    CREDENTIAL_SIZE = 2 + 32 + CREDENTIAL_HIDDEN, // proof with its size, then what is hidden
    CREDENTIAL_KEY = 256, // the endorsement key's modulus, and the seed for it
    CREDENTIAL_QUESTION = CREDENTIAL_SIZE + CREDENTIAL_KEY,
};

// The name of the key that attest makes (services/attest/keys.c): restricted, of this TPM alone,
// P-256, for signing and nothing else. Another kind of key has another name.
void credential_name(const uint8_t key[static QUOTE_KEY], uint8_t name[static CREDENTIAL_NAME]);

// Errors: BAD_STATE (the library refused).
MUST_USE err_t credential_make(const uint8_t name[static CREDENTIAL_NAME],
                               const uint8_t seed[static CREDENTIAL_SEED],
                               const uint8_t secret[static CREDENTIAL_SECRET],
                               uint8_t out[static CREDENTIAL_SIZE]);
