// SPDX-License-Identifier: GPL-3.0-or-later
// The wallet behind the companion link, in one process: the session of services/companion with the
// wallet in the place of the cell that takes questions.
#pragma once
#include "apps/wallet/wallet.h"
#include "services/companion/session.h"

struct line {
    struct session session;
    struct wallet wallet;
};

// What stands on channel 2, where the event log is; null: nobody.
extern err_t (*line_log)(uint8_t type, const uint8_t *data, size_t size, struct wallet_answer *out);

// `send` carries answers to the companion.
void line_start(struct line *l, session_send_t *send, void *context);

// Bytes from the companion; possibly none. Then one step of work.
void line_turn(struct line *l, const uint8_t *data, size_t size);
