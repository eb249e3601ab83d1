// SPDX-License-Identifier: GPL-3.0-or-later
// TOML (toml.io, version 1.0) as a plain tree with line numbers. The parser is toml++; nothing of
// it is seen outside toml.cpp.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum setting_kind {
    SETTING_STRING,
    SETTING_INTEGER,
    SETTING_BOOL,
    SETTING_ARRAY,
    SETTING_TABLE,
    SETTING_OTHER, // dates and floating point: nothing here takes them
};

struct setting {
    enum setting_kind kind;
    unsigned line;
    const char *key;    // in a table; NULL elsewhere
    const char *string; // zero-terminated; a string that holds a zero byte is SETTING_OTHER
    int64_t integer;
    bool boolean;
    const struct setting *items; // of an array, or of a table in the file's order
    size_t count;
};

// The whole document as a table, or NULL with the reason and its line. `reason` is a literal or
// lives until the next call.
const struct setting *settings_read(const char *text, size_t size, const char **reason,
                                    unsigned *line);
void settings_free(const struct setting *document);

#ifdef __cplusplus
}
#endif
