// SPDX-License-Identifier: GPL-3.0-or-later
// Segregated witness addresses: BIP-173 (Bech32, version 0) and BIP-350 (Bech32m, versions 1 to
// 16).
#pragma once
#include "abi/types.h"

enum {
    BECH32_TEXT_MAX = 91,    // 90 characters (BIP-173) and a final zero
    BECH32_PROGRAM_MAX = 40, // bytes of a witness program (BIP-141)
    BECH32_PREFIX_MAX = 8,   // bytes of a prefix with its final zero; Bitcoin's have at most 4
};

struct bech32 {
    char prefix[BECH32_PREFIX_MAX]; // lower case: "bc", "tb", "bcrt"
    uint8_t version;                // 0 to 16
    uint8_t program[BECH32_PROGRAM_MAX];
    size_t size; // of the program: 2 to 40, for version 0 20 or 32
};

// Errors: BAD_ARGUMENT (version, size or prefix).
MUST_USE err_t bech32_encode(const struct bech32 *address, char text[static BECH32_TEXT_MAX]);

// Errors: BAD_DATA (not an address, mixed case, checksum or form of another version, bad padding).
MUST_USE err_t bech32_decode(const char *text, struct bech32 *out);
