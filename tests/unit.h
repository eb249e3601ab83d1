// SPDX-License-Identifier: GPL-3.0-or-later
// The unit test harness: a test is a program that checks and counts. A failed check is printed with
// its place and makes the program fail; a program that checked nothing fails too. Of many failures
// the first are shown.
#pragma once
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { UNIT_SHOWN = 100 };

static unsigned long unit_checks;
static unsigned long unit_failures;

static inline int unit_check(int good, const char *what, const char *file, int line)
{
    unit_checks++;
    if (!good) {
        if (++unit_failures <= UNIT_SHOWN)
            fprintf(stderr, "%s:%d: failed: %s\n", file, line, what);
    }
    return good;
}

static inline void unit_check_eq(uint64_t a, uint64_t b, const char *what, const char *file,
                                 int line)
{
    if (!unit_check(a == b, what, file, line) && unit_failures <= UNIT_SHOWN)
        fprintf(stderr, "    left %llu (0x%llx), right %llu (0x%llx)\n", (unsigned long long)a,
                (unsigned long long)a, (unsigned long long)b, (unsigned long long)b);
}

#define CHECK(cond)        unit_check(!!(cond), #cond, __FILE__, __LINE__)
#define CHECK_EQ(a, b)     unit_check_eq((uint64_t)(a), (uint64_t)(b), #a " == " #b, __FILE__, __LINE__)
#define CHECK_MEM(a, b, n) unit_check(memcmp(a, b, n) == 0, #a " == " #b, __FILE__, __LINE__)

// The last line of main: the exit status, 0 only if something was checked and nothing failed.
static inline int unit_done(void)
{
    printf("%lu checks, %lu failed\n", unit_checks, unit_failures);
    return unit_checks == 0 || unit_failures != 0;
}
