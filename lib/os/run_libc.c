// SPDX-License-Identifier: GPL-3.0-or-later
// Starts musl the way a Unix kernel would: arguments, environment and auxiliary vector lie behind
// one another in memory.
#include "os/random.h"
#include "os/run.h"
#include <elf.h>
#include <stdint.h>

int main(void);

// musl's own entry (src/env/__libc_start_main.c); it calls main and then exit.
int __libc_start_main(int (*run)(int, char **, char **), int argc, char **argv,
                      void (*unused_1)(void), void (*unused_2)(void), void (*unused_3)(void));

static int run_main(int argc, char **argv, char **environment)
{
    (void)argc;
    (void)argv;
    (void)environment;
    return main();
}

_Noreturn void cell_run(void)
{
    static uint64_t seed[2]; // malloc keys its headers with it
    static char name[] = "cell";
    static struct {
        char *argv[2];
        char *environment[1];
        uintptr_t auxiliary[6];
    } stack = {
        .argv = {name, 0}
    };
    seed[0] = random_word();
    seed[1] = random_word();
    const uintptr_t auxiliary[6] = {AT_PAGESZ, 4096, AT_RANDOM, (uintptr_t)seed, AT_NULL, 0};
    for (int i = 0; i < 6; i++)
        stack.auxiliary[i] = auxiliary[i];
    __libc_start_main(run_main, 1, stack.argv, 0, 0, 0);
    __builtin_unreachable();
}
