// SPDX-License-Identifier: GPL-3.0-or-later
#include "job.h"
#include "gen/reader.h"
#include "gen/vault.h"
#include <string.h>

enum job_step { STEP_FINISH, STEP_OFFER, STEP_PREVIOUS, STEP_ASK };

// vault.result's `state`
enum { VAULT_REQUEST_NONE = 0, VAULT_REQUEST_WAITING = 1, VAULT_REQUEST_SIGNED = 2 };

enum { VAULT_SEED_READY = 1 };

void job_start(struct job *job)
{
    memset(job, 0, sizeof *job);
}

// Nobody waits for the reader to forget; a reader that cannot is a reader that knows nothing.
static void reader_leave(struct job *job)
{
    err_t error = job->reading ? reader_end() : ERR_OK;
    (void)error;
    job->reading = false;
}

// The vault may have nothing of ours: then its error is as good as done.
static void job_forget(struct job *job)
{
    reader_leave(job);
    err_t error = vault_cancel();
    (void)error;
}

static void job_fail(struct job *job, err_t error)
{
    job_forget(job);
    job->now.state = COMPANION_FAILED;
    job->now.error = error;
}

static void job_refuse(struct job *job, uint32_t code, uint32_t index)
{
    job_forget(job);
    job->now.state = COMPANION_REFUSED;
    job->now.code = code;
    job->now.index = index;
}

static bool job_same(const struct job *job, const struct companion_begin *begin)
{
    return job->begin.size == begin->size && job->begin.crc == begin->crc &&
           !memcmp(job->begin.nonce, begin->nonce, sizeof begin->nonce);
}

err_t job_begin(struct job *job, const struct companion_begin *begin)
{
    uint32_t state = job->now.state;
    if (state != COMPANION_IDLE && state != COMPANION_FAILED && job_same(job, begin))
        return ERR_OK;
    if (state == COMPANION_CHECKING || state == COMPANION_WAITING)
        return ERR_BUSY;
    if (begin->size == 0)
        return ERR_BAD_ARGUMENT;
    if (begin->size > COMPANION_PSBT_MAX)
        return ERR_TOO_LARGE;
    uint32_t seed, network, fingerprint;
    err_t error = vault_status(&seed, &network, &fingerprint);
    if (error)
        return error;
    if (seed != VAULT_SEED_READY)
        return ERR_BAD_STATE;
    job_cancel(job);
    error = reader_begin(fingerprint, network, begin->size, begin->nonce);
    if (error)
        return error;
    job->reading = true;
    job->begin = *begin;
    job->now.state = COMPANION_RECEIVING;
    return ERR_OK;
}

err_t job_data(struct job *job, uint32_t offset, const uint8_t *data, size_t size)
{
    if (job->now.state != COMPANION_RECEIVING)
        return ERR_BAD_STATE;
    uint32_t received = job->now.received;
    if (offset > job->begin.size || size > job->begin.size - offset)
        return ERR_TOO_LARGE;
    if (offset > received || offset + size <= received)
        return ERR_OK;
    size_t known = received - offset;
    err_t error = reader_append(data + known, size - known);
    if (error) {
        job_fail(job, error);
        return ERR_OK;
    }
    job->crc = link_crc(job->crc, data + known, size - known);
    job->now.received = offset + (uint32_t)size;
    return ERR_OK;
}

err_t job_end(struct job *job)
{
    if (job->now.state != COMPANION_RECEIVING)
        return job->now.state >= COMPANION_CHECKING ? ERR_OK : ERR_BAD_STATE;
    if (job->now.received < job->begin.size)
        return ERR_TOO_SMALL;
    if (job->crc != job->begin.crc) {
        job_cancel(job);
        return ERR_BAD_SIGNATURE;
    }
    job->now.state = COMPANION_CHECKING;
    job->step = STEP_FINISH;
    return ERR_OK;
}

bool job_pending(const struct job *job)
{
    return job->now.state == COMPANION_CHECKING;
}

static err_t step_finish(struct job *job, uint32_t *code, uint32_t *index)
{
    uint32_t length;
    job->step = STEP_OFFER;
    return reader_finish(code, index, &length, &job->previous_count);
}

static err_t step_offer(struct job *job, uint32_t *code, uint32_t *index)
{
    size_t size;
    err_t error = reader_request(job->buffer, sizeof job->buffer, &size);
    if (error)
        return error;
    job->step = STEP_PREVIOUS;
    return vault_offer(job->buffer, size, code, index);
}

static err_t step_previous(struct job *job, uint32_t *code, uint32_t *index)
{
    if (job->previous == job->previous_count) {
        job->step = STEP_ASK;
        return ERR_OK;
    }
    uint32_t offset = job->previous_offset, total;
    size_t size;
    err_t error =
        reader_previous(job->previous, offset, job->buffer, sizeof job->buffer, &size, &total);
    if (error)
        return error;
    if (size == 0 || offset > total || size > total - offset)
        return ERR_BAD_DATA; // else this would never end
    error = vault_previous(total, offset, job->buffer, size, code, index);
    if (error)
        return error;
    job->previous_offset = offset + (uint32_t)size;
    if (job->previous_offset == total) {
        job->previous++;
        job->previous_offset = 0;
    }
    return ERR_OK;
}

static err_t step_ask(struct job *job, uint32_t *code, uint32_t *index)
{
    err_t error = vault_ask(code, index);
    if (error || *code)
        return error;
    job->now.state = COMPANION_WAITING;
    reader_leave(job);
    return ERR_OK;
}

void job_step(struct job *job)
{
    static err_t (*const steps[])(struct job *, uint32_t *, uint32_t *) = {
        [STEP_FINISH] = step_finish,
        [STEP_OFFER] = step_offer,
        [STEP_PREVIOUS] = step_previous,
        [STEP_ASK] = step_ask,
    };
    if (!job_pending(job))
        return;
    uint32_t code = 0, index = 0;
    err_t error = steps[job->step](job, &code, &index);
    if (error)
        job_fail(job, error);
    else if (code)
        job_refuse(job, code, index);
}

void job_poll(struct job *job)
{
    if (job->now.state != COMPANION_WAITING)
        return;
    uint32_t state, code, index, signatures, evidence;
    err_t error = vault_result(&state, &code, &index, &signatures, &evidence);
    if (error || state == VAULT_REQUEST_NONE) {
        job_fail(job, error ? error : ERR_PEER_DEAD); // a vault that started anew
    } else if (state == VAULT_REQUEST_SIGNED) {
        job->now.state = COMPANION_SIGNED;
        job->now.signatures = signatures;
        job->now.evidence = evidence;
    } else if (state != VAULT_REQUEST_WAITING) {
        job_refuse(job, code, index);
    }
}

err_t job_signature(struct job *job, uint32_t number, uint32_t *input,
                    uint8_t data[COMPANION_SIGNATURE_MAX], size_t *size)
{
    if (job->now.state != COMPANION_SIGNED)
        return ERR_BAD_STATE;
    return vault_signature(number, data, COMPANION_SIGNATURE_MAX, size, input);
}

err_t job_evidence(struct job *job, uint32_t offset, uint8_t *data, size_t cap, size_t *size,
                   uint32_t *total)
{
    if (job->now.state != COMPANION_SIGNED)
        return ERR_BAD_STATE;
    if (job->held == 0) {
        size_t held;
        err_t error = vault_evidence(job->buffer, sizeof job->buffer, &held);
        if (error)
            return error;
        job->held = held;
    }
    if (offset > job->held)
        return ERR_BAD_ARGUMENT;
    size_t piece = job->held - offset;
    if (piece > cap)
        piece = cap;
    memcpy(data, job->buffer + offset, piece);
    *size = piece;
    *total = (uint32_t)job->held;
    return ERR_OK;
}

void job_cancel(struct job *job)
{
    job_forget(job);
    job_start(job);
}
