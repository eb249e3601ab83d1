// SPDX-License-Identifier: GPL-3.0-or-later
// Three ways to say something without any cell: start-up lines on the log's line, and the reason
// for stopping on the console's and the log's.
#include "x86.h"

enum { CONSOLE = 0x3f8, LOG = 0x3e8, LINE_STATUS = 5, TRANSMIT_EMPTY = 0x20, PATIENCE = 100000 };

static void line_put(uint16_t base, char c)
{
    for (int i = 0; i < PATIENCE && !(in8(base + LINE_STATUS) & TRANSMIT_EMPTY); i++)
        ;
    out8(base, (uint8_t)c);
}

static void line_write(uint16_t base, const char *text)
{
    for (; *text; text++)
        line_put(base, *text);
}

static void line_number(uint16_t base, uint64_t value)
{
    line_write(base, "0x");
    for (int shift = 60; shift >= 0; shift -= 4)
        if (value >> shift || shift == 0)
            line_put(base, "0123456789abcdef"[value >> shift & 15]);
}

void serial_write(const char *text)
{
    line_write(LOG, text);
}

void serial_decimal(uint64_t value)
{
    uint64_t unit = 1;

    while (value / unit >= 10)
        unit *= 10;
    for (; unit; unit /= 10)
        line_put(LOG, (char)('0' + value / unit % 10));
}

void stop(const char *why, const uint64_t *words)
{
    static const uint16_t lines[] = {CONSOLE, LOG};

    for (int i = 0; i < 2; i++) {
        line_write(lines[i], "\r\ncella: the machine stopped: ");
        line_write(lines[i], why);
        for (int n = 0; words && n < 4; n++) {
            line_put(lines[i], ' ');
            line_number(lines[i], words[n]);
        }
        line_write(lines[i], "\r\n");
    }
    for (;;)
        __asm__ volatile("cli\n\thlt");
}

void arch_halt(const char *why, const uint64_t *words)
{
    stop(why, words);
}

void panic(const char *file, int line, const char *why)
{
    static uint64_t words[4];

    serial_write("\r\n");
    serial_write(file);
    words[0] = (uint64_t)line;
    stop(why, words);
}
