// SPDX-License-Identifier: GPL-3.0-or-later
// For tests: operations that touch every byte they are given, and calls of every stub with buffers
// of any size, so that hostile messages and hostile answers can be thrown at all generated code.
// tests/idlc/probe.h says what the functions called here do.
#include "idlc/model.h"

static void emit_operation(FILE *f, const struct idl *idl, const struct idl_method *m)
{
    fprintf(f, "\nstatic err_t serve_%s_%s", idl->name, m->name);
    idl_emit_params(f, m, "const struct caller *who");
    fprintf(f, "\n{\n    (void)who;\n");
    for (size_t i = 0; i < m->arg_count; i++) {
        const struct idl_param *p = &m->args[i];
        const char *n = p->name;
        if (p->type == IDL_IN_BYTES)
            fprintf(f, "    probe_read(%s, %s_len);\n", n, n);
        else if (p->type == IDL_IN_FIXED)
            fprintf(f, "    probe_read(%s, %u);\n", n, p->size);
        else if (p->type == IDL_OUT_BYTES)
            fprintf(f, "    probe_fill(%s, %s_cap);\n    *%s_len = probe_used(%s_cap);\n", n, n, n,
                    n);
        else if (p->type == IDL_OUT_FIXED)
            fprintf(f, "    probe_fill(%s, %u);\n", n, p->size);
        else
            fprintf(f, "    (void)%s;\n", n);
    }
    for (size_t i = 0; i < m->result_count; i++)
        fprintf(f, "    *%s = (%s)probe_word();\n", m->results[i].name,
                idl_c_type(m->results[i].type));
    fprintf(f, "    return probe_error();\n}\n");
}

static void emit_call(FILE *f, const struct idl *idl, const struct idl_method *m)
{
    const char *comma = "";

    fprintf(f, "\nstatic void call_%s_%s(void)\n{\n", idl->name, m->name);
    for (size_t i = 0; i < m->arg_count; i++) {
        const struct idl_param *p = &m->args[i];
        if (idl_is_variable(p))
            fprintf(f, "    size_t %s_room = probe_size(%u), %s_len = %s_room;\n", p->name, p->size,
                    p->name, p->name);
        else if (idl_is_bytes(p))
            fprintf(f, "    const size_t %s_room = %u;\n", p->name, p->size);
        if (idl_is_bytes(p))
            fprintf(f, "    uint8_t *%s = probe_new(%s_room);\n", p->name, p->name);
    }
    for (size_t i = 0; i < m->result_count; i++)
        fprintf(f, "    %s %s = 0;\n", idl_c_type(m->results[i].type), m->results[i].name);
    fprintf(f, "    probe_result(%s_%s(", idl->name, m->name);
    for (size_t i = 0; i < m->arg_count; i++, comma = ", ") {
        const struct idl_param *p = &m->args[i];
        const char *n = p->name;
        if (p->type == IDL_OUT_BYTES)
            fprintf(f, "%s%s, %s_room, &%s_len", comma, n, n, n);
        else if (p->type == IDL_IN_BYTES)
            fprintf(f, "%s%s, %s_len", comma, n, n);
        else if (idl_is_bytes(p))
            fprintf(f, "%s%s", comma, n);
        else
            fprintf(f, "%s(%s)probe_word()", comma, idl_c_type(p->type));
    }
    for (size_t i = 0; i < m->result_count; i++, comma = ", ")
        fprintf(f, "%s&%s", comma, m->results[i].name);
    fprintf(f, "));\n");
    for (size_t i = 0; i < m->arg_count; i++)
        if (idl_is_bytes(&m->args[i]))
            fprintf(f, "    probe_free(%s, %s_room, %s%s);\n", m->args[i].name, m->args[i].name,
                    m->args[i].name, idl_is_variable(&m->args[i]) ? "_len" : "_room");
    fprintf(f, "}\n");
}

static void emit_tables(FILE *f, const struct idl *idl)
{
    fprintf(f, "\nstatic const struct %s_ops ops_%s = {\n", idl->name, idl->name);
    for (size_t i = 0; i < idl->method_count; i++)
        if (!idl->methods[i].retired)
            fprintf(f, "    .%s = serve_%s_%s,\n", idl->methods[i].name, idl->name,
                    idl->methods[i].name);
    fprintf(
        f, "};\n\nstatic void dispatch_%s(struct message *m)\n{\n    %s_dispatch(&ops_%s, m);\n}\n",
        idl->name, idl->name, idl->name);
    fprintf(f, "\nstatic void (*const calls_%s[])(void) = {\n", idl->name);
    for (size_t i = 0; i < idl->method_count; i++)
        if (!idl->methods[i].retired)
            fprintf(f, "    call_%s_%s,\n", idl->name, idl->methods[i].name);
    fprintf(f, "};\n\nstatic const unsigned sends_%s[] = {", idl->name);
    for (size_t i = 0; i < idl->method_count; i++)
        if (!idl->methods[i].retired)
            fprintf(f, "%u, ", idl->methods[i].attributes & IDL_IDEMPOTENT ? 2u : 1u);
    fprintf(f, "};\n");
}

void idl_emit_probe(FILE *f, struct idl *const *files, size_t count)
{
    size_t services = 0;

    fprintf(f, "// SPDX-License-Identifier: GPL-3.0-or-later\n// Made by idlc for tests.\n"
               "#include \"tests/idlc/probe.h\"\n\n#include \"os/ipc.h\"\n");
    for (size_t i = 0; i < count; i++)
        if (!files[i]->object)
            fprintf(f, "#include \"gen/%s.h\"\n", files[i]->name);
    for (size_t i = 0; i < count; i++) {
        if (files[i]->object)
            continue;
        for (size_t j = 0; j < files[i]->method_count; j++) {
            if (files[i]->methods[j].retired)
                continue;
            emit_operation(f, files[i], &files[i]->methods[j]);
            emit_call(f, files[i], &files[i]->methods[j]);
        }
        emit_tables(f, files[i]);
    }
    fprintf(f, "\nconst struct probe probe_table[] = {\n");
    for (size_t i = 0; i < count; i++) {
        const char *n = files[i]->name;
        if (files[i]->object)
            continue;
        fprintf(f,
                "    {\"%s\", dispatch_%s, calls_%s, sizeof(calls_%s) / sizeof(calls_%s[0]), "
                "sends_%s},\n",
                n, n, n, n, n, n);
        services++;
    }
    fprintf(f, "};\n\nconst size_t probe_count = %zu;\n", services);
}
