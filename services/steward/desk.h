// SPDX-License-Identifier: GPL-3.0-or-later
// The steward's one question to the person. The steward calls nobody: whoever asks waits in its
// call, the prompt fetches the question and brings the answer.
//
//          open            fetch            answered
//   EMPTY ------> UNSEEN ----------> SHOWN ----------> EMPTY
//
// Fetched again, it stays SHOWN. A no, a wrong number, the deadline, a console that fails or the
// asker's death empty the desk in any state; only a yes with the right number gives anything.
//
// D1 There is at most one question; it belongs to one asker. If he waits for the answer, his call
// is
//    kept and answered once.
// D2 An answer counts only for the question that was fetched last, with the number that went along;
//    the first one with that sequence ends the question, whatever it says.
// D3 Each time a question is fetched it has another number: what was typed for a prompt that died
//    is no answer to the next one.
// D4 No question outlives its deadline, or its asker.
#pragma once
#include "abi/consent.h"
#include <stdbool.h>

enum { DESK_NUMBERS = 10000 };
#define DESK_PATIENCE ((nsec_t)660000000000) // longer than the prompt's

enum desk_state { DESK_EMPTY, DESK_UNSEEN, DESK_SHOWN };

struct desk {
    enum desk_state state;
    struct question about;
    uint64_t asker; // its identity
    uint64_t token; // of its call
    nsec_t deadline;
    uint64_t sequence; // of the latest question; 0: there was none
    uint32_t number;
    bool waited; // the prompt's wait, kept
    uint64_t wait_token;
    nsec_t wait_deadline;
};

// Is the desk free for a new one? Errors: BUSY; TIMED_OUT (`deadline` has passed).
MUST_USE err_t desk_free(const struct desk *d, nsec_t deadline);

// Put the question; the call being served is kept, or not. `deadline` 0: the longest. The desk is
// free.
MUST_USE err_t desk_open_kept(struct desk *d, const struct question *about, uint64_t asker,
                              nsec_t deadline);
void desk_open(struct desk *d, const struct question *about, uint64_t asker, nsec_t deadline);

// Empty the desk. The asker's call, `token`, is the caller's to answer.
uint64_t desk_close(struct desk *d);

// The operations of the prompt. `wait` may answer REPLY_LATER; `fetch` NOT_FOUND.
MUST_USE err_t desk_wait(struct desk *d, nsec_t deadline, uint64_t *sequence);
MUST_USE err_t desk_fetch(struct desk *d, struct question *about, uint32_t *number,
                          uint64_t *sequence);

// Is this an answer to the question that is shown? NOT_FOUND: no. REFUSED: a yes with a wrong
// number.
MUST_USE err_t desk_judge(const struct desk *d, uint64_t sequence, uint32_t answer,
                          uint32_t number);

// When something is due, 0: nothing. `desk_late`: the question's deadline has passed.
nsec_t desk_due(const struct desk *d);
bool desk_late(const struct desk *d, nsec_t now);
// Answer the prompt's wait if its time has come.
void desk_tick(struct desk *d, nsec_t now);
