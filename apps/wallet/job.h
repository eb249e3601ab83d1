// SPDX-License-Identifier: GPL-3.0-or-later
// The one signing request that this wallet carries: from the companion to the reader, from the
// reader to the vault, and back.
//
//      BEGIN        all DATA, END            job_step ...             the person
//   IDLE -> RECEIVING ----------> CHECKING ------------> WAITING ---------------> SIGNED
//                                     \-> REFUSED, FAILED <-/ (refusal, or no answer from a
//                                     service)
//
// Rules. The wallet neither reads the PSBT nor decides anything: it carries bytes. No call here
// waits for the person. A BEGIN with the same size, CRC and nonce is the same request and only asks
// how far it is, unless it FAILED; another one replaces it, unless it is at the reader, the vault
// or the person: BUSY.
#pragma once
#include "format/companion.h"

enum { JOB_BUFFER = 65536 }; // the longest piece that reader and vault take and give

struct job {
    struct companion_job now;
    struct companion_begin begin;
    bool reading;             // the reader has a session of ours
    uint32_t crc;             // of what was received
    uint32_t step;            // enum job_step, while CHECKING
    uint32_t previous;        // number of the previous transaction that is next
    uint32_t previous_count;  // how many the vault needs
    uint32_t previous_offset; // in that one
    size_t held;              // bytes of the evidence in `buffer`, once fetched
    uint8_t buffer[JOB_BUFFER];
};

void job_start(struct job *job);

// Errors: BUSY, TOO_LARGE, BAD_ARGUMENT (empty), BAD_STATE (no seed), and the services' own.
MUST_USE err_t job_begin(struct job *job, const struct companion_begin *begin);

// Bytes from `offset` on; what is there already, or would leave a gap, changes nothing: `received`
// says where to go on. Errors: BAD_STATE, TOO_LARGE (more than announced).
MUST_USE err_t job_data(struct job *job, uint32_t offset, const uint8_t *data, size_t size);

// All bytes are there. Errors: BAD_STATE, TOO_SMALL (some are missing), BAD_SIGNATURE (the CRC
// differs: start over).
MUST_USE err_t job_end(struct job *job);

// Whether job_step has something to do.
bool job_pending(const struct job *job);

// One call or two of the way through reader and vault.
void job_step(struct job *job);

// Ask the vault how things stand, if the person is being asked.
void job_poll(struct job *job);

// Errors: BAD_STATE (not signed), and the vault's.
MUST_USE err_t job_signature(struct job *job, uint32_t number, uint32_t *input,
                             uint8_t data[COMPANION_SIGNATURE_MAX], size_t *size);

// Bytes of the evidence from `offset` on, at most `cap`. Errors: BAD_STATE, BAD_ARGUMENT (offset).
MUST_USE err_t job_evidence(struct job *job, uint32_t offset, uint8_t *data, size_t cap,
                            size_t *size, uint32_t *total);

// Give it up, wherever it is.
void job_cancel(struct job *job);
