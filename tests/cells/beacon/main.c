// SPDX-License-Identifier: GPL-3.0-or-later
// Says again and again that it is alive. It has a page of code that never runs and one of constants
// that nobody reads, so that a changed bit there does nothing by itself.
#include "os/ipc.h"
#include "os/panic.h"
#include "os/syscall.h"
#include "tests/cells/probe.h"

#define EVERY ((nsec_t)50000000)

static __attribute__((noinline, aligned(PAGE_SIZE))) void beacon_never(void)
{
    static const char *const texts[] = {"this", "never", "runs"};

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        probe_say(texts[i]);
}

static __attribute__((aligned(PAGE_SIZE))) const uint8_t beacon_table[PAGE_SIZE] = {1, 2, 3};

int main(void)
{
    const char *argument = start_page()->argument;

    if (argument[0] == '!') // no profile says so
        beacon_never();
    if (argument[0] != '\0')
        probe_number("of the table", beacon_table[(uint8_t)argument[0]]);
    for (uint64_t n = 0;; n++) {
        uint64_t bits;

        probe_number("alive", n);
        err_t err = sys_wait(start_page()->signal, sys_now() + EVERY, &bits);
        ASSERT(err == ERR_TIMED_OUT, "nobody raises this signal");
    }
}
