// SPDX-License-Identifier: GPL-3.0-or-later
#include "report.h"
#include "shown.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

// In one piece, so that lines of two programs do not mix. Names in it are somebody else's words.
static void message_print(const char *before, const char *format, va_list arguments)
{
    char *text = NULL;
    if (vasprintf(&text, format, arguments) < 0)
        abort();
    shown_message(text);
    fprintf(stderr, "%s%s\n", before, text);
    free(text);
}

void report_error(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    message_print("cella: ", format, arguments);
    va_end(arguments);
}

void report_note(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    message_print("", format, arguments);
    va_end(arguments);
}
