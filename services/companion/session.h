// SPDX-License-Identifier: GPL-3.0-or-later
// The device's end of the companion link: frames in, one answer for each question.
//
// Rules. The last answer is kept and sent again when its question comes again; while a question is
// open the same one again is silence, and an older one always is. A question of a session that this
// program does not know gets HELLO with BAD_STATE for an answer. HELLO is answered here; every
// other question waits for session_answer. The newest question ends the one that was open, and the
// newest HELLO the session: the newest host is the one that is served.
#pragma once
#include "format/companion.h"

struct question {
    uint32_t number; // of this question; none before it had the same
    uint8_t type;
    size_t size;
    uint8_t data[LINK_PAYLOAD_MAX];
};

// Frames go out through it. What does not arrive is asked for again by the host.
typedef void session_send_t(void *context, const uint8_t *data, size_t size);

struct session {
    struct link_decoder in;
    bool known;        // there was a HELLO
    uint32_t id;       // chosen by the host
    uint32_t sequence; // of the last question
    uint32_t digest;   // its CRC: the same number with another content is not the same question
    bool open;         // `question` waits for its answer
    struct question question;
    uint8_t wire[LINK_WIRE_MAX]; // the last answer as it was sent
    size_t wire_size;
    session_send_t *send;
    void *sender;
};

// `number` is the first question's: another one in each run, so that nobody answers what an earlier
// run asked.
void session_start(struct session *s, uint32_t number, session_send_t *send, void *sender);

// Take what arrived.
void session_input(struct session *s, const uint8_t *data, size_t size);

// Answer the open question. The payload goes out only with `status` ERR_OK. Errors: NOT_FOUND (that
// question is not open), TOO_LARGE.
MUST_USE err_t session_answer(struct session *s, uint32_t number, err_t status, const uint8_t *data,
                              size_t size);
