// SPDX-License-Identifier: GPL-3.0-or-later
// The wallet: serves the companion (format/companion.h) by calling reader and vault. It holds no
// key, no amount and no address that anybody believes.
#pragma once
#include "job.h"

struct wallet {
    struct job job;
};

struct wallet_answer {
    uint8_t data[LINK_PAYLOAD_MAX];
    size_t length;
};

void wallet_start(struct wallet *w);

// Carry out one question. Its bytes count only on success. Errors: BAD_ARGUMENT (no such type),
// BAD_DATA, and the job's and the services' own.
MUST_USE err_t wallet_serve(struct wallet *w, uint32_t type, const uint8_t *data, size_t size,
                            struct wallet_answer *answer);

// One step of the work that goes on between questions.
void wallet_step(struct wallet *w);

// Whether another step is needed even if nobody asks.
bool wallet_busy(const struct wallet *w);
