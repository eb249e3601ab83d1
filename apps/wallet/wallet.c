// SPDX-License-Identifier: GPL-3.0-or-later
#include "wallet.h"
#include "format/bytes_le.h"
#include "gen/vault.h"
#include <string.h>

static err_t serve_status(const struct wallet *w, struct wallet_answer *answer)
{
    struct companion_status s = {.state = w->job.now.state};
    err_t error = vault_status(&s.seed, &s.network, &s.fingerprint);
    if (!error)
        error = vault_device_key(s.key);
    if (error)
        return error;
    companion_status_put(&s, answer->data);
    answer->length = COMPANION_STATUS_SIZE;
    return ERR_OK;
}

static err_t serve_account(const uint8_t *data, size_t size, struct wallet_answer *answer)
{
    if (size != 8)
        return ERR_BAD_DATA;
    return vault_account(le32_get(data), le32_get(data + 4), answer->data, COMPANION_XPUB_MAX,
                         &answer->length);
}

static err_t answer_job(const struct wallet *w, struct wallet_answer *answer)
{
    companion_job_put(&w->job.now, answer->data);
    answer->length = COMPANION_JOB_SIZE;
    return ERR_OK;
}

static err_t serve_begin(struct wallet *w, const uint8_t *data, size_t size,
                         struct wallet_answer *answer)
{
    struct companion_begin begin;
    err_t error = companion_begin_get(data, size, &begin);
    if (!error)
        error = job_begin(&w->job, &begin);
    return error ? error : answer_job(w, answer);
}

static err_t serve_data(struct wallet *w, const uint8_t *data, size_t size,
                        struct wallet_answer *answer)
{
    if (size < 4)
        return ERR_BAD_DATA;
    err_t error = job_data(&w->job, le32_get(data), data + 4, size - 4);
    if (error)
        return error;
    le32_put(answer->data, w->job.now.received);
    answer->length = 4;
    return ERR_OK;
}

static err_t serve_end(struct wallet *w, struct wallet_answer *answer)
{
    err_t error = job_end(&w->job);
    return error ? error : answer_job(w, answer);
}

static err_t serve_signature(struct wallet *w, const uint8_t *data, size_t size,
                             struct wallet_answer *answer)
{
    uint32_t input;
    if (size != 4)
        return ERR_BAD_DATA;
    err_t error = job_signature(&w->job, le32_get(data), &input, answer->data + 4, &answer->length);
    if (error)
        return error;
    le32_put(answer->data, input);
    answer->length += 4;
    return ERR_OK;
}

static err_t serve_evidence(struct wallet *w, const uint8_t *data, size_t size,
                            struct wallet_answer *answer)
{
    uint32_t total;
    if (size != 4)
        return ERR_BAD_DATA;
    err_t error = job_evidence(&w->job, le32_get(data), answer->data + 4, COMPANION_DATA_MAX,
                               &answer->length, &total);
    if (error)
        return error;
    le32_put(answer->data, total);
    answer->length += 4;
    return ERR_OK;
}

err_t wallet_serve(struct wallet *w, uint32_t type, const uint8_t *data, size_t size,
                   struct wallet_answer *answer)
{
    answer->length = 0;
    job_poll(&w->job); // the person may have answered a request whose companion is gone
    switch (type) {
    case COMPANION_STATUS:
        return serve_status(w, answer);
    case COMPANION_ACCOUNT:
        return serve_account(data, size, answer);
    case COMPANION_SIGN_BEGIN:
        return serve_begin(w, data, size, answer);
    case COMPANION_SIGN_DATA:
        return serve_data(w, data, size, answer);
    case COMPANION_SIGN_END:
        return serve_end(w, answer);
    case COMPANION_SIGN_RESULT:
        return answer_job(w, answer);
    case COMPANION_SIGNATURE:
        return serve_signature(w, data, size, answer);
    case COMPANION_EVIDENCE:
        return serve_evidence(w, data, size, answer);
    case COMPANION_CANCEL:
        job_cancel(&w->job);
        return ERR_OK;
    default:
        return ERR_BAD_ARGUMENT;
    }
}

void wallet_start(struct wallet *w)
{
    job_cancel(&w->job); // an earlier run of this program may have left a request behind
}

void wallet_step(struct wallet *w)
{
    job_step(&w->job);
}

bool wallet_busy(const struct wallet *w)
{
    return job_pending(&w->job);
}
