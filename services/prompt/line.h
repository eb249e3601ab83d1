// SPDX-License-Identifier: GPL-3.0-or-later
// One line as a person types it: takes bytes one at a time, keeps what they spell, says what to
// echo.
//
//        printable: append          CR, LF            LF right after CR: nothing
//     +--------+                 +---------> DONE ---------------------+
//     |        v    ESC          |                                     v
//     +------ TEXT -----> ESCAPE -+ '[': SEQUENCE until 0x40..0x7e, else one more byte
//              ^______________________________________________|
//
// L1  `length` is at most LINE_LENGTH, and text[length] is zero.
// L2  text holds printable ASCII only; nothing of an escape sequence ever gets into it.
// L3  `odd` is set by every byte that is neither printable, nor editing, nor the end of the line; a
//     line that is odd, or `overlong`, is never an approval.
// Rules: pure; the caller owns it and wipes it (line_wipe) when the line was secret.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LINE_LENGTH = 255 };

enum line_state { LINE_TEXT, LINE_ESCAPE, LINE_SEQUENCE };

struct line {
    char text[LINE_LENGTH + 1];
    size_t length;
    bool secret;          // echo '*' for each character
    bool odd;             // something came that a person typing an answer does not send
    bool overlong;        // more than LINE_LENGTH characters came
    bool return_was_last; // the byte before was a carriage return that ended a line
    enum line_state state;
};

// What to send back for a byte: up to three characters.
struct line_echo {
    char text[4];
    size_t length;
};

// Forget what was typed and begin anew.
void line_begin(struct line *line, bool secret);

// Take one byte; true when it ended the line.
bool line_byte(struct line *line, uint8_t byte, struct line_echo *echo);

// Does the line say exactly `text`, typed without anything odd?
bool line_is(const struct line *line, const char *text);

// The line as a number of exactly four digits typed without anything odd; false if it is none.
bool line_number(const struct line *line, uint32_t *number);

// Make it a list of words: lower case, one blank between words, none at either end. Idempotent.
void line_words(struct line *line);

void line_wipe(struct line *line);
