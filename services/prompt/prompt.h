// SPDX-License-Identifier: GPL-3.0-or-later
// The dialogue with the person on the trusted console. The prompt has no power but to ask: it
// fetches the vault's question, shows what its bytes mean, and tells the vault what was typed.
//
//              restore, create                      question
//   NO SEED ------------------------> IDLE <-----------------------> ASKING
//                                          number, no, time-out, gone
//
// P1  What is shown is made from the very bytes that the vault will sign; the hash that goes with
// an
//     approval is computed here from these bytes.
// P2  An answer counts only if it was typed after the last line of the question was written, on a
//     console that had no trouble since the question began.
// P3  Everything but the number is a refusal, and every question gets exactly one answer.
// P4  Buffers that held words are wiped on every path.
#pragma once
#include "abi/types.h"

enum {
    PROMPT_PATIENCE_SECONDS = 600, // how long a question waits for its answer
    PROMPT_LOOK_MS = 500,          // how often the idle prompt looks at the keyboard
};

// Say what was booted and which key this device has.
void prompt_begin(void);

// Do the next thing: serve a question, take a command, or wait a moment for either.
void prompt_step(void);
