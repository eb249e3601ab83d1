// SPDX-License-Identifier: GPL-3.0-or-later
// Lines made of words and numbers, for cells without printf. A text that does not fit is cut, never
// overrun, and always ends with a zero byte.
#pragma once
#include <stddef.h>
#include <stdint.h>

struct text {
    char *at; // owned by whoever called text_begin
    size_t size;
    size_t length; // without the zero byte; less than `size`
};

// `size` is at least 1.
struct text text_begin(char *buffer, size_t size);
void text_char(struct text *t, char c);
void text_string(struct text *t, const char *string);
// At most `max` bytes, up to the first zero byte; anything not printable ASCII becomes \xNN.
void text_escaped(struct text *t, const char *bytes, size_t max);
void text_decimal(struct text *t, uint64_t value);
void text_hex(struct text *t, uint64_t value); // with 0x
