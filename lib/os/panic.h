// SPDX-License-Identifier: GPL-3.0-or-later
// A bug of our own: say where and which invariant broke, then stop the cell.
#pragma once

enum {
    // The status that the steward sees.
    EXIT_PANIC = 255,
    EXIT_SMASHED = 254, // a canary on its stack was overwritten (os/guard.c)
};

_Noreturn void panic(const char *file, int line, const char *why);

#define PANIC(why) panic(__FILE__, __LINE__, why)
#define ASSERT(condition, why)                                                                     \
    do {                                                                                           \
        if (!(condition))                                                                          \
            PANIC(why);                                                                            \
    } while (0)
