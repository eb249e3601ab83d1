// SPDX-License-Identifier: GPL-3.0-or-later
#include "os/stream.h"
#include "gen/log.h"

static struct line {
    char text[STREAM_LINE];
    size_t length;
} lines[STREAM_COUNT];

static void line_send(struct line *l)
{
    err_t err = log_write((const uint8_t *)l->text, l->length);
    (void)err; // nobody is left to tell
    l->length = 0;
}

void stream_write(int stream, const char *data, size_t size)
{
    struct line *l = &lines[stream];
    for (size_t i = 0; i < size; i++) {
        if (data[i] == '\n') {
            line_send(l);
            continue;
        }
        l->text[l->length++] = data[i];
        if (l->length == STREAM_LINE)
            line_send(l);
    }
}

void stream_flush(void)
{
    for (int i = 0; i < STREAM_COUNT; i++)
        if (lines[i].length != 0)
            line_send(&lines[i]);
}
