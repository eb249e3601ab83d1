// SPDX-License-Identifier: GPL-3.0-or-later
// What must hold beyond the grammar: names, numbers, what fits into a message.
#include "common/near.h"
#include "idlc/model.h"

#include <string.h>

bool idl_complain(struct complaint *c, const char *path, unsigned line, enum idl_message message,
                  const char *a, const char *b, const char *d)
{
    static const char *const texts[] = {
        "",
#define MESSAGE(name, text) text,
#include "idlc/messages.def"
#undef MESSAGE
    };
    return complain(c, path, line, message, texts[message], a, b, d);
}

static bool fail(const struct idl *idl, const struct idl_method *m, struct complaint *c,
                 enum idl_message message, const char *a, const char *b)
{
    return idl_complain(c, idl->path, m->line, message, a, b, NULL);
}

// Every C name that one method's stubs use, so that none is used twice.
struct names {
    char name[6 * IDL_PARAMS + 8][IDL_NAME + 4];
    size_t count;
};

static bool names_add(struct names *names, const char *name, const char *suffix)
{
    char *fresh = names->name[names->count];

    snprintf(fresh, IDL_NAME + 4, "%s%s", name, suffix);
    for (size_t i = 0; i < names->count; i++)
        if (strcmp(names->name[i], fresh) == 0)
            return false;
    names->count++;
    return true;
}

static bool check_names(const struct idl *idl, const struct idl_method *m, struct complaint *c)
{
    static const char *const used[] = {"self", "who", "token", "error", "ops"};
    struct names names = {0};
    const struct idl_param *p;

    for (size_t i = 0; i < sizeof(used) / sizeof(used[0]); i++)
        (void)names_add(&names, used[i], "");
    for (size_t i = 0; i < m->arg_count + m->result_count; i++) {
        p = i < m->arg_count ? &m->args[i] : &m->results[i - m->arg_count];
        if (!names_add(&names, p->name, ""))
            return fail(idl, m, c, IDL_PARAM_TAKEN, p->name, NULL);
        if (idl_is_variable(p) &&
            (!names_add(&names, p->name, "_len") || !names_add(&names, p->name, "_cap")))
            return fail(idl, m, c, IDL_PARAM_TAKEN, names.name[names.count], NULL);
    }
    return true;
}

static bool check_words(const struct idl *idl, const struct idl_method *m, struct complaint *c)
{
    size_t words = 0, caps = 0;
    char count[16];

    for (size_t i = 0; i < m->arg_count; i++) {
        const struct idl_param *p = &m->args[i];
        if (idl->object && idl_is_bytes(p))
            return fail(idl, m, c, IDL_OBJECT_BYTES, p->name, NULL);
        if ((m->attributes & IDL_DEFERRED) && idl_is_bytes(p))
            return fail(idl, m, c, IDL_DEFERRED_BYTES, p->name, NULL);
        caps += p->type == IDL_CAP;
        words += !idl_is_bytes(p) && (idl->object || p->type != IDL_CAP);
    }
    if (!idl->object && caps > 1)
        return fail(idl, m, c, IDL_CAPS, NULL, NULL);
    if (caps != 0 && (m->attributes & IDL_IDEMPOTENT))
        return fail(idl, m, c, IDL_IDEMPOTENT_CAP, NULL, NULL);
    snprintf(count, sizeof(count), "%zu", words);
    if (words > MESSAGE_WORDS)
        return fail(idl, m, c, IDL_WORDS, count, "arguments");
    for (size_t i = 0; i < m->result_count; i++) {
        const struct idl_param *p = &m->results[i];
        if (idl_is_bytes(p))
            return fail(idl, m, c, IDL_RESULT_BYTES, p->name, NULL);
        if (!idl->object && p->type == IDL_CAP)
            return fail(idl, m, c, IDL_CAP_RESULT, p->name, NULL);
    }
    snprintf(count, sizeof(count), "%zu", m->result_count);
    if (m->result_count > MESSAGE_WORDS)
        return fail(idl, m, c, IDL_WORDS, count, "results");
    return true;
}

static bool layout(const struct idl *idl, struct idl_method *m, struct complaint *c)
{
    uint32_t at = 0, pages;
    char a[16], b[16];

    for (size_t i = 0; i < m->arg_count; i++) {
        struct idl_param *p = &m->args[i];
        if (!idl_is_bytes(p))
            continue;
        p->offset = at;
        at += (idl_is_variable(p) ? 8 : 0) + ((p->size + 7) & ~7u);
        m->lease_mut = m->lease_mut || idl_is_out(p);
    }
    pages = (at + PAGE_SIZE - 1) / PAGE_SIZE;
    snprintf(a, sizeof(a), "%u", pages);
    snprintf(b, sizeof(b), "%d", CELL_LEASE_PAGES);
    if (pages > CELL_LEASE_PAGES)
        return fail(idl, m, c, IDL_LEASE, a, b);
    m->lease_size = at;
    return true;
}

static bool check_error_name(const struct idl *idl, const struct idl_method *m, struct complaint *c,
                             const char *name)
{
    static const char *const errors[] = {
#define ERR(name, number, sentence) #name,
#include "abi/errors.def"
#undef ERR
    };
    struct near near;
    char hint[128];

    near_start(&near, name);
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        if (strcmp(name, errors[i]) == 0)
            return true;
        near_try(&near, errors[i]);
    }
    return fail(idl, m, c, IDL_ERROR_NAME, name, near_hint(&near, hint));
}

// `NAME (when), NAME.` after the word `Errors:`, comment markers and line ends counting as blanks.
static bool check_error_list(const struct idl *idl, const struct idl_method *m, struct complaint *c,
                             const char *p, const char *end)
{
    for (;;) {
        char name[IDL_NAME];
        size_t n = 0;
        while (p < end && (*p == ' ' || *p == '\n' || *p == '#'))
            p++;
        while (p < end && n < IDL_NAME - 1 && ((*p >= 'A' && *p <= 'Z') || *p == '_'))
            name[n++] = *p++;
        name[n] = 0;
        if (!n) {
            snprintf(name, sizeof(name), "%.*s", end - p > 12 ? 12 : (int)(end - p), p);
            return fail(idl, m, c, IDL_ERROR_LIST, name, NULL);
        }
        if (!check_error_name(idl, m, c, name))
            return false;
        while (p < end && (*p == ' ' || *p == '\n' || *p == '#'))
            p++;
        if (p < end && *p == '(') {
            while (p < end && *p != ')')
                p++;
            p += p < end;
        }
        if (p >= end || *p != ',')
            return true;
        p++;
    }
}

static bool check_errors(const struct idl *idl, const struct idl_method *m, struct complaint *c)
{
    static const char mark[] = "Errors:";
    const size_t size = sizeof(mark) - 1;
    const char *end;

    if (!m->doc.size)
        return true;
    end = m->doc.start + m->doc.size;
    for (const char *p = m->doc.start; (size_t)(end - p) >= size; p++)
        if (memcmp(p, mark, size) == 0)
            return check_error_list(idl, m, c, p + size, end);
    return true;
}

bool idl_check_method(const struct idl *idl, struct idl_method *m, struct complaint *c)
{
    char number[16], line[16];

    for (size_t i = 0; i < idl->method_count; i++) {
        const struct idl_method *old = &idl->methods[i];
        snprintf(number, sizeof(number), "%u", old->number);
        snprintf(line, sizeof(line), "%u", old->line);
        if (old->number == m->number)
            return idl_complain(c, idl->path, m->line, IDL_NUMBER_TAKEN, number, old->name, line);
        if (strcmp(old->name, m->name) == 0)
            return idl_complain(c, idl->path, m->line, IDL_NAME_TAKEN, old->name, number, line);
    }
    return check_names(idl, m, c) && check_words(idl, m, c) && layout(idl, m, c) &&
           check_errors(idl, m, c);
}

bool idl_check_file(const struct idl *idl, struct complaint *c)
{
    const char *base = strrchr(idl->path, '/');
    char wanted[IDL_NAME + 4];

    if (!idl->name[0])
        return idl_complain(c, idl->path, 0, IDL_NO_HEAD, NULL, NULL, NULL);
    base = base ? base + 1 : idl->path;
    snprintf(wanted, sizeof(wanted), "%s.idl", idl->name);
    if (strcmp(base, wanted) != 0)
        return idl_complain(c, idl->path, idl->line, IDL_FILE_NAME, idl->name, idl->name, NULL);
    if (!idl->method_count)
        return idl_complain(c, idl->path, idl->line, IDL_NO_METHOD, idl->name, NULL, NULL);
    return true;
}

bool idl_check_all(struct idl *const *files, size_t count, struct complaint *c)
{
    char number[16];

    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < i; j++) {
            const struct idl *a = files[i], *b = files[j];
            snprintf(number, sizeof(number), "%u", a->number);
            if (strcmp(a->name, b->name) == 0)
                return idl_complain(c, a->path, a->line, IDL_TITLE_TAKEN, a->name, b->path, NULL);
            if (!a->object && !b->object && a->number == b->number)
                return idl_complain(c, a->path, a->line, IDL_SERVICE_TAKEN, number, b->path, NULL);
        }
    }
    return true;
}
