// SPDX-License-Identifier: GPL-3.0-or-later
// Who gets the companion's questions (abi/companion.idl). A question lies on its channel until a
// cell takes it, and is then that cell's to answer.
//
//     no question --input--> open --take--> taken --answer--> no question
//                             |               |
//                             |               +--the taker comes again: it had stopped--> PEER_DEAD
//                             +---------------+--nobody came, or answered, in time
//
// Rules. The companion always gets an answer within DESK_PATIENCE, also when a cell hangs, has
// stopped or does not exist: NOT_FOUND if nobody took the question, PEER_DEAD if somebody did.
// Where nobody has ever come, DESK_ABSENT is enough. A newer question takes the place of the open
// one at once, so a slow cell holds up no other channel longer than the companion itself is
// willing to wait. One cell waits on a channel; its reply is kept.
#pragma once
#include "os/ipc.h"
#include "session.h"

enum { DESK_CHANNELS = 4 };
#define DESK_PATIENCE ((nsec_t)15000000000) // the host's is 20 s
#define DESK_ABSENT   ((nsec_t)2000000000)

struct channel {
    bool attended;   // somebody came here since the last question that nobody answered
    bool kept;       // a wait is kept:
    uint64_t token;  //   its reply,
    uint64_t waiter; //   who waits,
    nsec_t deadline; //   and until when, 0 for ever
};

struct desk {
    struct session session;
    struct channel channels[DESK_CHANNELS];
    uint32_t number; // of the last question that was put on a channel
    nsec_t due;      // the open question's
    bool taken;
    uint64_t taker;
};

// As session_start.
void desk_start(struct desk *d, uint32_t number, session_send_t *send, void *sender);

// Bytes from the companion; possibly none.
void desk_input(struct desk *d, const uint8_t *data, size_t size);

// The operations, for channel number `channel`.
err_t desk_wait(struct desk *d, uint32_t channel, const struct caller *who, nsec_t deadline);
err_t desk_take(struct desk *d, uint32_t channel, const struct caller *who, uint8_t *payload,
                size_t cap, size_t *size, uint32_t *type, uint32_t *number);
err_t desk_answer(struct desk *d, uint32_t channel, const struct caller *who, uint32_t number,
                  uint32_t status, const uint8_t *payload, size_t size);

// For os/serve.h.
nsec_t desk_deadline(const struct desk *d);
void desk_tick(struct desk *d);
