// SPDX-License-Identifier: GPL-3.0-or-later
// docs/api/<name>.md: the manual page, and the list of all pages.
#include "idlc/model.h"

#include <string.h>

static void emit_text(FILE *f, const struct idl_text *text)
{
    const char *line;
    size_t at = 0, n;
    bool first = true;

    while (idl_text_line(text, &at, &line, &n)) {
        if (n >= 7 && memcmp(line, "Errors:", 7) == 0 && !first)
            fprintf(f, "\n");
        fprintf(f, "%.*s\n", (int)n, line);
        first = false;
    }
}

static void emit_wire(FILE *f, const struct idl *idl, const struct idl_method *m)
{
    size_t w = 0;

    fprintf(f, "\n| on the wire | what | type |\n|---|---|---|\n");
    if (idl->object)
        fprintf(f, "| capability called | `self` | %s |\n", idl->name);
    for (size_t i = 0; i < m->arg_count; i++) {
        const struct idl_param *p = &m->args[i];
        if (idl_is_bytes(p))
            fprintf(f, "| lease, from byte %u | `%s` | %s %u |\n", p->offset, p->name,
                    idl_type_name(p->type), p->size);
        else if (p->type == IDL_CAP && !idl->object)
            fprintf(f, "| the message's capability | `%s` | cap |\n", p->name);
        else
            fprintf(f, "| word %zu | `%s` | %s |\n", w++, p->name, idl_type_name(p->type));
    }
    for (size_t i = 0; i < m->result_count; i++)
        fprintf(f, "| answer, word %zu | `%s` | %s |\n", i, m->results[i].name,
                idl_type_name(m->results[i].type));
    if (m->lease_size)
        fprintf(f, "\nThe lease is a `%s` of at most %u page%s.\n",
                m->lease_mut ? "lend_mut" : "lend", (m->lease_size + PAGE_SIZE - 1) / PAGE_SIZE,
                m->lease_size > PAGE_SIZE ? "s" : "");
}

static void emit_attributes(FILE *f, const struct idl_method *m)
{
    static const char *const meaning[] = {
        "the answer may come later; the server keeps the reply until then",
        "the stub wipes everything it sent and received",
        "if the server dies before it answers, the stub calls once more",
        "the person is asked on the trusted display first",
    };

    for (uint32_t i = 0; i < 4; i++)
        if (m->attributes & 1u << i)
            fprintf(f, "\n*%s*: %s.\n", idl_attribute_names[i], meaning[i]);
}

static void emit_method(FILE *f, const struct idl *idl, const struct idl_method *m)
{
    fprintf(f, "\n## %u `%s`\n\n", m->number, m->name);
    if (m->retired) {
        fprintf(f, "Retired. The number is not used again.\n");
        return;
    }
    emit_text(f, &m->doc);
    emit_attributes(f, m);
    fprintf(f, "\n```c\nerr_t %s_%s", idl->name, m->name);
    idl_emit_params(f, m, idl->object ? "cap_t self" : "");
    fprintf(f, ";\n```\n");
    if (!idl->object)
        fprintf(f, "\nPermission: `%s = [\"%s\"]`\n", idl->name, m->name);
    if (idl->object || m->arg_count + m->result_count)
        emit_wire(f, idl, m);
}

void idl_emit_page(FILE *f, const struct idl *idl)
{
    fprintf(f, "<!-- Made by idlc from abi/%s.idl: `make api` writes it anew. -->\n", idl->name);
    if (idl->object)
        fprintf(f, "# Kernel object `%s`\n\n", idl->name);
    else
        fprintf(f, "# Service `%s` (number %u)\n\n", idl->name, idl->number);
    emit_text(f, &idl->about);
    for (uint32_t number = 1; number <= IDL_METHOD_LAST; number++)
        for (size_t i = 0; i < idl->method_count; i++)
            if (idl->methods[i].number == number)
                emit_method(f, idl, &idl->methods[i]);
}

static void emit_rows(FILE *f, struct idl *const *files, size_t count, bool object)
{
    fprintf(f, "\n| %s | %swhat it is |\n|---|%s---|\n", object ? "object" : "service",
            object ? "" : "number | ", object ? "" : "---|");
    for (size_t i = 0; i < count; i++) {
        char sentence[512] = "";
        if (files[i]->object != object)
            continue;
        (void)idl_text_sentence(&files[i]->about, sentence, sizeof(sentence));
        fprintf(f, "| [%s](%s.md) | ", files[i]->name, files[i]->name);
        if (!object)
            fprintf(f, "%u | ", files[i]->number);
        fprintf(f, "%s |\n", sentence);
    }
}

void idl_emit_index(FILE *f, struct idl *const *files, size_t count)
{
    fprintf(f,
            "<!-- Made by idlc from abi/: `make api` writes it anew. -->\n# Interfaces\n\n"
            "Everything one program can ask of another, or of the kernel. Each call has a "
            "permanent number,\n"
            "and that number is the bit that permits it. Who may call what: [matrix](matrix.md).\n"
            "\n## Services\n");
    emit_rows(f, files, count, false);
    fprintf(f, "\n## Kernel objects\n");
    emit_rows(f, files, count, true);
    fprintf(f, "\n## Errors\n\n| number | name | meaning |\n|---|---|---|\n");
#define ERR(name, number, sentence) fprintf(f, "| %d | `%s` | %s |\n", number, #name, sentence);
#include "abi/errors.def"
#undef ERR
}
