// SPDX-License-Identifier: GPL-3.0-or-later
// The smallest program with a C library: what it prints comes out of the log's line.
#include "tests/cells/probe.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void use_heap(void)
{
    char *text = malloc(100000);
    probe(text != NULL, "malloc");
    if (!text)
        return;
    memset(text, 'x', 99999);
    text[99999] = '\0';
    probe_eq(strlen(text), 99999, "strlen");
    free(text);
}

static void use_fpu(void)
{
    char text[32];
    volatile double third = 1.0 / 3;
    snprintf(text, sizeof text, "%.6f", third);
    probe(strcmp(text, "0.333333") == 0, "floating point");
}

int main(void)
{
    struct leaks before = leaks_now();
    printf("hello from musl, %d cells\n", (int)before.cells);
    use_heap();
    use_fpu();
    leaks_probe(&before);
    return probe_end();
}
