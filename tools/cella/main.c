// SPDX-License-Identifier: GPL-3.0-or-later
// cella: the host's one command. The table is dispatch and help. Exit codes: 0 good, 1 no (refused,
// or it does not hold), 2 unable (wrong use, missing file, no device).
#include "common/near.h"
#include "report.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { ARGUMENTS_MAX = 64 };

#define COMMAND(name, summary) int name##_command(int argc, char **argv);
#include "commands.def"
#undef COMMAND

struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *summary;
};

static const struct command commands[] = {
#define COMMAND(name, summary) {#name, name##_command, summary},
#include "commands.def"
#undef COMMAND
};

enum { COMMAND_COUNT = sizeof(commands) / sizeof(commands[0]) };

static void help_print(FILE *out)
{
    fprintf(out, "usage: cella [--device SOCKET] COMMAND ...\n\n");
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        fprintf(out, "    %-9s %s\n", commands[i].name, commands[i].summary);
    fprintf(out, "\n`cella help COMMAND` says what it takes.\n");
}

static const struct command *command_find(const char *name)
{
    struct near near;
    char hint[128];

    near_start(&near, name);
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
        near_try(&near, commands[i].name);
    }
    report_error("there is no command `%s`%s - `cella help` lists them", name,
                 near_hint(&near, hint));
    return NULL;
}

// `cella help image build` is `cella image build --help`.
static bool help_wanted(const char *word)
{
    return strcmp(word, "help") == 0 || strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

static int command_run(int argc, char **argv, char *device)
{
    static char device_option[] = "--device", help_option[] = "--help";
    char *arguments[ARGUMENTS_MAX + 4];
    const bool help = help_wanted(argv[0]);
    const struct command *command;
    int count = 0;

    if (help && argc == 1) {
        help_print(stdout);
        return EXIT_GOOD;
    }
    command = command_find(argv[help ? 1 : 0]);
    if (!command)
        return EXIT_UNABLE;
    if (argc > ARGUMENTS_MAX) {
        report_error("more than %d arguments - give fewer", ARGUMENTS_MAX);
        return EXIT_UNABLE;
    }
    for (int i = help ? 2 : 1; i < argc; i++)
        arguments[count++] = argv[i];
    if (help) {
        arguments[count++] = help_option;
    } else if (device) { // behind the words that some commands expect first
        arguments[count++] = device_option;
        arguments[count++] = device;
    }
    arguments[count] = NULL;
    return command->run(count, arguments);
}

int main(int argc, char **argv)
{
    char *device = NULL;
    int first = 1, code;

    if (argc > 1 && strcmp(argv[1], "--device") == 0) {
        if (argc < 4) {
            report_error("--device wants a socket, then a command - see `cella help`");
            return EXIT_UNABLE;
        }
        device = argv[2];
        first = 3;
    }
    if (argc <= first) {
        help_print(stderr);
        return EXIT_UNABLE;
    }
    code = command_run(argc - first, argv + first, device);
    if (fflush(stdout) == 0 && !ferror(stdout))
        return code;
    report_error("the results could not be written: standard output is full or closed - give it "
                 "another place, and do it again");
    return EXIT_UNABLE;
}
