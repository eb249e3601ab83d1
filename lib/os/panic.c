// SPDX-License-Identifier: GPL-3.0-or-later
#include "os/panic.h"
#include "gen/log.h"
#include "os/syscall.h"
#include "os/text.h"

_Noreturn void panic(const char *file, int line, const char *why)
{
    char buffer[256];
    struct text t = text_begin(buffer, sizeof buffer);
    text_string(&t, "panic: ");
    text_string(&t, file);
    text_char(&t, ':');
    text_decimal(&t, (uint64_t)line);
    text_string(&t, ": ");
    text_string(&t, why);
    // Without permission to log, the exit status has to say it alone.
    if (log_write((const uint8_t *)buffer, t.length) != ERR_OK)
        sys_exit(EXIT_PANIC);
    sys_exit(EXIT_PANIC);
}
