// SPDX-License-Identifier: GPL-3.0-or-later
// The parts of `cella chain`, which are in chain_*.c.
#pragma once
#include "chain_folder.h"
#include "options.h"

#define PART(name, takes, summary) int chain_part_##name(int argc, char **argv);
#include "chain_parts.def"
#undef PART

// "cella chain NAME TAKES"
const char *chain_usage(const char *name);

// Read the arguments of a part: `least` to `most` operands. False: said.
bool chain_options(int argc, char **argv, const struct option_rule *rules, const char *part,
                   int least, int most, struct operands *operands);

// "raw", "readonly", "append" or "program"; "CREATE" and so on.
const char *chain_type_name(uint32_t type);
const char *chain_operation_name(uint32_t operation);
