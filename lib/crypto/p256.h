// SPDX-License-Identifier: GPL-3.0-or-later
// ECDSA on P-256 with SHA-256 (FIPS 186-5), because it is what TPMs know. Host and unit tests only:
// on the device the TPM does it. Numbers are 32 bytes, the most significant first. Pure functions;
// secrets and what is made of them are wiped.
#pragma once
#include "abi/types.h"

#include <stddef.h>
#include <stdint.h>

enum { P256_SECRET = 32, P256_PUBLIC = 64 /* x, y */, P256_SIGNATURE = 64 /* r, s */ };

// A key that `seed` alone decides: BLAKE3 derive_key(context, counter || seed), for the first
// counter that gives a number a key may be. Errors: BAD_STATE (the library refused).
MUST_USE err_t p256_derive(const char *context, const void *seed, size_t size,
                           uint8_t secret[static P256_SECRET],
                           uint8_t public_key[static P256_PUBLIC]);

// Deterministic (RFC 6979). `digest` is SHA-256 of the message. Errors: BAD_ARGUMENT (no such
// secret).
MUST_USE err_t p256_make(const uint8_t secret[static P256_SECRET], const uint8_t digest[static 32],
                         uint8_t out[static P256_SIGNATURE]);

// Errors: BAD_SIGNATURE, also for a public key that is none.
MUST_USE err_t p256_check(const uint8_t public_key[static P256_PUBLIC],
                          const uint8_t digest[static 32],
                          const uint8_t signature[static P256_SIGNATURE]);
