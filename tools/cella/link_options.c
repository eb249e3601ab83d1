// SPDX-License-Identifier: GPL-3.0-or-later
#include "link_options.h"
#include <stddef.h>

enum { TIMEOUT_MAX = 3600 };

void link_options_start(struct link_options *o)
{
    *o = (struct link_options){.socket = run_path("link.sock")};
}

bool link_options_open(const struct link_options *o, struct device *device)
{
    unsigned seconds = DEVICE_PATIENCE;
    if (o->timeout && !option_number("--timeout", o->timeout, TIMEOUT_MAX, &seconds))
        return false;
    return device_open(device, o->socket, seconds);
}
