// SPDX-License-Identifier: GPL-3.0-or-later
// Standard output and error as lines of the log. A line is sent when it is complete or as long as
// the log takes; without permission to write to the log it is dropped.
#pragma once
#include <stddef.h>

enum { STREAM_OUT = 0, STREAM_ERROR = 1, STREAM_COUNT = 2, STREAM_LINE = 512 };

void stream_write(int stream, const char *data, size_t size);

// Send what is left of unfinished lines.
void stream_flush(void);
