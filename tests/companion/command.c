// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/companion/command.h"
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int status_command(int argc, char **argv);
int log_command(int argc, char **argv);
int wallet_command(int argc, char **argv);
int verify_command(int argc, char **argv);

enum { ARGUMENTS_MAX = 16, PATIENCE_S = 60 };

char command_out[COMMAND_OUTPUT_MAX], command_err[COMMAND_OUTPUT_MAX];
static char folder[] = "/tmp/cella-companion-XXXXXX";

void command_begin(void)
{
    if (!mkdtemp(folder) || chdir(folder) != 0)
        abort();
}

void command_finish(void)
{
    char line[64];
    snprintf(line, sizeof line, "rm -r %s", folder);
    if (system(line) != 0)
        abort();
}

static void slurp(const char *name, char *text)
{
    int fd = open(name, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, text, COMMAND_OUTPUT_MAX - 1);
    text[n > 0 ? n : 0] = 0;
    close(fd);
}

void file_put(const char *name, const void *data, size_t size)
{
    FILE *f = fopen(name, "wb");
    if (!f || fwrite(data, 1, size, f) != size || fclose(f) != 0)
        abort();
}

bool file_there(const char *name)
{
    return access(name, F_OK) == 0;
}

pid_t command_start(char *line)
{
    fflush(NULL);
    unlink("err.txt");
    pid_t child = fork();
    if (child)
        return child;
    char *argv[ARGUMENTS_MAX];
    int argc = 0;
    for (char *word = strtok(line, " "); word && argc < ARGUMENTS_MAX; word = strtok(NULL, " "))
        argv[argc++] = word;
    if (!freopen("out.txt", "w", stdout) || !freopen("err.txt", "w", stderr))
        abort();
    setvbuf(stderr, NULL, _IONBF, 0); // as it is on a terminal
    alarm(PATIENCE_S);
    int (*command)(int, char **) = !strcmp(argv[0], "status")   ? status_command
                                   : !strcmp(argv[0], "wallet") ? wallet_command
                                   : !strcmp(argv[0], "log")    ? log_command
                                                                : verify_command;
    exit(command(argc - 1, argv + 1));
}

int command_end(pid_t command)
{
    int status = 0;
    if (waitpid(command, &status, 0) != command)
        abort();
    slurp("out.txt", command_out);
    slurp("err.txt", command_err);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int cella(const char *format, ...)
{
    char line[4096];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    return command_end(command_start(line));
}

void command_await(const char *text)
{
    const struct timespec moment = {.tv_nsec = 20000000};
    for (int i = 0; i < 1000; i++) {
        slurp("err.txt", command_err);
        if (strstr(command_err, text))
            return;
        nanosleep(&moment, NULL);
    }
}

bool command_says(const char *text, const char *part)
{
    if (strstr(text, part))
        return true;
    fprintf(stderr, "    wanted: %s\n    got: %s\n", part, text);
    return false;
}
