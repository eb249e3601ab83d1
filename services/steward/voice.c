// SPDX-License-Identifier: GPL-3.0-or-later
#include "voice.h"
#include "abi/start.h"
#include "gen/port.h"
#include "os/panic.h"
#include "os/syscall.h"
#include "os/text.h"

enum { COM3 = 0x3e8, STATUS = 5, STATUS_EMPTY = 0x20, LOOKS = 100000 };

// The loader left the port set up (115200 8N1).
static void voice_char(char c)
{
    const cap_t ports = cap_first(INIT_PORTS);
    uint32_t status = 0;
    for (int i = 0; i < LOOKS && (status & STATUS_EMPTY) == 0; i++)
        if (port_read(ports, COM3 + STATUS, 1, &status) != ERR_OK)
            return;
    if (port_write(ports, COM3, 1, (uint8_t)c) != ERR_OK)
        return;
}

static void voice_string(const char *string)
{
    while (*string != '\0')
        voice_char(*string++);
}

void voice_line(const char *text)
{
    voice_string("steward: ");
    voice_string(text);
    voice_string("\r\n");
}

// In place of the one in lib/os, which would ask the log.
_Noreturn void panic(const char *file, int line, const char *why)
{
    char buffer[200];
    struct text t = text_begin(buffer, sizeof buffer);
    text_string(&t, "panic: ");
    text_string(&t, file);
    text_char(&t, ':');
    text_decimal(&t, (uint64_t)line);
    text_string(&t, ": ");
    text_string(&t, why);
    voice_line(buffer);
    sys_exit(EXIT_PANIC);
}
