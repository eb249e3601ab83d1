// SPDX-License-Identifier: GPL-3.0-or-later
// A wallet that really signs, for tests of the host: a payment that it owns, and the request,
// signatures and evidence that a device gives for it. Its keys come from the public test mnemonic
// of BIP-39 ("abandon" eleven times, "about"), by way of its seed as BIP-39's vectors give it.
#pragma once
#include "tests/companion/services.h"

// A PSBT with a P2WPKH and a P2TR input, one recipient and change; `padding` bytes in a field of
// its own make it long. `amount` goes to the recipient. The result lives until the next call.
const uint8_t *signer_payment(uint64_t amount, size_t padding, size_t *size);

// services_reset(), and from then on reader.finish makes everything out of what was received.
void signer_play(void);

// What is wrong in the evidence, well signed as it is.
enum signer_lie { SIGNER_HONEST, SIGNER_NONCE, SIGNER_REQUEST, SIGNER_SIGNATURE };
extern enum signer_lie signer_lie;

extern uint8_t signer_device_secret[32]; // Ed25519; its public key is in services.key
