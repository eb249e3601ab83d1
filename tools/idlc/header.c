// SPDX-License-Identifier: GPL-3.0-or-later
// gen/<name>.h, gen/<object>_methods.h and gen/wire.h.
#include "idlc/model.h"

static void emit_top(FILE *f, const struct idl *idl)
{
    fprintf(f, "// SPDX-License-Identifier: GPL-3.0-or-later\n// Made by idlc from %s.idl.\n",
            idl->name);
    idl_emit_comment(f, &idl->about, "");
    fprintf(f, "#pragma once\n");
}

void idl_emit_methods(FILE *f, const struct idl *idl)
{
    char big[IDL_NAME], method[IDL_NAME];
    uint32_t last = 0;

    idl_upper(idl->name, big);
    emit_top(f, idl);
    fprintf(f, "\nenum %s_method {\n", idl->name);
    for (size_t i = 0; i < idl->method_count; i++) {
        const struct idl_method *m = &idl->methods[i];
        if (m->number > last)
            last = m->number;
        if (!m->retired)
            fprintf(f, "    %s_METHOD_%s = %u,\n", big, idl_upper(m->name, method), m->number);
    }
    fprintf(f, "    %s_METHOD_COUNT = %u, // one more than the highest number\n};\n", big,
            last + 1);
}

static void emit_service_numbers(FILE *f, const struct idl *idl)
{
    char big[IDL_NAME], method[IDL_NAME], param[IDL_NAME];
    bool caps = false, sizes = false;

    idl_upper(idl->name, big);
    for (size_t i = 0; i < idl->method_count; i++)
        for (size_t j = 0; j < idl->methods[i].arg_count; j++) {
            caps = caps || idl->methods[i].args[j].type == IDL_CAP;
            sizes = sizes || idl_is_bytes(&idl->methods[i].args[j]);
        }
    fprintf(f, "\nenum {\n    %s_SERVICE = %u,\n", big, idl->number);
    fprintf(f, "    %s_TAKES_CAPS = %d, // whether its server must name a slot for them\n};\n", big,
            caps);
    if (!sizes)
        return;
    fprintf(
        f,
        "\n// Sizes of byte arguments: the most, or for fixed ones exactly that.\nenum %s_size {\n",
        idl->name);
    for (size_t i = 0; i < idl->method_count; i++)
        for (size_t j = 0; j < idl->methods[i].arg_count; j++) {
            const struct idl_param *p = &idl->methods[i].args[j];
            if (idl_is_bytes(p))
                fprintf(f, "    %s_%s_%s_SIZE = %u,\n", big,
                        idl_upper(idl->methods[i].name, method), idl_upper(p->name, param),
                        p->size);
        }
    fprintf(f, "};\n");
}

static void emit_prototypes(FILE *f, const struct idl *idl)
{
    for (size_t i = 0; i < idl->method_count; i++) {
        const struct idl_method *m = &idl->methods[i];
        if (m->retired)
            continue;
        fprintf(f, "\n");
        idl_emit_comment(f, &m->doc, "");
        fprintf(f, "MUST_USE err_t %s_%s", idl->name, m->name);
        idl_emit_params(f, m, idl->object ? "cap_t self" : "");
        fprintf(f, ";\n");
    }
}

static void emit_server_part(FILE *f, const struct idl *idl)
{
    fprintf(f, "\n// The server's side: one operation for each method. `out` bytes and `in` bytes "
               "lie in the\n"
               "// caller's lent pages and are gone after the operation. A missing operation "
               "answers DENIED.\n");
    fprintf(f, "struct caller;\nstruct message;\n\nstruct %s_ops {\n", idl->name);
    for (size_t i = 0; i < idl->method_count; i++) {
        const struct idl_method *m = &idl->methods[i];
        if (m->retired)
            continue;
        fprintf(f, "    err_t (*%s)", m->name);
        idl_emit_params(f, m, "const struct caller *who");
        fprintf(f, ";\n");
    }
    fprintf(f, "};\n\n// Carry out the call in `m` and leave the answer there.\n");
    fprintf(f, "void %s_dispatch(const struct %s_ops *ops, struct message *m);\n", idl->name,
            idl->name);
    for (size_t i = 0; i < idl->method_count; i++) {
        const struct idl_method *m = &idl->methods[i];
        if (!(m->attributes & IDL_DEFERRED))
            continue;
        fprintf(f, "\n// The late answer to a `%s` that returned REPLY_LATER.\n", m->name);
        fprintf(f, "MUST_USE err_t %s_%s_reply(uint64_t token, err_t error", idl->name, m->name);
        for (size_t j = 0; j < m->result_count; j++)
            fprintf(f, ", %s %s", idl_c_type(m->results[j].type), m->results[j].name);
        fprintf(f, ");\n");
    }
}

void idl_emit_header(FILE *f, const struct idl *idl)
{
    emit_top(f, idl);
    fprintf(f, "#include \"abi/types.h\"\n");
    if (idl->object) {
        fprintf(f, "#include \"gen/%s_methods.h\"\n", idl->name);
    } else {
        char big[IDL_NAME], method[IDL_NAME];
        idl_upper(idl->name, big);
        emit_service_numbers(f, idl);
        fprintf(f, "\nenum %s_method {\n", idl->name);
        for (size_t i = 0; i < idl->method_count; i++)
            if (!idl->methods[i].retired)
                fprintf(f, "    %s_METHOD_%s = %u,\n", big, idl_upper(idl->methods[i].name, method),
                        idl->methods[i].number);
        fprintf(f, "};\n");
    }
    fprintf(f, "\n#include <stdbool.h>\n\n// The client's side. Results are untouched on failure. "
               "DENIED: this cell may not call it.\n");
    emit_prototypes(f, idl);
    if (!idl->object)
        emit_server_part(f, idl);
}

void idl_emit_wire(FILE *f)
{
    fprintf(
        f, "%s",
        "// SPDX-License-Identifier: GPL-3.0-or-later\n"
        "// Made by idlc: how generated code reads and writes a lease.\n"
        "#pragma once\n"
        "#include \"abi/types.h\"\n\n"
        "#include <string.h>\n\n"
        "static inline void wire_put(uint8_t *at, uint64_t value)\n{\n"
        "    memcpy(at, &value, sizeof(value));\n}\n\n"
        "static inline uint64_t wire_get(const uint8_t *at)\n{\n"
        "    uint64_t value;\n\n    memcpy(&value, at, sizeof(value));\n    return value;\n}\n\n"
        "// Nothing to copy may come with no address.\n"
        "static inline void wire_copy(uint8_t *to, const uint8_t *from, size_t size)\n{\n"
        "    if (size)\n        memcpy(to, from, size);\n}\n\n"
        "static inline size_t wire_pages(uint64_t bytes)\n{\n"
        "    return (size_t)((bytes + PAGE_SIZE - 1) >> PAGE_SHIFT);\n}\n");
}
