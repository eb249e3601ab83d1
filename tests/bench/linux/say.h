// SPDX-License-Identifier: GPL-3.0-or-later
// What every program that measures Linux says and how it ends. In a header, so that nothing of it
// is a call into another file while something is measured.
#pragma once
#include "kernel.h"
#include <linux/reboot.h>
#include <stddef.h>

static inline void say(const char *text)
{
    size_t length = 0;
    while (text[length])
        length++;
    (void)call3(__NR_write, 1, at(text), length);
}

static inline void say_number(const char *kind, const char *name, uint64_t number)
{
    char digits[24];
    size_t i = sizeof digits - 1;

    digits[i] = 0;
    do
        digits[--i] = (char)('0' + number % 10);
    while (number /= 10);
    say(kind);
    say(name);
    say(" ");
    say(digits + i);
    say("\n");
}

static inline _Noreturn void stop(void)
{
    for (;;)
        (void)call6(__NR_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, LINUX_REBOOT_CMD_RESTART,
                    0, 0, 0);
}

static inline int64_t must(int64_t result, const char *what)
{
    if (result < 0) {
        say("failed: ");
        say(what);
        say("\n");
        stop();
    }
    return result;
}

static inline uint64_t ticks(void)
{
    uint32_t low, high;

    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
}
