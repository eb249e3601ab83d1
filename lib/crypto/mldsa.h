// SPDX-License-Identifier: GPL-3.0-or-later
// ML-DSA-65 (FIPS 204, the pure variant, empty context): the half of a hybrid signature that stands
// when elliptic curves fall. Nobody relies on it alone: see crypto/hybrid.h.
// Rules: one caller at a time in a program, for the working memory is set aside once (15 KB to
// check, 22 KB more to sign), so that any cell's stack suffices. The secret is the 32-byte seed xi
// of FIPS 204 section 6.1 and belongs to the caller, who wipes it; copies made in here are wiped on
// every path. Signing is deterministic (section 3.4: rnd is zero). Never blocks.
#pragma once
#include "abi/types.h"
#include <stddef.h>
#include <stdint.h>

enum { MLDSA_SECRET_SIZE = 32, MLDSA_PUBLIC_SIZE = 1952, MLDSA_SIZE = 3309 };

// ERR_BAD_STATE, here and below: the library refused, which no input should bring about.
MUST_USE err_t mldsa_public(const uint8_t secret[static MLDSA_SECRET_SIZE],
                            uint8_t out[static MLDSA_PUBLIC_SIZE]);

// ERR_TOO_LARGE: more than 2^30 bytes.
MUST_USE err_t mldsa_make(const uint8_t secret[static MLDSA_SECRET_SIZE], const void *data,
                          size_t size, uint8_t out[static MLDSA_SIZE]);

// ERR_OK only if `signature` over `data` verifies under `public_key`; ERR_BAD_SIGNATURE otherwise.
MUST_USE err_t mldsa_check(const uint8_t public_key[static MLDSA_PUBLIC_SIZE], const void *data,
                           size_t size, const uint8_t signature[static MLDSA_SIZE]);
