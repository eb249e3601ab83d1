// SPDX-License-Identifier: GPL-3.0-or-later
// The wallet: serves the companion (format/companion.h) by calling reader and vault. It holds no
// key, no amount and no address that anybody believes.
#pragma once
#include "job.h"
#include "session.h"

struct wallet {
    struct session session;
    struct job job;
};

// `send` carries answers to the companion.
void wallet_start(struct wallet *w, session_send_t *send, void *context);

// Bytes from the companion; possibly none. Then one step of work.
void wallet_turn(struct wallet *w, const uint8_t *data, size_t size);

// Whether another turn is needed even if nothing arrives.
bool wallet_busy(const struct wallet *w);
