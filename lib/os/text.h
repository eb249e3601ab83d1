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
// `size` bytes; the backslash and anything that is not printable ASCII become \xNN.
void text_escaped(struct text *t, const void *bytes, size_t size);
// The same, up to the first zero byte: a name in a field of `size` bytes.
void text_name(struct text *t, const char *name, size_t size);
void text_decimal(struct text *t, uint64_t value);
void text_hex(struct text *t, uint64_t value); // with 0x
