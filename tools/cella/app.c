// SPDX-License-Identifier: GPL-3.0-or-later
// cella app: everything that makes apps and brings them onto a device.
#include "app.h"
#include "parts.h"

static const struct part list[] = {
#define PART(name, takes, summary) {#name, app_##name, takes, summary},
#include "app_parts.def"
#undef PART
};

int app_command(int argc, char **argv)
{
    static const struct parts parts = {"app", list, sizeof(list) / sizeof(list[0]), NULL};

    return parts_run(&parts, argc, argv);
}
