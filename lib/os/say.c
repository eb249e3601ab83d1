// SPDX-License-Identifier: GPL-3.0-or-later
#include "os/say.h"
#include "gen/log.h"
#include <string.h>

void say_line(const char *line)
{
    err_t err = log_write((const uint8_t *)line, strlen(line));
    (void)err;
}
