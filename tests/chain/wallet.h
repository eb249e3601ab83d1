// SPDX-License-Identifier: GPL-3.0-or-later
// What a wallet does with a PSBT, as the calling cell (fake.self): reader, vault, question.
#pragma once
#include "abi/types.h"
#include "format/request.h"

struct wallet_outcome {
    err_t err;
    uint32_t code, index; // of the refusal, if there is one
};

struct wallet_standing { // vault.result
    uint32_t state, code, index, signatures, evidence;
};

enum { WALLET_NONE = 0, WALLET_WAITING = 1, WALLET_SIGNED = 2, WALLET_REFUSED = 3 };

// The canonical request of the last wallet_ask that got so far.
extern uint8_t wallet_request[REQUEST_MAX];
extern size_t wallet_request_size;
extern const uint8_t wallet_nonce[REQUEST_NONCE_SIZE];

// As far as it gets, at most to the question.
struct wallet_outcome wallet_ask(const uint8_t *psbt, size_t size);

// Bring `count` previous transactions from the reader to the vault, in small pieces.
struct wallet_outcome wallet_bring(uint32_t count);

struct wallet_standing wallet_result(void);
