// SPDX-License-Identifier: GPL-3.0-or-later
// The host's commands in processes of their own, as a person calls them, in a folder of their own:
// exit code, what was printed, which files there are.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { COMMAND_OUTPUT_MAX = 1 << 16 };

extern char command_out[COMMAND_OUTPUT_MAX], command_err[COMMAND_OUTPUT_MAX]; // of the last one

// Work in a new folder; take it away again.
void command_begin(void);
void command_finish(void);

// Run `cella <format...>`, words separated by single blanks, and give its exit code; -1 if it
// crashed or took longer than a minute.
__attribute__((format(printf, 1, 2))) int cella(const char *format, ...);

// The same in two parts. `line` is taken apart.
pid_t command_start(char *line);
int command_end(pid_t command);

// Until that text is on its standard error.
void command_await(const char *text);

// Whether `part` stands in the output; says so if not.
bool command_says(const char *text, const char *part);

void file_put(const char *name, const void *data, size_t size);
bool file_there(const char *name);
