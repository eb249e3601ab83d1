// SPDX-License-Identifier: GPL-3.0-or-later
// What is signed: BIP-143 with SIGHASH_ALL for P2WPKH, BIP-341 with SIGHASH_DEFAULT for P2TR key
// paths. The parts that all inputs share are hashed once. Works on the request; nothing is copied.
#pragma once
#include "format/request.h"

enum { SIGHASH_SIZE = 32, SIGHASH_DEFAULT = 0, SIGHASH_ALL = 1 };

// Single SHA-256 (BIP-341, "common signature message"); BIP-143 hashes them once more.
struct sighash_shared {
    uint8_t prevouts[32];
    uint8_t amounts[32];
    uint8_t scripts[32];
    uint8_t sequences[32];
    uint8_t outputs[32];
};

void sighash_share(const struct request *request, struct sighash_shared *out);

// Input `index` as BIP-143 or BIP-341 has it, according to its kind.
void sighash_input(const struct request *request, const struct sighash_shared *shared,
                   uint32_t index, uint8_t out[static SIGHASH_SIZE]);
