// SPDX-License-Identifier: GPL-3.0-or-later
#include "reader.h"

#include <string.h>

#include "crypto/wipe.h"
#include "format/psbt_request.h"
#include "gen/steward.h"
#include "os/ipc.h"

enum session_state { SESSION_FREE, SESSION_FILLING, SESSION_READY, SESSION_SPENT };

struct session {
    uint64_t identity;
    uint32_t state; // enum session_state
    uint32_t fingerprint, network;
    uint32_t size, used;
    uint8_t nonce[REQUEST_NONCE_SIZE];
    uint8_t bytes[PSBT_MAX];
    struct psbt psbt;       // points into `bytes`
    struct request request; // points into `bytes`
    uint8_t encoding[REQUEST_MAX];
    size_t encoding_size;
};

static struct session sessions[READER_SESSIONS];

static struct session *session_find(const struct caller *who)
{
    for (size_t i = 0; i < READER_SESSIONS; i++)
        if (sessions[i].state != SESSION_FREE && sessions[i].identity == who->identity)
            return &sessions[i]; // S1
    return NULL;
}

// Nobody has that identity any more: an app that was removed. Identities are not used again.
static bool is_gone(uint64_t identity)
{
    uint8_t name[32], publisher[32], app_id[32];
    uint32_t app;
    return steward_identify(identity, name, publisher, app_id, &app) == ERR_NOT_FOUND;
}

static struct session *session_free(void)
{
    for (size_t i = 0; i < READER_SESSIONS; i++)
        if (sessions[i].state == SESSION_FREE)
            return &sessions[i];
    for (size_t i = 0; i < READER_SESSIONS; i++)
        if (is_gone(sessions[i].identity))
            return &sessions[i];
    return NULL;
}

// What one caller sent, no later caller finds.
static void session_clear(struct session *s)
{
    wipe(s->bytes, s->used);
    wipe(s->encoding, s->encoding_size);
    wipe(&s->request, sizeof s->request);
    wipe(&s->psbt, sizeof s->psbt);
    s->state = SESSION_FREE;
    s->identity = 0;
    s->size = s->used = 0;
    s->encoding_size = 0;
}

static err_t op_begin(const struct caller *who, uint32_t fingerprint, uint32_t network,
                      uint32_t size, const uint8_t nonce[32])
{
    if (size > PSBT_MAX)
        return ERR_TOO_LARGE; // S2
    struct session *s = session_find(who);
    if (!s)
        s = session_free();
    if (!s)
        return ERR_NO_SLOT;
    session_clear(s);
    s->identity = who->identity;
    s->state = SESSION_FILLING;
    s->fingerprint = fingerprint;
    s->network = network;
    s->size = size;
    memcpy(s->nonce, nonce, sizeof s->nonce);
    return ERR_OK;
}

static err_t op_append(const struct caller *who, const uint8_t *data, size_t size)
{
    struct session *s = session_find(who);
    if (!s || s->state != SESSION_FILLING)
        return ERR_BAD_STATE;
    if (size > s->size - s->used)
        return ERR_TOO_LARGE; // S2
    memcpy(s->bytes + s->used, data, size);
    s->used += (uint32_t)size;
    return ERR_OK;
}

static err_t session_read(struct session *s, struct refusal *why)
{
    err_t err = psbt_parse(s->bytes, s->size, &s->psbt, why);
    if (!err)
        err = psbt_to_request(&s->psbt, s->fingerprint, s->network, s->nonce, &s->request, why);
    if (!err)
        err = request_encode(&s->request, s->encoding, sizeof s->encoding, &s->encoding_size, why);
    return err;
}

static err_t op_finish(const struct caller *who, uint32_t *code, uint32_t *index, uint32_t *length,
                       uint32_t *previous)
{
    struct refusal why = {REFUSAL_NONE, 0};
    struct session *s = session_find(who);
    if (!s || s->state != SESSION_FILLING || s->used != s->size)
        return ERR_BAD_STATE;
    s->state = SESSION_SPENT;
    err_t err = session_read(s, &why);
    if (err && err != ERR_REFUSED)
        return err;
    *code = why.code;
    *index = why.index;
    if (err)
        return ERR_OK;        // a refusal is a result
    s->state = SESSION_READY; // S3
    *length = (uint32_t)s->encoding_size;
    *previous = request_previous_count(&s->request);
    return ERR_OK;
}

static err_t op_request(const struct caller *who, uint8_t *data, size_t cap, size_t *size)
{
    struct session *s = session_find(who);
    if (!s || s->state != SESSION_READY)
        return ERR_BAD_STATE; // S3
    if (s->encoding_size > cap)
        return ERR_TOO_SMALL;
    memcpy(data, s->encoding, s->encoding_size);
    *size = s->encoding_size;
    return ERR_OK;
}

static err_t op_previous(const struct caller *who, uint32_t number, uint32_t offset, uint8_t *data,
                         size_t cap, size_t *size, uint32_t *total)
{
    struct span parts[3];
    struct session *s = session_find(who);
    if (!s || s->state != SESSION_READY)
        return ERR_BAD_STATE; // S3
    err_t err = psbt_previous(&s->psbt, &s->request, number, parts);
    if (err)
        return err;
    size_t whole = parts[0].size + parts[1].size + parts[2].size, at = 0, used = 0;
    if (offset > whole)
        return ERR_BAD_ARGUMENT;
    for (size_t i = 0; i < 3; i++) {
        size_t skip = offset > at ? offset - at : 0; // bytes of this part that lie before `offset`
        at += parts[i].size;
        if (skip >= parts[i].size || used == cap)
            continue;
        size_t take = parts[i].size - skip;
        if (take > cap - used)
            take = cap - used;
        memcpy(data + used, parts[i].at + skip, take);
        used += take;
    }
    *size = used;
    *total = (uint32_t)whole;
    return ERR_OK;
}

static err_t op_end(const struct caller *who)
{
    struct session *s = session_find(who);
    if (s)
        session_clear(s);
    return ERR_OK;
}

const struct reader_ops reader_operations = {
    .begin = op_begin,
    .append = op_append,
    .finish = op_finish,
    .request = op_request,
    .previous = op_previous,
    .end = op_end,
};
