// SPDX-License-Identifier: GPL-3.0-or-later
// The arguments of a subcommand: operands and options, checked against a table. An option stands
// anywhere; `--` ends options; `--help` prints the usage and ends the program.
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum { OPTIONS_OPERANDS = 8 };

struct option_rule {
    const char *name;   // "--device"
    const char **value; // where its argument goes; null: it has none
    bool *flag;         // set if it is given; may be null
};

struct operands {
    const char *at[OPTIONS_OPERANDS];
    int count;
};

// `rules` ends with a null name. False: said on standard error, with `usage`.
bool options_read(int argc, char **argv, const struct option_rule *rules, const char *usage,
                  struct operands *operands);

// A decimal number up to `max`. False: said on standard error.
bool option_number(const char *name, const char *text, unsigned max, unsigned *out);
bool option_number64(const char *name, const char *text, uint64_t max, uint64_t *out);

// Where the running system keeps its link and its keys: `build/run` here, or beside this program.
// The result is "<folder>/<name>" and lives as long as the program.
const char *run_path(const char *name);

// Whether this program lies in a development kit (`make sdk`), where there is no `./dev`.
bool in_kit(void);
