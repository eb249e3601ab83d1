// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/companion.h"
#include "format/bytes_le.h"
#include <string.h>

void companion_begin_put(const struct companion_begin *begin, uint8_t out[COMPANION_BEGIN_SIZE])
{
    le32_put(out, begin->size);
    le32_put(out + 4, begin->crc);
    memcpy(out + 8, begin->nonce, COMPANION_NONCE_SIZE);
}

err_t companion_begin_get(const uint8_t *data, size_t size, struct companion_begin *out)
{
    if (size != COMPANION_BEGIN_SIZE)
        return ERR_BAD_DATA;
    out->size = le32_get(data);
    out->crc = le32_get(data + 4);
    memcpy(out->nonce, data + 8, COMPANION_NONCE_SIZE);
    return ERR_OK;
}

void companion_job_put(const struct companion_job *job, uint8_t out[COMPANION_JOB_SIZE])
{
    const uint32_t words[] = {job->state,      job->received, job->code, job->index,
                              job->signatures, job->evidence, job->error};
    _Static_assert(sizeof words == COMPANION_JOB_SIZE, "every field travels");
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        le32_put(out + 4 * i, words[i]);
}

err_t companion_job_get(const uint8_t *data, size_t size, struct companion_job *out)
{
    if (size != COMPANION_JOB_SIZE || le32_get(data) > COMPANION_FAILED)
        return ERR_BAD_DATA;
    *out = (struct companion_job){
        .state = le32_get(data),
        .received = le32_get(data + 4),
        .code = le32_get(data + 8),
        .index = le32_get(data + 12),
        .signatures = le32_get(data + 16),
        .evidence = le32_get(data + 20),
        .error = le32_get(data + 24),
    };
    return ERR_OK;
}

void companion_status_put(const struct companion_status *s, uint8_t out[COMPANION_STATUS_SIZE])
{
    le32_put(out, s->seed);
    le32_put(out + 4, s->network);
    le32_put(out + 8, s->fingerprint);
    le32_put(out + 12, s->state);
    memcpy(out + 16, s->key, COMPANION_KEY_SIZE);
}

err_t companion_status_get(const uint8_t *data, size_t size, struct companion_status *out)
{
    if (size != COMPANION_STATUS_SIZE || le32_get(data + 12) > COMPANION_FAILED)
        return ERR_BAD_DATA;
    out->seed = le32_get(data);
    out->network = le32_get(data + 4);
    out->fingerprint = le32_get(data + 8);
    out->state = le32_get(data + 12);
    memcpy(out->key, data + 16, COMPANION_KEY_SIZE);
    return ERR_OK;
}
