// SPDX-License-Identifier: GPL-3.0-or-later
// AES-256-GCM (NIST SP 800-38D) with 96-bit nonces and whole tags.
// Rules: a nonce is used once with a key; whoever makes the key answers for it.
#pragma once
#include "abi/types.h"
#include <stddef.h>

enum { BOX_KEY = 32, BOX_NONCE = 12, BOX_TAG = 16 };

// What is encrypted, and what is bound to it in clear.
struct box_text {
    const void *data;
    size_t size;
    const void *bound;
    size_t bound_size;
};

// `out` gets as many bytes as the text has. Errors: BAD_STATE (the library refused).
MUST_USE err_t box_close(const uint8_t key[static BOX_KEY], const uint8_t nonce[static BOX_NONCE],
                         const struct box_text *text, uint8_t *out, uint8_t tag[static BOX_TAG]);

// Errors: BAD_SIGNATURE: not closed with this key, nonce and bound text, or altered since; `out` is
// then zero.
MUST_USE err_t box_open(const uint8_t key[static BOX_KEY], const uint8_t nonce[static BOX_NONCE],
                        const struct box_text *text, const uint8_t tag[static BOX_TAG],
                        uint8_t *out);
