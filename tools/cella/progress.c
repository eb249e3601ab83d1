// SPDX-License-Identifier: GPL-3.0-or-later
#include "progress.h"
#include <stdio.h>
#include <time.h>
#include <unistd.h>

uint64_t clock_ms(void)
{
    struct timespec t = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

void progress_start(struct progress *p, const char *what)
{
    *p = (struct progress){.what = what, .start = clock_ms()};
}

void progress_update(struct progress *p, uint64_t done, uint64_t total)
{
    if (clock_ms() - p->start < 1000 || !isatty(STDERR_FILENO))
        return;
    p->shown = true;
    fprintf(stderr, "\r\033[K%s", p->what);
    if (total)
        fprintf(stderr, ": %u %%", (unsigned)(done * 100 / total));
    else
        fprintf(stderr, " (%u s)", (unsigned)((clock_ms() - p->start) / 1000));
    fflush(stderr);
}

void progress_end(struct progress *p)
{
    if (p->shown)
        fputs("\r\033[K", stderr);
    p->shown = false;
}
