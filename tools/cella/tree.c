// SPDX-License-Identifier: GPL-3.0-or-later
#include "tree.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

enum { TEXT_MAX = 1 << 20 };

static char *tree_read(void *context, const char *path, size_t *size)
{
    char whole[PATH_MAX];
    char *text = malloc(TEXT_MAX + 1);
    FILE *f;
    size_t n;

    if (!text)
        abort();
    snprintf(whole, sizeof(whole), "%s/%s", (const char *)context, path);
    f = fopen(path[0] == '/' ? path : whole, "rb");
    n = f ? fread(text, 1, TEXT_MAX + 1, f) : 0;
    if (!f || ferror(f) || n > TEXT_MAX) {
        if (f)
            fclose(f);
        free(text);
        return NULL;
    }
    fclose(f);
    text[n] = 0;
    *size = n;
    return text;
}

struct source tree_source(const char *root)
{
    // The context is only ever handed back to tree_read.
    return (struct source){.context = (void *)(uintptr_t)root, .read = tree_read};
}
