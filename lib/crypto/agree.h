// SPDX-License-Identifier: GPL-3.0-or-later
// ECDH on P-256 (NIST SP 800-56A, section 5.7.1.2), because it is what TPMs know. Numbers are 32
// bytes, the most significant first; constant time; secrets and what is made of them are wiped.
#pragma once
#include "abi/types.h"

#include <stdint.h>

enum { AGREE_SECRET = 32, AGREE_PUBLIC = 64 /* x, y */, AGREE_SHARED = 32 /* x */ };

// `mine` is the public key of `secret`, `shared` what it has in common with the holder of `theirs`.
// Errors: BAD_ARGUMENT (`secret` is no number that a key may be: draw another); BAD_DATA (`theirs`
// is no point of the curve).
MUST_USE err_t agree_p256(const uint8_t secret[static AGREE_SECRET],
                          const uint8_t theirs[static AGREE_PUBLIC],
                          uint8_t mine[static AGREE_PUBLIC], uint8_t shared[static AGREE_SHARED]);
