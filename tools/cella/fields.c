// SPDX-License-Identifier: GPL-3.0-or-later
// Typed access to a table of settings; every wrong thing gets its line.
#include "common/near.h"
#include "profile.h"

#include <stdio.h>
#include <string.h>

bool profile_complain(struct complaint *c, const char *path, unsigned line,
                      enum profile_message message, const char *a, const char *b, const char *d)
{
    static const char *const texts[] = {
        "",
#define MESSAGE(name, text) text,
#include "profile_messages.def"
#undef MESSAGE
    };
    return complain(c, path, line, message, texts[message], a, b, d);
}

static bool fail(const struct fields *f, const struct setting *at, enum profile_message message,
                 const char *a, const char *b, const char *d)
{
    return profile_complain(f->c, f->path, at ? at->line : f->table->line, message, a, b, d);
}

bool fields_known(const struct fields *f)
{
    for (size_t i = 0; i < f->table->count; i++) {
        const struct setting *item = &f->table->items[i];
        struct near near;
        char hint[128];
        size_t k = 0;
        near_start(&near, item->key);
        while (f->known[k] && strcmp(f->known[k], item->key) != 0)
            near_try(&near, f->known[k++]);
        if (!f->known[k])
            return fail(f, item, PROFILE_UNKNOWN_KEY, item->key, f->what, near_hint(&near, hint));
    }
    return true;
}

const struct setting *fields_find(const struct fields *f, const char *key)
{
    for (size_t i = 0; i < f->table->count; i++)
        if (strcmp(f->table->items[i].key, key) == 0)
            return &f->table->items[i];
    return NULL;
}

bool fields_required(const struct fields *f, const char *key)
{
    return fields_find(f, key) || fail(f, NULL, PROFILE_MISSING_KEY, f->what, key, NULL);
}

bool fields_text(const struct fields *f, const char *key, char *out, size_t size)
{
    const struct setting *s = fields_find(f, key);
    char most[24];

    if (!s)
        return true;
    if (s->kind != SETTING_STRING)
        return fail(f, s, PROFILE_WRONG_TYPE, key, "text in quotes", NULL);
    snprintf(most, sizeof(most), "%zu", size - 1);
    if (strlen(s->string) >= size)
        return fail(f, s, PROFILE_BAD_TEXT, key, most, NULL);
    for (const char *p = s->string; *p; p++)
        if (*p < ' ' || *p > '~')
            return fail(f, s, PROFILE_BAD_TEXT, key, most, NULL);
    memset(out, 0, size);
    memcpy(out, s->string, strlen(s->string));
    return true;
}

bool fields_name(const struct fields *f, const char *key, char out[BUNDLE_NAME])
{
    const struct setting *s = fields_find(f, key);

    if (!s)
        return true;
    if (s->kind != SETTING_STRING)
        return fail(f, s, PROFILE_WRONG_TYPE, key, "text in quotes", NULL);
    if (!plan_name_good(s->string))
        return fail(f, s, PROFILE_BAD_NAME, s->string, NULL, NULL);
    memset(out, 0, BUNDLE_NAME);
    memcpy(out, s->string, strlen(s->string));
    return true;
}

bool fields_number(const struct fields *f, const char *key, int64_t least, int64_t most,
                   int64_t *out)
{
    const struct setting *s = fields_find(f, key);
    char a[24], b[24];

    if (!s)
        return true;
    if (s->kind != SETTING_INTEGER)
        return fail(f, s, PROFILE_WRONG_TYPE, key, "a whole number", NULL);
    snprintf(a, sizeof(a), "%lld", (long long)least);
    snprintf(b, sizeof(b), "%lld", (long long)most);
    if (s->integer < least || s->integer > most)
        return fail(f, s, PROFILE_OUT_OF_RANGE, key, a, b);
    *out = s->integer;
    return true;
}

bool fields_bool(const struct fields *f, const char *key, bool *out)
{
    const struct setting *s = fields_find(f, key);

    if (!s)
        return true;
    if (s->kind != SETTING_BOOL)
        return fail(f, s, PROFILE_WRONG_TYPE, key, "true or false", NULL);
    *out = s->boolean;
    return true;
}

// Digits, then K or M; "0" alone means none. In pages.
static bool pages_parse(const char *text, uint64_t *pages)
{
    uint64_t kib = 0;
    size_t digits = strspn(text, "0123456789");

    if (digits == 0 || digits > 7)
        return false;
    for (size_t i = 0; i < digits; i++)
        kib = kib * 10 + (uint64_t)(text[i] - '0');
    if (strcmp(text + digits, "M") == 0)
        kib *= 1024;
    else if (strcmp(text + digits, "K") != 0 && strcmp(text, "0") != 0)
        return false;
    *pages = kib / 4;
    return kib % 4 == 0;
}

bool fields_pages(const struct fields *f, const char *key, uint32_t most, uint32_t *out)
{
    const struct setting *s = fields_find(f, key);
    uint64_t pages = 0;
    char limit[24];

    if (!s)
        return true;
    snprintf(limit, sizeof(limit), "%llu", (unsigned long long)most * 4);
    if (s->kind != SETTING_STRING || !pages_parse(s->string, &pages) || pages > most)
        return fail(f, s, PROFILE_BAD_SIZE, key, limit, NULL);
    *out = (uint32_t)pages;
    return true;
}
