// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/complaint.h"

#include <stdio.h>
#include <string.h>

_Bool complain(struct complaint *c, const char *file, unsigned line, unsigned number,
               const char *format, const char *a, const char *b, const char *d)
{
    const char *args[] = {a ? a : "", b ? b : "", d ? d : ""};
    size_t next = 0, used;

    if (c->number)
        return 0;
    c->number = number;
    if (line)
        snprintf(c->text, sizeof(c->text) / 2, "%s:%u: ", file, line);
    else
        snprintf(c->text, sizeof(c->text) / 2, "%s: ", file);
    used = strlen(c->text);
    for (const char *f = format; *f && used < sizeof(c->text) - 1; f++) {
        if (f[0] == '{' && f[1] == '}' && next < 3) {
            snprintf(c->text + used, sizeof(c->text) - used, "%s", args[next++]);
            used += strlen(c->text + used);
            f++;
        } else {
            c->text[used++] = *f;
            c->text[used] = 0;
        }
    }
    return 0;
}
