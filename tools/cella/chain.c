// SPDX-License-Identifier: GPL-3.0-or-later
// cella chain: signature chains. What they are: docs/chain.md.
#include "chain.h"
#include "common/near.h"
#include "report.h"

#include <stdio.h>

struct part {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *takes, *summary;
};

static const struct part parts[] = {
#define PART(name, takes, summary) {#name, chain_part_##name, takes, summary},
#include "chain_parts.def"
#undef PART
};

enum { PART_COUNT = sizeof parts / sizeof parts[0] };

const char *chain_usage(const char *name)
{
    static char usage[256];
    for (size_t i = 0; i < PART_COUNT; i++)
        if (strcmp(parts[i].name, name) == 0)
            snprintf(usage, sizeof usage, "cella chain %s %s", name, parts[i].takes);
    return usage;
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

static void usage_print(FILE *out)
{
    fprintf(out, "usage:\n");
    for (size_t i = 0; i < PART_COUNT; i++)
        fprintf(out, "    cella chain %s %s\n        %s\n", parts[i].name, parts[i].takes,
                parts[i].summary);
    fprintf(out,
            "FOLDER has a chain and its key; CHAIN is such a folder, or a chain's file. All that "
            "write take --time SECONDS.\n");
}

int chain_command(int argc, char **argv)
{
    struct near near;
    char hint[128];
    if (argc < 1) {
        usage_print(stderr);
        return EXIT_UNABLE;
    }
    if (strcmp(argv[0], "--help") == 0) {
        usage_print(stdout);
        return EXIT_GOOD;
    }
    near_start(&near, argv[0]);
    for (size_t i = 0; i < PART_COUNT; i++) {
        if (strcmp(argv[0], parts[i].name) == 0)
            return parts[i].run(argc - 1, argv + 1);
        near_try(&near, parts[i].name);
    }
    report_error("there is no `chain %s`%s - `cella chain --help` lists what there is", argv[0],
                 near_hint(&near, hint));
    return EXIT_UNABLE;
}
