// SPDX-License-Identifier: GPL-3.0-or-later
// What every output needs: names in C, comment text, parameter lists.
#include "idlc/model.h"

#include <string.h>

const char *const idl_attribute_names[4] = {"deferred", "secret", "idempotent", "consent"};

const char *idl_type_name(enum idl_type type)
{
    static const char *const names[] = {"u8",  "u16",      "u32",       "u64",      "bool",
                                        "cap", "in bytes", "out bytes", "in fixed", "out fixed"};
    return names[type];
}

const char *idl_c_type(enum idl_type type)
{
    static const char *const names[] = {"uint8_t",  "uint16_t", "uint32_t",
                                        "uint64_t", "bool",     "cap_t"};
    return names[type];
}

const char *idl_upper(const char *name, char out[IDL_NAME])
{
    size_t i = 0;

    for (; name[i]; i++)
        out[i] = (char)(name[i] >= 'a' && name[i] <= 'z' ? name[i] - 'a' + 'A' : name[i]);
    out[i] = 0;
    return out;
}

const struct idl_param *idl_last_variable(const struct idl_method *m)
{
    const struct idl_param *last = NULL;

    for (size_t i = 0; i < m->arg_count; i++)
        if (idl_is_bytes(&m->args[i]))
            last = &m->args[i];
    return last && idl_is_variable(last) ? last : NULL;
}

uint32_t idl_lease_pages_least(const struct idl_method *m)
{
    const struct idl_param *last = idl_last_variable(m);
    uint32_t bytes = last ? last->offset + 8 : m->lease_size;

    return (bytes + PAGE_SIZE - 1) / PAGE_SIZE;
}

bool idl_text_line(const struct idl_text *text, size_t *at, const char **line, size_t *size)
{
    const char *start = text->start + *at, *end = text->start + text->size, *stop;

    if (*at >= text->size)
        return false;
    stop = memchr(start, '\n', (size_t)(end - start));
    stop = stop ? stop : end;
    *at = (size_t)(stop - text->start) + 1;
    while (start < stop && *start == '#')
        start++;
    if (start < stop && *start == ' ')
        start++;
    *line = start;
    *size = (size_t)(stop - start);
    return true;
}

bool idl_text_sentence(const struct idl_text *text, char *out, size_t size)
{
    const char *line;
    size_t at = 0, n, used = 0, depth = 0;

    while (idl_text_line(text, &at, &line, &n)) {
        for (size_t i = 0; i <= n && used < size - 1; i++) {
            char ch = i < n ? line[i] : ' ';
            depth += ch == '(';
            depth -= ch == ')' && depth;
            if (ch == '.' && !depth && (i + 1 >= n || line[i + 1] == ' ')) {
                out[used] = 0;
                return true;
            }
            if (ch != ' ' || (used && out[used - 1] != ' '))
                out[used++] = ch;
        }
    }
    while (used && out[used - 1] == ' ')
        used--;
    out[used] = 0;
    return used > 0;
}

void idl_emit_comment(FILE *f, const struct idl_text *text, const char *indent)
{
    const char *line;
    size_t at = 0, n;

    while (idl_text_line(text, &at, &line, &n))
        fprintf(f, "%s//%s%.*s\n", indent, n ? " " : "", (int)n, line);
}

void idl_emit_params(FILE *f, const struct idl_method *m, const char *first)
{
    const char *comma = first[0] ? ", " : "";

    fprintf(f, "(%s", first[0] || m->arg_count + m->result_count ? first : "void");
    for (size_t i = 0; i < m->arg_count; i++, comma = ", ") {
        const struct idl_param *p = &m->args[i];
        switch (p->type) {
        case IDL_IN_BYTES:
            fprintf(f, "%sconst uint8_t *%s, size_t %s_len", comma, p->name, p->name);
            break;
        case IDL_OUT_BYTES:
            fprintf(f, "%suint8_t *%s, size_t %s_cap, size_t *%s_len", comma, p->name, p->name,
                    p->name);
            break;
        case IDL_IN_FIXED:
            fprintf(f, "%sconst uint8_t %s[%u]", comma, p->name, p->size);
            break;
        case IDL_OUT_FIXED:
            fprintf(f, "%suint8_t %s[%u]", comma, p->name, p->size);
            break;
        default:
            fprintf(f, "%s%s %s", comma, idl_c_type(p->type), p->name);
        }
    }
    for (size_t i = 0; i < m->result_count; i++, comma = ", ")
        fprintf(f, "%s%s *%s", comma, idl_c_type(m->results[i].type), m->results[i].name);
    fprintf(f, ")");
}

void idl_emit_range_checks(FILE *f, const struct idl_param *params, size_t count, bool skip_caps,
                           const char *word, const char *action)
{
    static const char *const most[] = {"UINT8_MAX", "UINT16_MAX", "UINT32_MAX", NULL, "1", NULL};
    size_t w = 0;

    for (size_t i = 0; i < count; i++) {
        const struct idl_param *p = &params[i];
        if (idl_is_bytes(p) || (skip_caps && p->type == IDL_CAP))
            continue;
        if (most[p->type])
            fprintf(f, "    if (%s[%zu] > %s)\n        %s;\n", word, w, most[p->type], action);
        w++;
    }
}
