// SPDX-License-Identifier: GPL-3.0-or-later
// Did you mean: the valid name that is nearest to a misspelt one.
#pragma once
#include <stddef.h>

// Feed candidates one by one; `name` is the best so far, NULL while none is near enough to help.
struct near {
    const char *wanted;
    const char *name;
    size_t distance;
};

void near_start(struct near *near, const char *wanted);
void near_try(struct near *near, const char *candidate);

// Into `text`: "" or ", did you mean `name`?". Returns text.
const char *near_hint(const struct near *near, char text[128]);
