// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/near.h"

#include <stdio.h>
#include <string.h>

enum { NEAR_LENGTH = 63 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

// Damerau's distance in the restricted form: insert, delete, replace, swap two neighbours; `limit`
// or more if it is not below that. A row comes from the two before it, and nothing gets less.
static size_t distance(const char *a, const char *b, size_t limit)
{
    size_t n = strlen(a), m = strlen(b);
    size_t row[3][NEAR_LENGTH + 1], lowest = 0, lowest_before;

    if (n > NEAR_LENGTH || m > NEAR_LENGTH)
        return NEAR_LENGTH;
    if ((n > m ? n - m : m - n) >= limit)
        return limit;
    for (size_t j = 0; j <= m; j++)
        row[0][j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t *now = row[i % 3], *before = row[(i + 2) % 3], *earlier = row[(i + 1) % 3];
        now[0] = i;
        lowest_before = lowest;
        lowest = i;
        for (size_t j = 1; j <= m; j++) {
            now[j] =
                least(before[j - 1] + (a[i - 1] != b[j - 1]), least(before[j], now[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = least(now[j], earlier[j - 2] + 1);
            lowest = least(lowest, now[j]);
        }
        if (lowest >= limit && lowest_before >= limit)
            return limit;
    }
    return row[n % 3][m];
}

void near_start(struct near *near, const char *wanted)
{
    // A third of the letters may be wrong: further away a suggestion confuses more than it helps.
    *near = (struct near){.wanted = wanted, .distance = strlen(wanted) / 3 + 2};
}

void near_try(struct near *near, const char *candidate)
{
    size_t d = distance(near->wanted, candidate, near->distance);

    if (d < near->distance) {
        near->distance = d;
        near->name = candidate;
    }
}

const char *near_hint(const struct near *near, char text[128])
{
    text[0] = 0;
    if (near->name)
        snprintf(text, 128, ", did you mean `%s`?", near->name);
    return text;
}
