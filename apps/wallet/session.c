// SPDX-License-Identifier: GPL-3.0-or-later
#include "session.h"
#include "format/bytes_le.h"
#include <string.h>

void session_start(struct session *s, session_serve_t *serve, void *server, session_send_t *send,
                   void *sender)
{
    memset(s, 0, sizeof *s);
    link_decoder_start(&s->in);
    s->serve = serve;
    s->server = server;
    s->send = send;
    s->sender = sender;
}

static size_t answer_encode(const struct link_frame *request, uint8_t type, err_t status,
                            const struct session_answer *answer, uint8_t wire[LINK_WIRE_MAX])
{
    struct link_frame frame = {
        .type = type | LINK_ANSWER,
        .status = (uint8_t)status,
        .session = request->session,
        .sequence = request->sequence,
        .payload = answer->data,
        .length = status ? 0 : answer->length,
    };
    size_t size;
    err_t error = link_encode(&frame, wire, &size);
    return error ? 0 : size; // an answer always fits: `data` is as long as a payload
}

static err_t hello(struct session *s, const struct link_frame *request)
{
    if (request->length != 4)
        return ERR_BAD_DATA;
    // Whoever asks learns our version, also when it is not his.
    le32_put(s->answer.data, COMPANION_VERSION);
    le32_put(s->answer.data + 4, LINK_PAYLOAD_MAX);
    s->answer.length = COMPANION_HELLO_SIZE;
    s->open = true;
    s->id = request->session;
    return ERR_OK;
}

static uint32_t request_digest(const struct link_frame *request)
{
    return link_crc(link_crc(0, &request->type, 1), request->payload, request->length);
}

// Of no session, so nothing about it is kept; the answer asks for a HELLO.
static void stranger_answer(struct session *s, const struct link_frame *request)
{
    static const struct session_answer nothing;
    uint8_t wire[LINK_WIRE_MAX];
    size_t size = answer_encode(request, COMPANION_HELLO, ERR_BAD_STATE, &nothing, wire);
    s->send(s->sender, wire, size);
}

static void request_serve(struct session *s, const struct link_frame *request)
{
    s->answer.length = 0;
    err_t status =
        request->type == COMPANION_HELLO
            ? hello(s, request)
            : s->serve(s->server, request->type, request->payload, request->length, &s->answer);
    s->sequence = request->sequence;
    s->digest = request_digest(request);
    s->wire_size = answer_encode(request, request->type, status, &s->answer, s->wire);
    s->send(s->sender, s->wire, s->wire_size);
}

static void request_take(struct session *s, const struct link_frame *request)
{
    if (request->type & LINK_ANSWER)
        return; // an echo of our own
    if (!s->open || request->session != s->id) {
        if (request->type == COMPANION_HELLO && request->length == 4)
            request_serve(s, request);
        else
            stranger_answer(s, request);
    } else if (request->sequence > s->sequence) {
        request_serve(s, request);
    } else if (request->sequence == s->sequence && request_digest(request) == s->digest) {
        s->send(s->sender, s->wire, s->wire_size);
    } // else a late copy: its answer went out long ago
}

void session_input(struct session *s, const uint8_t *data, size_t size)
{
    while (size) {
        struct link_frame request;
        bool got;
        size_t used = link_decode(&s->in, data, size, &request, &got);
        if (got)
            request_take(s, &request);
        data += used;
        size -= used;
    }
}
