// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/measure.h"

#include <stddef.h>
#include <string.h>

_Static_assert(sizeof MEASURE_PROFILE + BUNDLE_NAME <= MEASURE_TEXT, "every name fits");

static void text_add(struct measurement *m, const char *text)
{
    for (; *text != 0; text++)
        m->text[m->text_size++] = *text;
}

void measure_list(const struct bundle_header *header, struct measurement out[static MEASURE_COUNT])
{
    memset(out, 0, MEASURE_COUNT * sizeof *out);
    out[0].pcr = BOOT_PCR_BUNDLE;
    memcpy(out[0].bytes, header, BUNDLE_SIGNED);
    memset(out[0].bytes + offsetof(struct bundle_header, policy), 0, sizeof header->policy);
    out[0].data = out[0].bytes;
    out[0].size = BUNDLE_SIGNED;
    text_add(&out[0], "cella bundle header");
    out[1].pcr = BOOT_PCR_PROFILE;
    text_add(&out[1], MEASURE_PROFILE);
    text_add(&out[1], header->profile);
    out[1].data = out[1].text;
    out[1].size = out[1].text_size;
}
