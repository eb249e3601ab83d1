// SPDX-License-Identifier: GPL-3.0-or-later
// What cells ask the person through the steward, and what becomes of the answer.
#pragma once
#include "consent.h"
#include "desk.h"
#include "keeper.h"

struct asks {
    struct keeper *keeper;
    struct desk desk;
    struct consent_wish wish; // behind an open question of QUESTION_CONSENT
    struct consents consents[PLAN_CELLS_MAX];
};

// steward.request of the cell with this identity. REPLY_LATER, or an error of abi/steward.idl.
MUST_USE err_t asks_request(struct asks *a, uint64_t identity, const struct consent_wish *wish,
                            nsec_t deadline);

// steward.answer: the asker's call is answered as well.
MUST_USE err_t asks_answer(struct asks *a, uint64_t sequence, uint32_t answer, uint32_t number);

// A cell has stopped: what it was given is gone, and its question with it.
void asks_end(struct asks *a, uint64_t identity);

nsec_t asks_due(const struct asks *a);
void asks_tick(struct asks *a);
