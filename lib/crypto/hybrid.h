// SPDX-License-Identifier: GPL-3.0-or-later
// Hybrid signatures: Ed25519 (RFC 8032) and ML-DSA-65 (FIPS 204) over the same bytes, and both must
// verify. Whoever forges one has to break both an elliptic curve and a lattice.
// Rules: what is signed begins with a domain string of its own ("cella bundle 2"), so that a
// signature, or a half of one, means nothing anywhere else. Parts stand in this order in keys and
// signatures: Ed25519, ML-DSA. The secret is two independent seeds and belongs to the caller, who
// wipes it; copies made in here are wiped on every path. One caller at a time in a program
// (crypto/mldsa.h says why). Deterministic; no entropy is used; never blocks.
#pragma once
#include "abi/types.h"
#include <stddef.h>
#include <stdint.h>

enum {
    HYBRID_SECRET_SIZE = 64,        // Ed25519 seed, then ML-DSA-65 seed (FIPS 204 xi)
    HYBRID_PUBLIC_SIZE = 32 + 1952, // Ed25519, then ML-DSA-65
    HYBRID_SIZE = 64 + 3309,
    HYBRID_ID_SIZE = 32,
};

// ERR_BAD_STATE, here and below: a library refused, which no input should bring about.
MUST_USE err_t hybrid_public(const uint8_t secret[static HYBRID_SECRET_SIZE],
                             uint8_t out[static HYBRID_PUBLIC_SIZE]);

// ERR_TOO_LARGE: more than 2^30 bytes.
MUST_USE err_t hybrid_make(const uint8_t secret[static HYBRID_SECRET_SIZE], const void *data,
                           size_t size, uint8_t out[static HYBRID_SIZE]);

// ERR_OK only if both halves of `signature` over `data` verify under their halves of `public_key`;
// ERR_BAD_SIGNATURE otherwise. Both are computed whatever the first one says.
MUST_USE err_t hybrid_check(const uint8_t public_key[static HYBRID_PUBLIC_SIZE], const void *data,
                            size_t size, const uint8_t signature[static HYBRID_SIZE]);

// A key's short name: BLAKE3's derive_key over the whole public key.
void hybrid_id(const uint8_t public_key[static HYBRID_PUBLIC_SIZE],
               uint8_t out[static HYBRID_ID_SIZE]);
