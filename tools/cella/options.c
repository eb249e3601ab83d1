// SPDX-License-Identifier: GPL-3.0-or-later
#include "options.h"
#include "report.h"
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct option_rule *rule_find(const struct option_rule *rules, const char *name,
                                           size_t length)
{
    for (; rules->name; rules++)
        if (strlen(rules->name) == length && !strncmp(rules->name, name, length))
            return rules;
    return NULL;
}

// One option, `--name`, `--name value` or `--name=value`. False: said.
static bool option_take(const struct option_rule *rules, const char *usage, int argc, char **argv,
                        int *at)
{
    const char *word = argv[*at], *equals = strchr(word, '=');
    size_t length = equals ? (size_t)(equals - word) : strlen(word);
    const struct option_rule *rule = rule_find(rules, word, length);
    if (!rule) {
        report_error("there is no option %.*s - usage: %s", (int)length, word, usage);
        return false;
    }
    if (rule->flag)
        *rule->flag = true;
    if (!rule->value) {
        if (equals)
            report_error("%s takes no value - usage: %s", rule->name, usage);
        return !equals;
    }
    if (!equals && *at + 1 == argc) {
        report_error("%s wants a value - usage: %s", rule->name, usage);
        return false;
    }
    *rule->value = equals ? equals + 1 : argv[++*at];
    return true;
}

bool options_read(int argc, char **argv, const struct option_rule *rules, const char *usage,
                  struct operands *operands)
{
    bool only_operands = false;
    operands->count = 0;
    for (int i = 0; i < argc; i++) {
        if (!only_operands && !strcmp(argv[i], "--help")) {
            printf("usage: %s\n", usage);
            exit(EXIT_GOOD);
        } else if (!only_operands && !strcmp(argv[i], "--")) {
            only_operands = true;
        } else if (!only_operands && argv[i][0] == '-' && argv[i][1]) {
            if (!option_take(rules, usage, argc, argv, &i))
                return false;
        } else if (operands->count == OPTIONS_OPERANDS) {
            report_error("too many arguments - usage: %s", usage);
            return false;
        } else {
            operands->at[operands->count++] = argv[i];
        }
    }
    return true;
}

bool option_number64(const char *name, const char *text, uint64_t max, uint64_t *out)
{
    char *end;
    errno = 0;
    unsigned long long n = strtoull(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || errno || n > max) {
        report_error("%s %s is not a number from 0 to %llu - give another", name, text,
                     (unsigned long long)max);
        return false;
    }
    *out = n;
    return true;
}

bool option_number(const char *name, const char *text, unsigned max, unsigned *out)
{
    uint64_t n;
    if (!option_number64(name, text, max, &n))
        return false;
    *out = (unsigned)n;
    return true;
}

bool in_kit(void)
{
    char self[PATH_MAX], path[PATH_MAX + 32];
    ssize_t size = readlink("/proc/self/exe", self, sizeof self - 1);
    if (size <= 0)
        return false;
    self[size] = 0;
    snprintf(path, sizeof path, "%s/tools/app.py", dirname(dirname(self)));
    return access(path, R_OK) == 0;
}

const char *run_path(const char *name)
{
    static char path[PATH_MAX + 64];
    char self[PATH_MAX];
    ssize_t size = readlink("/proc/self/exe", self, sizeof self - 1);
    if (access("build/run", F_OK) == 0 || size <= 0) {
        snprintf(path, sizeof path, "build/run/%s", name);
    } else {
        self[size] = 0;
        snprintf(path, sizeof path, "%s/run/%s", dirname(dirname(self)), name);
    }
    return path;
}
