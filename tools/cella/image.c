// SPDX-License-Identifier: GPL-3.0-or-later
// cella image: everything that makes system images.
#include "image_file.h"
#include "parts.h"

static const struct part list[] = {
#define PART(name, takes, summary) {#name, image_##name, takes, summary},
#include "image_parts.def"
#undef PART
};

int image_command(int argc, char **argv)
{
    static const struct parts parts = {"image", list, sizeof(list) / sizeof(list[0]), NULL};

    return parts_run(&parts, argc, argv);
}
