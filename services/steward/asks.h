// SPDX-License-Identifier: GPL-3.0-or-later
// What cells ask the person through the steward, and what becomes of the answer.
#pragma once
#include "consent.h"
#include "desk.h"
#include "keeper.h"
#include "os/patience.h"

struct asks {
    struct keeper *keeper;
    struct desk desk;
    struct consent_wish wish; // behind an open question of QUESTION_CONSENT
    uint32_t place;           // of the guest whom another question is about
    void (*answered)(void *context, uint32_t place, enum question_answer answer);
    void *context;
    struct consents consents[CELLS_MAX];
    struct patience patience[CELLS_MAX]; // with questions about guests, by who asks
};

// steward.request of the cell with this identity. REPLY_LATER, or an error of abi/steward.idl.
MUST_USE err_t asks_request(struct asks *a, uint64_t identity, const struct consent_wish *wish,
                            nsec_t deadline);

// A question about the guest at `place`, asked by the cell with this identity, which does not wait
// for `answered`. Errors: BUSY, TIMED_OUT; DENIED (it was refused too often: later).
MUST_USE err_t asks_guest(struct asks *a, uint64_t identity, const struct question *about,
                          uint32_t place, nsec_t deadline);

// Whether such a question is open; and take it back.
bool asks_open(const struct asks *a, uint32_t place);
void asks_withdraw(struct asks *a);

// steward.answer: the asker's call is answered as well.
MUST_USE err_t asks_answer(struct asks *a, uint64_t sequence, uint32_t answer, uint32_t number);

// A cell has stopped: what it was given is gone, and its question with it.
void asks_end(struct asks *a, uint64_t identity);

nsec_t asks_due(const struct asks *a);
void asks_tick(struct asks *a);
