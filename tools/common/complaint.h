// SPDX-License-Identifier: GPL-3.0-or-later
// What is wrong with a person's input file. A tool lists its messages in a messages.def, so that a
// test can see that every one of them is provoked by some bad file.
#pragma once

struct complaint {
    unsigned number; // which message; 0: no complaint
    char text[768];  // "file:line: what is wrong"
};

// Fill `c` unless it holds an earlier complaint. Each {} in `format` takes the next of a, b, d.
// `line` 0 leaves the line out. Returns false, so that a parser can `return complain(...)`.
_Bool complain(struct complaint *c, const char *file, unsigned line, unsigned number,
               const char *format, const char *a, const char *b, const char *d);
