// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/refusal.h"
#include <stdio.h>
#include <string.h>

struct refusal_row {
    uint32_t code;
    const char *name;
    const char *sentence;
};

static const struct refusal_row refusal_rows[] = {
#define REFUSAL(name, number, sentence) {number, #name, sentence},
#include "abi/refusals.def"
#undef REFUSAL
};

static const struct refusal_row *row_find(uint32_t code)
{
    for (size_t i = 0; i < sizeof(refusal_rows) / sizeof(refusal_rows[0]); i++)
        if (refusal_rows[i].code == code)
            return &refusal_rows[i];
    return NULL;
}

err_t refusal_set(struct refusal *why, uint32_t code, uint32_t index)
{
    *why = (struct refusal){code, index};
    return ERR_REFUSED;
}

const char *refusal_name(uint32_t code)
{
    const struct refusal_row *row = row_find(code);
    return row == NULL ? NULL : row->name;
}

const char *refusal_sentence(uint32_t code)
{
    const struct refusal_row *row = row_find(code);
    return row == NULL ? NULL : row->sentence;
}

void refusal_print(struct refusal why, char out[static REFUSAL_TEXT_MAX])
{
    const char *sentence = refusal_sentence(why.code);
    if (sentence == NULL) {
        snprintf(out, REFUSAL_TEXT_MAX, "Refusal %u, which this program does not know - update it.",
                 (unsigned)why.code);
        return;
    }
    const char *mark = strchr(sentence, '#');
    if (mark == NULL)
        snprintf(out, REFUSAL_TEXT_MAX, "%s", sentence);
    else
        snprintf(out, REFUSAL_TEXT_MAX, "%.*s%llu%s", (int)(mark - sentence), sentence,
                 (unsigned long long)why.index + 1, mark + 1);
}
