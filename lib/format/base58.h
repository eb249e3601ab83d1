// SPDX-License-Identifier: GPL-3.0-or-later
// Base58Check: base 58 digits of payload || first four bytes of sha256d(payload), as Bitcoin's
// addresses and BIP-32 keys are written. Bounded: payloads of at most BASE58_PAYLOAD_MAX bytes.
// The working copies are wiped, since extended private keys go through here.
#pragma once
#include "abi/types.h"

enum {
    BASE58_PAYLOAD_MAX = 78, // a BIP-32 extended key
    BASE58_TEXT_MAX = 113,   // its text (at most 112 digits) and a final zero
};

// Errors: TOO_LARGE (payload), TOO_SMALL (text). `text` ends in zero.
MUST_USE err_t base58_encode(const uint8_t *payload, size_t size, char *text, size_t cap);

// Errors: BAD_DATA (a character, the checksum), TOO_LARGE (text or payload).
MUST_USE err_t base58_decode(const char *text, uint8_t *payload, size_t cap, size_t *size);
