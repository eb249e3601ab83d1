// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/install.h"

#include "format/bytes.h"

#include <string.h>

void install_begin_put(const struct install_begin *begin, uint8_t out[INSTALL_BEGIN_SIZE])
{
    struct writer w = writer_of(out, INSTALL_BEGIN_SIZE);
    write_u32(&w, begin->size);
    write_bytes(&w, begin->digest, sizeof begin->digest);
}

err_t install_begin_get(const uint8_t *data, size_t size, struct install_begin *out)
{
    struct reader r = reader_of(data, size);
    struct install_begin begin = {.size = read_u32(&r)};
    read_bytes(&r, begin.digest, sizeof begin.digest);
    if (size != INSTALL_BEGIN_SIZE || r.fault != BYTES_OK)
        return ERR_BAD_DATA;
    *out = begin;
    return ERR_OK;
}

void install_job_put(const struct install_job *job, uint8_t out[INSTALL_JOB_SIZE])
{
    struct writer w = writer_of(out, INSTALL_JOB_SIZE);
    const uint32_t fields[] = {job->state,   job->received, job->refusal, job->chain, job->entry,
                               job->ceiling, job->service,  job->method,  job->error};
    _Static_assert(sizeof fields == INSTALL_JOB_SIZE, "all of them");
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        write_u32(&w, fields[i]);
}

err_t install_job_get(const uint8_t *data, size_t size, struct install_job *out)
{
    struct reader r = reader_of(data, size);
    struct install_job job;
    job.state = read_u32(&r);
    job.received = read_u32(&r);
    job.refusal = read_u32(&r);
    job.chain = read_u32(&r);
    job.entry = read_u32(&r);
    job.ceiling = read_u32(&r);
    job.service = read_u32(&r);
    job.method = read_u32(&r);
    job.error = read_u32(&r);
    if (size != INSTALL_JOB_SIZE || r.fault != BYTES_OK || job.state > INSTALL_STATE_LAST ||
        job.ceiling > INSTALL_CEILING_LAST)
        return ERR_BAD_DATA;
    *out = job;
    return ERR_OK;
}

void install_record_put(const struct install_record *record, uint8_t out[INSTALL_RECORD_SIZE])
{
    struct writer w = writer_of(out, INSTALL_RECORD_SIZE);
    write_u32(&w, record->pages);
    write_u32(&w, record->runs);
    write_bytes(&w, record->name, sizeof record->name);
    write_bytes(&w, record->version, sizeof record->version);
    write_bytes(&w, record->publisher, sizeof record->publisher);
    write_u64(&w, record->number);
}

// Printable and ends: it is shown at the host.
static bool text_good(const char text[BUNDLE_NAME])
{
    const size_t length = text_length(text, BUNDLE_NAME);
    for (size_t i = 0; i < length; i++)
        if (text[i] < ' ' || text[i] > '~')
            return false;
    return length > 0 && length < BUNDLE_NAME;
}

err_t install_record_get(const uint8_t *data, size_t size, struct install_record *out)
{
    struct reader r = reader_of(data, size);
    struct install_record record;
    record.pages = read_u32(&r);
    record.runs = read_u32(&r);
    read_bytes(&r, record.name, sizeof record.name);
    read_bytes(&r, record.version, sizeof record.version);
    read_bytes(&r, record.publisher, sizeof record.publisher);
    record.number = read_u64(&r);
    if (size != INSTALL_RECORD_SIZE || r.fault != BYTES_OK || !text_good(record.name) ||
        !text_good(record.version))
        return ERR_BAD_DATA;
    *out = record;
    return ERR_OK;
}
