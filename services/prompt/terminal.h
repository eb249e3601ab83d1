// SPDX-License-Identifier: GPL-3.0-or-later
// The person's terminal: what is written to the console and what is typed there.
//
// T1  Everything that is written is printable ASCII, line ends, and the echo of editing; any other
// byte
//     is written as \xNN, so nothing that came from outside can move the cursor or fake a line.
// T2  After terminal_discard nothing that was typed before is ever returned.
// T3  `trouble` is set when the console failed or lost input; an answer given since then is no
// answer. Rules: one terminal in the cell; output is gathered and leaves with terminal_flush or
// before a wait.
#pragma once
#include "abi/types.h"
#include "line.h"

// Characters: \n becomes a line end.
void terminal_text(const char *text);
// At most `max` bytes, up to the first zero.
void terminal_field(const void *bytes, size_t max);
void terminal_span(const char *text, size_t length);
// Decimal, at least `width` characters, filled up with `fill`.
void terminal_number(uint64_t value, size_t width, char fill);
void terminal_hex(const uint8_t *bytes, size_t size);
void terminal_flush(void);

// The next byte that was typed. Errors: TIMED_OUT (nothing before `deadline`; 0 waits for ever, 1
// not at all), others: the console failed.
MUST_USE err_t terminal_byte(nsec_t deadline, uint8_t *byte);

// Give a byte to `line` and echo it; true when the line is complete.
bool terminal_feed(struct line *line, uint8_t byte);

// A whole line, however long it takes, after `sign`; false if the console failed. The line is the
// caller's to wipe.
bool terminal_line(struct line *line, const char *sign, bool secret);

// Let everything written leave, then throw away all that was typed so far.
void terminal_discard(void);

// Has there been trouble since the last terminal_calm()? (T3)
bool terminal_trouble(void);
void terminal_calm(void);

// Forget what was typed and not yet taken; wipe it.
void terminal_forget(void);
