// SPDX-License-Identifier: GPL-3.0-or-later
// A service that says where it lies and what its canary is, then faults, so that it is started
// again and lies elsewhere.
#include "os/ipc.h"
#include "os/text.h"
#include "tests/cells/probe.h"

extern uintptr_t __stack_chk_guard; // lib/os/guard.c

static void say_hex(struct text *t, const char *what, uint64_t value)
{
    text_string(t, what);
    text_hex(t, value);
}

// The test compares the fault's position with this function's place in the program file.
__attribute__((noinline)) static void placed_end(void)
{
    __asm__ volatile("ud2");
}

int main(void)
{
    char line[160];
    struct text t = text_begin(line, sizeof line - 1);
    say_hex(&t, "run code ", (uint64_t)(uintptr_t)main);
    say_hex(&t, " heap ", start_page()->heap);
    say_hex(&t, " stack ", (uint64_t)(uintptr_t)line);
    say_hex(&t, " canary ", __stack_chk_guard);
    line[t.length] = 0;
    probe_say(line);
    placed_end();
    return 0;
}
