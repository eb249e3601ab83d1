// SPDX-License-Identifier: GPL-3.0-or-later
#include "session.h"
#include "format/bytes_le.h"
#include <string.h>

void session_start(struct session *s, uint32_t number, session_send_t *send, void *sender)
{
    memset(s, 0, sizeof *s);
    link_decoder_start(&s->in);
    s->question.number = number;
    s->send = send;
    s->sender = sender;
}

static uint32_t request_digest(const struct link_frame *request)
{
    return link_crc(link_crc(0, &request->type, 1), request->payload, request->length);
}

// Of no session, so nothing about it is kept; the answer asks for a HELLO.
static void stranger_answer(const struct session *s, const struct link_frame *request)
{
    uint8_t wire[LINK_WIRE_MAX];
    size_t size;
    const struct link_frame answer = {.type = COMPANION_HELLO | LINK_ANSWER,
                                      .status = ERR_BAD_STATE,
                                      .session = request->session,
                                      .sequence = request->sequence};
    if (link_encode(&answer, wire, &size) == ERR_OK)
        s->send(s->sender, wire, size);
}

static void question_open(struct session *s, const struct link_frame *request)
{
    s->id = request->session;
    s->sequence = request->sequence;
    s->digest = request_digest(request);
    s->question.number++;
    s->question.type = request->type;
    s->question.size = request->length;
    memcpy(s->question.data, request->payload, request->length);
    s->open = true;
}

err_t session_answer(struct session *s, uint32_t number, err_t status, const uint8_t *data,
                     size_t size)
{
    if (!s->open || s->question.number != number)
        return ERR_NOT_FOUND;
    const struct link_frame answer = {
        .type = s->question.type | LINK_ANSWER,
        .status = (uint8_t)status,
        .session = s->id,
        .sequence = s->sequence,
        .payload = data,
        .length = status ? 0 : size,
    };
    err_t err = link_encode(&answer, s->wire, &s->wire_size);
    if (err)
        return err;
    s->open = false;
    s->send(s->sender, s->wire, s->wire_size);
    return ERR_OK;
}

static void hello_answer(struct session *s)
{
    uint8_t data[COMPANION_HELLO_SIZE];
    // Whoever asks learns our version, also when it is not his.
    le32_put(data, COMPANION_VERSION);
    le32_put(data + 4, LINK_PAYLOAD_MAX);
    err_t status = s->question.size == 4 ? ERR_OK : ERR_BAD_DATA;
    err_t err = session_answer(s, s->question.number, status, data, sizeof data);
    (void)err; // it is open, and eight bytes fit
}

static void request_take(struct session *s, const struct link_frame *request)
{
    bool hello = request->type == COMPANION_HELLO;
    bool ours = s->known && request->session == s->id;
    if (request->type & LINK_ANSWER)
        return; // an echo of our own
    if (!ours && !(hello && request->length == 4)) {
        stranger_answer(s, request);
    } else if (!ours || request->sequence > s->sequence) {
        s->known = true;
        question_open(s, request);
        if (hello)
            hello_answer(s);
    } else if (!s->open && request->sequence == s->sequence &&
               request_digest(request) == s->digest) {
        s->send(s->sender, s->wire, s->wire_size);
    } // else a late copy: its answer went out long ago, or is still being made
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
