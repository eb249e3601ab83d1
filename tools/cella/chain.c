// SPDX-License-Identifier: GPL-3.0-or-later
// cella chain: signature chains. What they are: docs/chain.md.
#include "chain.h"
#include "parts.h"
#include "report.h"

static const struct part list[] = {
#define PART(name, takes, summary) {#name, chain_part_##name, takes, summary},
#include "chain_parts.def"
#undef PART
};

static const struct parts parts = {
    "chain", list, sizeof(list) / sizeof(list[0]),
    "FOLDER has a chain and its key; CHAIN is such a folder, or a chain's file. All that write "
    "take --time SECONDS."};

const char *chain_usage(const char *name)
{
    return parts_usage(&parts, name);
}

bool chain_options(int argc, char **argv, const struct option_rule *rules, const char *part,
                   int least, int most, struct operands *operands)
{
    const char *usage = chain_usage(part);
    if (!options_read(argc, argv, rules, usage, operands))
        return false;
    if (operands->count >= least && operands->count <= most)
        return true;
    report_error("%s arguments - usage: %s", operands->count < least ? "too few" : "too many",
                 usage);
    return false;
}

const char *chain_type_name(uint32_t type)
{
    static const char *const names[] = {"", "readonly", "append", "raw", "program"};
    return type <= REGISTER_TYPE_LAST ? names[type] : "";
}

const char *chain_operation_name(uint32_t operation)
{
    static const char *const names[] = {"",      "create", "write", "transfer",
                                        "claim", "append", "revoke"};
    return operation <= CHAIN_OPERATION_LAST ? names[operation] : "";
}

int chain_command(int argc, char **argv)
{
    return parts_run(&parts, argc, argv);
}
