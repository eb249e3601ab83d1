// SPDX-License-Identifier: GPL-3.0-or-later
#include "report.h"
#include <stdarg.h>
#include <stdio.h>

void report_error(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("cella: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
}

void report_note(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
}
