// SPDX-License-Identifier: GPL-3.0-or-later
// A command that has parts of its own, like `cella image build`.
#pragma once
#include <stddef.h>

struct part {
    const char *name;
    int (*run)(int argc, char **argv); // what stands behind the part's name; returns the exit code
    const char *takes, *summary;
};

struct parts {
    const char *command; // "image"
    const struct part *list;
    size_t count;
    const char *note; // below the list; null: nothing
};

// Run the part that argv[0] names. What is missing or misspelt is said.
int parts_run(const struct parts *parts, int argc, char **argv);

// "cella COMMAND NAME TAKES", valid until the next call.
const char *parts_usage(const struct parts *parts, const char *name);
