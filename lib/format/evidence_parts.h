// SPDX-License-Identifier: GPL-3.0-or-later
// What the writing and the reading side of evidence share. Nobody else includes this.
#pragma once
#include "crypto/sign.h"
#include "format/evidence.h"

enum { EVIDENCE_PROTECTED = 3 };

// The protected header, encoded.
extern const uint8_t evidence_protected[EVIDENCE_PROTECTED];

// The number of the first field whose value is out of range, 0 if there is none.
uint32_t evidence_field_bad(const struct evidence *e);

// Encode `e` into work->payload and what is signed into work->message. Errors: TOO_SMALL.
MUST_USE err_t evidence_message(const struct evidence *e, struct evidence_work *work,
                                size_t *payload, size_t *message);

// The envelope around a payload. Errors: TOO_SMALL.
MUST_USE err_t evidence_envelope(const uint8_t *payload, size_t payload_len,
                                 const uint8_t signature[SIGN_SIZE], uint8_t *out, size_t cap,
                                 size_t *len);
