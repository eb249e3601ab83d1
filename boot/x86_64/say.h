// SPDX-License-Identifier: GPL-3.0-or-later
// What the loader says. Progress goes to the log port only (the third UART). A stop goes to the
// screen if there is one, to the trusted port (the first UART) and to the log port, and then the
// processor halts for good: no key is read. The second UART is the companion's link and is never
// touched.
#pragma once
#include "format/boot_stop.h"

void say_start(void);
void say_progress(const char *text);

// Also show stops with `show` from now on; NULL: no longer.
void say_screen(void (*show)(const char *text));

_Noreturn void stop(enum boot_stop why);

// Stops unless `answer` is BOOT_CLEAR.
void stop_unless_clear(enum boot_stop answer);
