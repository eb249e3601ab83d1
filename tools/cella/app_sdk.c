// SPDX-License-Identifier: GPL-3.0-or-later
// cella app new, build, run, test: what the development kit does (sdk/tools/app.py), found beside
// this program.
#include "app.h"
#include "report.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WORDS_MAX = 16 };

// The kit's folder: this program lies in its bin/, or in build/host/ beside build/cella-sdk/.
// False: said.
static bool kit_find(char kit[PATH_MAX])
{
    static const char *const places[] = {"..", "../cella-sdk"};
    char self[PATH_MAX], path[PATH_MAX + 32];
    ssize_t size = readlink("/proc/self/exe", self, sizeof(self) - 1);

    if (size > 0) {
        self[size] = 0;
        *strrchr(self, '/') = 0;
        for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
            snprintf(path, sizeof(path), "%s/%s/tools/app.py", self, places[i]);
            if (access(path, R_OK) != 0)
                continue;
            snprintf(path, sizeof(path), "%s/%s", self, places[i]);
            return realpath(path, kit) != NULL;
        }
    }
    report_error(
        "the development kit is not beside this program - make it with `make sdk`, and use "
        "the `cella` in its bin/");
    return false;
}

int app_kit_run(const char *verb, int argc, char **argv)
{
    char kit[PATH_MAX], script[PATH_MAX + 16];
    char python[] = "python3", bare[] = "-B";
    char *words[WORDS_MAX + 5] = {python, bare, script};
    char *copy = strdup(verb);
    int count = 3;

    if (!copy)
        abort();
    if (argc > WORDS_MAX) {
        report_error("more than %d arguments - give fewer", WORDS_MAX);
        return EXIT_UNABLE;
    }
    if (!kit_find(kit))
        return EXIT_UNABLE;
    snprintf(script, sizeof(script), "%s/tools/app.py", kit);
    words[count++] = copy;
    for (int i = 0; i < argc; i++)
        words[count++] = argv[i];
    execvp(python, words);
    report_error("python3 does not start: %s - install it", strerror(errno));
    return EXIT_UNABLE;
}

int app_new(int argc, char **argv)
{
    return app_kit_run("new", argc, argv);
}

int app_build(int argc, char **argv)
{
    return app_kit_run("build", argc, argv);
}

int app_run(int argc, char **argv)
{
    return app_kit_run("run", argc, argv);
}

int app_test(int argc, char **argv)
{
    return app_kit_run("test", argc, argv);
}
