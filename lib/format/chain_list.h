// SPDX-License-Identifier: GPL-3.0-or-later
// Lists: APPEND registers as trees (RFC 6962 section 2.1, with BLAKE3), so that one value can be
// shown to stand in a list of which only the head is known. leaf = H(0x00 || value), node =
// H(0x01 || left || right). Pure code; 8 KB of stack.
#pragma once
#include "format/chain.h"

enum { CHAIN_PROOF_MAX = 8 }; // hashes: a list has fewer than 256 values

// The head over all values that the chain appended since it has the register. Errors: NOT_FOUND,
// `why`, as chain_value; also of a register that is no list (NOT_APPEND).
MUST_USE err_t chain_list_head(const struct chain *chain, const char *name,
                               uint8_t head[CHAIN_HASH], uint32_t *count, enum chain_refusal *why);

// The proof for value `index`, which begins with the oldest. Errors: as above, BAD_ARGUMENT (there
// are fewer).
MUST_USE err_t chain_list_prove(const struct chain *chain, const char *name, uint32_t index,
                                uint8_t (*proof)[CHAIN_HASH], uint32_t *hashes,
                                enum chain_refusal *why);

// Whether `value` is number `index` of the `count` values under `head` (RFC 9162 section 2.1.3.2).
// Total. Errors: BAD_SIGNATURE.
MUST_USE err_t chain_list_check(const uint8_t head[CHAIN_HASH], uint32_t count, uint32_t index,
                                struct span value, const uint8_t (*proof)[CHAIN_HASH],
                                uint32_t hashes);
