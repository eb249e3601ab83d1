// SPDX-License-Identifier: GPL-3.0-or-later
// A TPM 2.0 behind one of its two interfaces (TCG PC Client Platform TPM Profile for
// TPM 2.0, 1.05): FIFO (chapter 6.5.2, also called TIS) or CRB (6.5.3). Locality 0 only.
//
// Rules:
// - The device is not trusted: whatever its registers say, each operation ends within the sum of
//   its waits, and no byte beyond `cap` is written.
// - A device that broke the protocol or did not answer in time is not asked again (TPM_FAILED): a
//   command whose fate is unknown must not be followed by another one that gets its response.
#pragma once
#include "abi/types.h"
#include <stdbool.h>

enum tpm_kind { TPM_NONE = 0, TPM_FIFO = 1, TPM_CRB = 2, TPM_FAILED = 3 };

enum {
    TPM_HEADER = 10, // tag 2, size 4, code 4, big-endian (TPM 2.0 Library part 1, section 18)
    TPM_MESSAGE_MAX = 4096,
};

#define TPM_MSEC ((nsec_t)1000000)

struct tpm {
    uint32_t kind; // enum tpm_kind
    uint32_t vendor;
    uint32_t room; // CRB: bytes of its buffer
    cap_t signal;  // to sleep on
};

// Look what is there and take locality 0. Never fails: a TPM that does not behave is TPM_FAILED.
void chip_begin(struct tpm *t, cap_t signal);

// Errors: NOT_FOUND, BAD_ARGUMENT, TOO_SMALL, DEVICE; see abi/tpm.idl.
MUST_USE err_t chip_transmit(struct tpm *t, const uint8_t *command, size_t size, uint8_t *response,
                             size_t cap, size_t *length);

// For fifo.c and crb.c: sleep until a register has what is wanted.
struct tpm_wait {
    uint32_t offset;
    uint32_t mask, wanted; // (value & mask) == wanted
    uint32_t msec;         // at most this long
    bool any;              // instead: one bit of the mask or more
};
// Errors: DEVICE. `value` is the last one read; it may be null.
MUST_USE err_t tpm_wait(const struct tpm *t, const struct tpm_wait *w, uint32_t *value);

// The size in a header, which need not be true.
static inline uint32_t tpm_size(const uint8_t header[TPM_HEADER])
{
    return (uint32_t)header[2] << 24 | (uint32_t)header[3] << 16 | (uint32_t)header[4] << 8 |
           header[5];
}

// Whether these ten bytes begin a response of a TPM 2.0.
bool tpm_header_good(const uint8_t header[TPM_HEADER]);

// The two interfaces. begin: DEVICE. transmit: DEVICE, TOO_SMALL; `length` is set last.
MUST_USE err_t fifo_begin(struct tpm *t);
MUST_USE err_t fifo_transmit(struct tpm *t, const uint8_t *command, size_t size, uint8_t *response,
                             size_t cap, size_t *length);
MUST_USE err_t crb_begin(struct tpm *t);
MUST_USE err_t crb_transmit(struct tpm *t, const uint8_t *command, size_t size, uint8_t *response,
                            size_t cap, size_t *length);
