// SPDX-License-Identifier: GPL-3.0-or-later
// Waiting for the person's answer to a question that stands on the console (P2).
#pragma once
#include "abi/types.h"
#include "line.h"

// What the person did.
enum answer {
    ANSWER_NO,
    ANSWER_NUMBER,  // four digits were typed
    ANSWER_FEE,     // `fee` was typed
    ANSWER_LATE,    // nothing, in time
    ANSWER_GONE,    // whoever asks has taken the question back
    ANSWER_TROUBLE, // the console failed or lost input: nobody knows what was typed (P2)
};

// Wait for a line that is typed from now on: what came earlier is thrown away, and only then does
// the sign "WORD SEQUENCE> " say that the answer is awaited. `gone`: whoever asks
// has taken the question back. ANSWER_NO with a line, or one of the last three.
enum answer answer_take(const char *word, uint64_t sequence, struct line *line, nsec_t deadline,
                        bool (*gone)(void));

// The same for the number; ANSWER_NUMBER or what is none.
enum answer answer_number(const char *word, uint64_t sequence, struct line *line, nsec_t deadline,
                          bool (*gone)(void), uint32_t *number);

// A line that frames a question; always as wide.
void answer_rule(const char *start, uint64_t sequence);
