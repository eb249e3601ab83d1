// SPDX-License-Identifier: GPL-3.0-or-later
// One line of the log: "name: text\r\n". The name is the steward's word; the text is the writer's,
// with everything escaped that is not printable ASCII, so that no line can look like two or move
// the cursor of whoever reads it.
#pragma once
#include <stddef.h>
#include <stdint.h>

enum {
    LINE_NAME = 32,
    LINE_TEXT = 512,                               // bytes of text, each up to four characters
    LINE_SIZE = 4 * LINE_NAME + 4 * LINE_TEXT + 8, // with ": ", the line's end and a zero byte
};

// The result is the line's length. `size` is at most LINE_TEXT.
size_t line_make(char out[LINE_SIZE], const char name[LINE_NAME], const void *text, size_t size);
