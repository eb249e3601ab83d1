// SPDX-License-Identifier: GPL-3.0-or-later
// The review: what a person reads before they approve, made from the canonical request alone.
// Prompt shows it and vault puts it into the evidence, both from this one function, so they are the
// same bytes. Printable ASCII and line feeds only; lines of at most 80 columns; whatever else a
// name or a script holds is written as \xNN. Nothing that the requester controls can start a line
// of its own.
#pragma once
#include "format/request.h"

enum {
    REVIEW_MAX = 32768, // bytes; a longer text is refused (TEXT_SIZE)
    REVIEW_COLUMNS = 80,
    REVIEW_NAME_MAX = 32,        // characters of a name that are shown
    REVIEW_FINGERPRINT_MAX = 64, // characters of a fingerprint that are shown
    REVIEW_FEE_PERCENT = 10,     // a fee above this share of the outputs is high
    REVIEW_FEE_RATE = 500,       // and so is one above this many satoshi per virtual byte
};

// All texts end in zero. They come from the system, not from the requester, except app_name.
struct review_context {
    const char *device;    // the device key's fingerprint
    const char *app_name;  // who asks
    const char *publisher; // the fingerprint of its publisher's key
    uint64_t sequence;     // of the question since boot, from 1
};

// The text; no final zero. `request` has passed request_check. Errors: REFUSED (TEXT_SIZE: longer
// than REVIEW_MAX), TOO_SMALL (cap).
MUST_USE err_t review_render(const struct request *request, const struct review_context *context,
                             char *out, size_t cap, size_t *size, struct refusal *why);

// Must the person also type `fee`?
bool review_needs_fee_word(const struct request *request);

enum { REVIEW_NUMBER_MAX = 32 };

// "0.00150000": satoshi as BTC with eight decimals, final zero.
void review_amount(uint64_t satoshi, char out[static REVIEW_NUMBER_MAX]);
