// SPDX-License-Identifier: GPL-3.0-or-later
// The parser. One line is one thing: a comment, the head, or a method.
#include "common/near.h"
#include "idlc/model.h"

#include <stdlib.h>
#include <string.h>

enum { TOKEN = 64 };

struct reader {
    struct idl *idl;
    struct complaint *c;
    const char *at, *end; // of the current line
    unsigned line;
    char token[TOKEN]; // "" at the end of the line
};

static bool fail(struct reader *r, enum idl_message message, const char *a, const char *b)
{
    return idl_complain(r->c, r->idl->path, r->line, message, a, b, NULL);
}

static bool is_word_char(char ch)
{
    return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') ||
           ch == '_';
}

// The next token: a word, `->`, or one other character.
static const char *next(struct reader *r)
{
    size_t n = 0;

    while (r->at < r->end && (*r->at == ' ' || *r->at == '\t'))
        r->at++;
    if (r->at < r->end && is_word_char(*r->at)) {
        while (r->at < r->end && is_word_char(*r->at) && n < TOKEN - 1)
            r->token[n++] = *r->at++;
    } else if (r->end - r->at >= 2 && r->at[0] == '-' && r->at[1] == '>') {
        r->token[n++] = *r->at++;
        r->token[n++] = *r->at++;
    } else if (r->at < r->end) {
        r->token[n++] = *r->at++;
    }
    r->token[n] = 0;
    return r->token;
}

static bool is(const struct reader *r, const char *token)
{
    return strcmp(r->token, token) == 0;
}

static bool expected(struct reader *r, const char *what)
{
    char found[TOKEN + 2];

    snprintf(found, sizeof(found), "`%s`", r->token);
    return fail(r, IDL_EXPECTED, what, r->token[0] ? found : "the end of the line");
}

static bool read_name(struct reader *r, const char *what, char out[IDL_NAME])
{
    static const char *const reserved[] = {
        "auto",   "bool",   "break",    "case",   "char",     "const",    "continue", "default",
        "do",     "double", "else",     "enum",   "extern",   "false",    "float",    "for",
        "goto",   "if",     "inline",   "int",    "long",     "register", "restrict", "return",
        "short",  "signed", "sizeof",   "static", "struct",   "switch",   "true",     "typedef",
        "typeof", "union",  "unsigned", "void",   "volatile", "while",
    };
    size_t n = strlen(r->token);
    bool good = r->token[0] >= 'a' && r->token[0] <= 'z' && n < IDL_NAME - 1;

    if (!n || !is_word_char(r->token[0]))
        return expected(r, what);
    for (size_t i = 0; i < n; i++) {
        if (r->token[i] >= 'A' && r->token[i] <= 'Z')
            good = false;
        if (r->token[i] == '_' && (i + 1 == n || r->token[i + 1] == '_'))
            good = false;
    }
    if (!good)
        return fail(r, IDL_BAD_NAME, r->token, NULL);
    for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++)
        if (is(r, reserved[i]))
            return fail(r, IDL_C_WORD, r->token, NULL);
    snprintf(out, IDL_NAME, "%s", r->token);
    return true;
}

static bool read_number(struct reader *r, uint32_t most, enum idl_message wrong, uint32_t *out)
{
    uint32_t value = 0;

    for (const char *p = r->token; *p; p++) {
        if (*p < '0' || *p > '9' || p - r->token > 7)
            return fail(r, wrong, r->token, NULL);
        value = value * 10 + (uint32_t)(*p - '0');
    }
    if (value == 0 || value > most)
        return fail(r, wrong, r->token, NULL);
    *out = value;
    return true;
}

static bool read_bytes_type(struct reader *r, struct idl_param *p)
{
    bool out = is(r, "out");
    char hint[128];
    struct near near;

    next(r);
    if (!is(r, "bytes") && !is(r, "fixed")) {
        near_start(&near, r->token);
        near_try(&near, "bytes");
        near_try(&near, "fixed");
        return fail(r, IDL_BYTES, r->token, near_hint(&near, hint));
    }
    if (is(r, "bytes"))
        p->type = out ? IDL_OUT_BYTES : IDL_IN_BYTES;
    else
        p->type = out ? IDL_OUT_FIXED : IDL_IN_FIXED;
    next(r);
    return read_number(r, IDL_SIZE_MAX, IDL_SIZE, &p->size);
}

static bool read_type(struct reader *r, struct idl_param *p)
{
    char hint[128];
    struct near near;

    near_start(&near, next(r));
    if (is(r, "in") || is(r, "out"))
        return read_bytes_type(r, p);
    for (enum idl_type t = IDL_U8; t <= IDL_CAP; t++) {
        if (is(r, idl_type_name(t))) {
            p->type = t;
            return true;
        }
        near_try(&near, idl_type_name(t));
    }
    near_try(&near, "in");
    near_try(&near, "out");
    return fail(r, IDL_TYPE, r->token, near_hint(&near, hint));
}

// `name: type, name: type)`, the opening parenthesis being the current token.
static bool read_params(struct reader *r, struct idl_param params[IDL_PARAMS], size_t *count)
{
    if (!is(r, "("))
        return expected(r, "`(`");
    next(r);
    while (!is(r, ")")) {
        struct idl_param p = {0};
        if (*count == IDL_PARAMS)
            return fail(r, IDL_PARAM_COUNT, NULL, NULL);
        if (!read_name(r, "the name of an argument or `)`", p.name))
            return false;
        next(r);
        if (!is(r, ":"))
            return expected(r, "`:` and a type");
        if (!read_type(r, &p))
            return false;
        params[(*count)++] = p;
        next(r);
        if (is(r, ","))
            next(r);
        else if (!is(r, ")"))
            return expected(r, "`,` or `)`");
    }
    next(r);
    return true;
}

static bool read_attributes(struct reader *r, struct idl_method *m)
{
    for (next(r); is_word_char(r->token[0]); next(r)) {
        struct near near;
        char hint[128];
        uint32_t bit = 0;
        near_start(&near, r->token);
        for (uint32_t i = 0; i < 4; i++) {
            near_try(&near, idl_attribute_names[i]);
            if (is(r, idl_attribute_names[i]))
                bit = 1u << i;
        }
        if (!bit)
            return fail(r, IDL_ATTRIBUTE, r->token, near_hint(&near, hint));
        if (m->attributes & bit)
            return fail(r, IDL_ATTRIBUTE_TWICE, r->token, NULL);
        if (r->idl->object)
            return fail(r, IDL_OBJECT_ATTRIBUTE, r->token, NULL);
        m->attributes |= bit;
    }
    return true;
}

static bool read_method(struct reader *r, const struct idl_text *doc)
{
    struct idl_method *m = &r->idl->methods[r->idl->method_count];
    struct idl_method fresh = {.doc = *doc, .line = r->line};

    if (!read_number(r, IDL_METHOD_LAST, IDL_METHOD_NUMBER, &fresh.number))
        return false;
    next(r);
    if (is(r, "retired")) {
        fresh.retired = true;
        next(r);
    }
    if (!read_name(r, "the method's name", fresh.name))
        return false;
    if (fresh.retired) {
        if (next(r)[0])
            return fail(r, IDL_RETIRED, r->token, NULL);
    } else {
        if (!doc->size)
            return fail(r, IDL_NO_DOC, fresh.name, NULL);
        if (!read_attributes(r, &fresh) || !read_params(r, fresh.args, &fresh.arg_count))
            return false;
        if (is(r, "->")) {
            next(r);
            if (!read_params(r, fresh.results, &fresh.result_count))
                return false;
        }
        if (r->token[0])
            return expected(r, "`->` or the end of the line");
    }
    if (!idl_check_method(r->idl, &fresh, r->c))
        return false;
    *m = fresh;
    r->idl->method_count++;
    return true;
}

static bool read_head(struct reader *r)
{
    struct near near;
    char hint[128];

    near_start(&near, r->token);
    near_try(&near, "service");
    near_try(&near, "object");
    if (!is(r, "service") && !is(r, "object"))
        return fail(r, IDL_HEAD_WORD, r->token, near_hint(&near, hint));
    r->idl->object = is(r, "object");
    r->idl->line = r->line;
    next(r);
    if (!read_name(r, "a name", r->idl->name))
        return false;
    next(r);
    if (!r->idl->object) {
        if (!read_number(r, IDL_SERVICE_LAST, IDL_SERVICE_NUMBER, &r->idl->number))
            return false;
        next(r);
    }
    return r->token[0] ? expected(r, "the end of the line") : true;
}

static void text_add(struct idl_text *text, const char *start, const char *end)
{
    if (!text->size)
        text->start = start;
    text->size = (size_t)(end - text->start);
}

// What one line does. `doc` collects the comment that belongs to the next method.
static bool read_line(struct reader *r, struct idl_text *doc)
{
    static const char licence[] = "# SPDX-";
    const char *start = r->at;
    bool licensed =
        (size_t)(r->end - start) > strlen(licence) && memcmp(start, licence, strlen(licence)) == 0;

    for (const char *p = start; p < r->end; p++)
        if ((*p < ' ' || *p > '~') && *p != '\t')
            return fail(r, IDL_BYTE, NULL, NULL);
    if (r->end - start >= 2 && start[0] == '#' && start[1] == '#') {
        text_add(doc, start, r->end);
        return true;
    }
    next(r);
    if (doc->size && (!r->idl->name[0] || r->token[0] < '0' || r->token[0] > '9')) {
        r->line--;
        return fail(r, IDL_LOST_DOC, NULL, NULL);
    }
    if (is(r, "#")) {
        if (!r->idl->name[0] && !licensed)
            text_add(&r->idl->about, start, r->end);
        return true;
    }
    if (!r->token[0])
        return true;
    if (!r->idl->name[0])
        return read_head(r);
    if (!read_method(r, doc))
        return false;
    *doc = (struct idl_text){0};
    return true;
}

bool idl_read(struct idl *idl, const char *path, char *source, size_t size, struct complaint *c)
{
    struct reader r = {.idl = idl, .c = c};
    struct idl_text doc = {0};

    *idl = (struct idl){.path = path, .source = source};
    for (size_t at = 0; at < size;) {
        const char *end = memchr(source + at, '\n', size - at);
        r.at = source + at;
        r.end = end ? end : source + size;
        r.line++;
        at = (size_t)(r.end - source) + 1;
        if (!read_line(&r, &doc))
            return false;
    }
    if (doc.size)
        return fail(&r, IDL_LOST_DOC, NULL, NULL);
    return idl_check_file(idl, c);
}

bool idl_read_file(struct idl *idl, const char *path, struct complaint *c)
{
    FILE *f = fopen(path, "rb");
    char *source = NULL;
    size_t size = 0, room = 0;

    *idl = (struct idl){.path = path};
    while (f && !ferror(f) && !feof(f)) {
        if (size == room) {
            char *more = realloc(source, room = room * 2 + 4096);
            if (!more)
                abort();
            source = more;
        }
        size += fread(source + size, 1, room - size, f);
    }
    if (!f || ferror(f)) {
        if (f)
            fclose(f);
        free(source);
        return idl_complain(c, path, 0, IDL_NO_FILE, NULL, NULL, NULL);
    }
    fclose(f);
    return idl_read(idl, path, source, size, c);
}

void idl_free(struct idl *idl)
{
    free(idl->source);
    idl->source = NULL;
}
