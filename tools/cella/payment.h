// SPDX-License-Identifier: GPL-3.0-or-later
// A PSBT on the host: read from a file in either form, understood as the device understands it,
// signed results checked against it.
#pragma once
#include "format/psbt_request.h"
#include "format/sighash.h"

enum { PAYMENT_FILE_MAX = 4 << 20 }; // base64 with line breaks of the largest PSBT fits well

struct payment {
    uint8_t *bytes; // the PSBT, binary; freed by payment_free
    size_t size;
    bool base64; // the file's form
    bool line;   // and whether a line feed ended it
    struct psbt psbt;
    struct request request; // after payment_understand
    struct sighash_shared shared;
};

// Read the file, binary or base64. False: said. What is in it is not looked at: the device says
// what is wrong with it.
bool payment_read(const char *path, struct payment *p);

// Write it in the file's form into new memory, which the caller frees; null: said.
uint8_t *payment_form(const struct payment *p, const uint8_t *psbt, size_t size, size_t *form_size);

// Parse it, and make the request that the device makes of it. Errors: REFUSED.
MUST_USE err_t payment_understand(struct payment *p, uint32_t fingerprint, uint32_t network,
                                  const uint8_t nonce[REQUEST_NONCE_SIZE], struct refusal *why);

// Take all signatures of single keys out of the PSBT, so that a signed file can be understood too.
// Errors: REFUSED, NO_MEMORY.
MUST_USE err_t payment_strip(struct payment *p, struct refusal *why);

// Does this signature of input `input` hold for the understood request? Errors: BAD_ARGUMENT (no
// such input), NOT_FOUND (no key), BAD_SIGNATURE.
MUST_USE err_t payment_check(const struct payment *p, uint32_t input, struct span signature);

void payment_free(struct payment *p);
