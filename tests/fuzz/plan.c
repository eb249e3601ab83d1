// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as the plan of an image that somebody handed to `cella inspect`: refused, or it can be
// drawn.
#include "inspect.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static FILE *nowhere;
    uint8_t *copy = malloc(size); // aligned, and exactly as long
    struct plan_view view;

    if (!nowhere)
        nowhere = fopen("/dev/null", "w");
    if (size)
        memcpy(copy, data, size);
    if (plan_read(copy, size, &view) == ERR_OK)
        inspect_svg(nowhere, &view, "fuzz");
    free(copy);
    return 0;
}
