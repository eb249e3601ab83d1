// SPDX-License-Identifier: GPL-3.0-or-later
// Files in memory that a profile is read from: one text holds several, each behind a line
// `#=== PATH`.
#pragma once
#include "cella/profile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILES_MAX = 32 };

struct memory_file {
    char path[PROFILE_PATH];
    const char *text;
    size_t size;
};

struct memory_tree {
    struct memory_file files[FILES_MAX];
    size_t count;
};

// Files of `text` (which stays) replace those of the same path; what does not fit is left out.
static inline void tree_add(struct memory_tree *tree, const char *text)
{
    const char *mark = "#=== ", *at = strstr(text, mark);

    while (at && strchr(at, '\n')) {
        const char *line = strchr(at, '\n'), *next = strstr(line, mark);
        char path[PROFILE_PATH];
        size_t i = 0;
        snprintf(path, sizeof(path), "%.*s", (int)(line - at - 5), at + 5);
        while (i < tree->count && strcmp(tree->files[i].path, path) != 0)
            i++;
        if (i == FILES_MAX)
            return;
        if (i == tree->count)
            tree->count++;
        snprintf(tree->files[i].path, PROFILE_PATH, "%s", path);
        tree->files[i].text = line + 1;
        tree->files[i].size = next ? (size_t)(next - line - 1) : strlen(line + 1);
        at = next;
    }
}

// The `read` of a struct source whose context is the tree.
static inline char *tree_read(void *context, const char *path, size_t *size)
{
    const struct memory_tree *tree = context;

    for (size_t i = 0; i < tree->count; i++)
        if (strcmp(tree->files[i].path, path) == 0) {
            char *copy = malloc(tree->files[i].size + 1); // exactly: the sanitizer sees overreads
            if (!copy)
                abort();
            memcpy(copy, tree->files[i].text, tree->files[i].size);
            copy[tree->files[i].size] = 0;
            *size = tree->files[i].size;
            return copy;
        }
    return NULL;
}
