// SPDX-License-Identifier: GPL-3.0-or-later
// cella verify: what its two halves share: finding out, and saying it.
#pragma once
#include "anchors.h"
#include "format/evidence.h"
#include "format/request.h"
#include "format/review.h"
#include "quote_check.h"

enum comparison {
    COMPARISON_NONE,    // no --psbt
    COMPARISON_EQUAL,   // the text is what this payment reads like, and the signatures fit it
    COMPARISON_TEXT,    // the text says something else
    COMPARISON_REQUEST, // the text is the same, but the request is another (nonce, sequence, ...)
    COMPARISON_SIGNATURE,
};

struct verdict {
    const char *file, *psbt;
    uint8_t *bytes;           // the file's
    struct evidence evidence; // points into `bytes`
    enum anchor anchor;
    struct anchors anchors;
    bool quoted; // the enrolled TPM's quote names this device key; `quote` says what was started
    struct quote_verdict quote;
    enum comparison comparison;
    struct request_sums sums; // of the payment, if it was compared
    uint32_t outputs;
    uint32_t input; // whose signature does not fit
    // The first line that differs, on both sides.
    char shown[REVIEW_COLUMNS + 1], payment[REVIEW_COLUMNS + 1];
};

// Whether there is nothing to object to.
bool verdict_good(const struct verdict *v);

void verdict_print(const struct verdict *v);
void verdict_print_json(const struct verdict *v);
