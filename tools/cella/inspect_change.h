// SPDX-License-Identifier: GPL-3.0-or-later
// What a new plan lets its cells do that an old one did not, and the other way round, in words.
// Cells are the same if they have the same name.
#pragma once
#include "plan.h"

enum change_kind {
    CHANGE_ADDS,  // somebody may do more, or has more
    CHANGE_TAKES, // less
    CHANGE_ALTERS,
    CHANGE_KINDS,
};

enum { CHANGE_TEXT = 400 };

struct change {
    enum change_kind kind;
    char cell[BUNDLE_NAME];
    const char *what; // "cell", "call", "ask", "device", "flag", "memory", "time", ...
    char text[CHANGE_TEXT];
};

struct changes {
    struct change *list; // owned
    size_t count;
};

void change_add(struct changes *c, enum change_kind kind, const char *cell, const char *what,
                const char *format, ...) __attribute__((format(printf, 5, 6)));

// Everything that differs between the plans; programs are not part of a plan.
void change_plans(struct changes *c, const struct plan_view *before, const struct plan_view *after);

// On standard output: a sentence each, by kind; or the three lists of a JSON object, each with a
// comma before it.
void changes_print(const struct changes *c);
void changes_print_json(const struct changes *c);

void change_free(struct changes *c);
