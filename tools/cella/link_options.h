// SPDX-License-Identifier: GPL-3.0-or-later
// What every subcommand that talks to a device takes: which one, and how long it may be silent.
#pragma once
#include "device.h"
#include "options.h"

struct link_options {
    const char *socket;
    const char *timeout;
};

// In a table of struct option_rule.
#define LINK_OPTIONS(o)                                                                            \
    {"--device", &(o).socket, NULL},                                                               \
    {                                                                                              \
        "--timeout", &(o).timeout, NULL                                                            \
    }

void link_options_start(struct link_options *o);

// False: said on standard error.
bool link_options_open(const struct link_options *o, struct device *device);
