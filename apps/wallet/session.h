// SPDX-License-Identifier: GPL-3.0-or-later
// The device's end of the companion link: frames in, one answer for each request.
//
// Rules. The last answer is kept and sent again when its request comes again; an older request is
// silence; a request of a session that this program does not know gets HELLO with
// BAD_STATE for an answer. A HELLO always starts a session: the newest host is the one that is
// served.
#pragma once
#include "format/companion.h"

struct session_answer {
    uint8_t data[LINK_PAYLOAD_MAX];
    size_t length;
};

// Carry out one request. On an error the answer's bytes are not sent.
typedef err_t session_serve_t(void *context, uint8_t type, const uint8_t *data, size_t size,
                              struct session_answer *answer);
typedef void session_send_t(void *context, const uint8_t *data, size_t size);

struct session {
    struct link_decoder in;
    bool open;
    uint32_t id;       // chosen by the host
    uint32_t sequence; // of the last request that was carried out
    uint32_t digest;   // its CRC: the same number with another content is not the same request
    struct session_answer answer;
    uint8_t wire[LINK_WIRE_MAX]; // the last answer as it was sent
    size_t wire_size;
    session_serve_t *serve;
    void *server;
    session_send_t *send;
    void *sender;
};

void session_start(struct session *s, session_serve_t *serve, void *server, session_send_t *send,
                   void *sender);

// Take what arrived; answers go out through `send` before this returns.
void session_input(struct session *s, const uint8_t *data, size_t size);
