// SPDX-License-Identifier: GPL-3.0-or-later
#include "line.h"
#include "os/text.h"

size_t line_make(char out[LINE_SIZE], const char name[LINE_NAME], const void *text, size_t size)
{
    struct text t = text_begin(out, LINE_SIZE);
    text_name(&t, name, LINE_NAME);
    text_string(&t, ": ");
    text_escaped(&t, text, size);
    text_string(&t, "\r\n");
    return t.length;
}
