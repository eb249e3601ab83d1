// SPDX-License-Identifier: GPL-3.0-or-later
// gen/names.h and gen/names.c: what services and methods are called, for manifests, the host tool
// and the screen.
#include "idlc/model.h"

void idl_emit_names_header(FILE *f)
{
    fprintf(f, "%s",
            "// SPDX-License-Identifier: GPL-3.0-or-later\n"
            "// Made by idlc: every service and method by number and name.\n"
            "#pragma once\n#include <stddef.h>\n#include <stdint.h>\n\n"
            "enum method_attribute {\n"
            "    METHOD_DEFERRED = 1,\n    METHOD_SECRET = 2,\n"
            "    METHOD_IDEMPOTENT = 4,\n    METHOD_CONSENT = 8,\n};\n\n"
            "struct method_info {\n    uint32_t number;\n    uint32_t attributes; // enum "
            "method_attribute\n"
            "    const char *name;\n    const char *summary; // the first sentence, without its "
            "full stop\n};\n\n"
            "struct service_info {\n    uint32_t number;\n    uint32_t method_count;\n"
            "    const char *name;\n    const char *summary;\n"
            "    const struct method_info *methods; // by number\n};\n\n"
            "extern const struct service_info service_table[]; // by number\n"
            "extern const size_t service_count;\n\n"
            "// NULL if there is none.\n"
            "const struct service_info *service_by_name(const char *name);\n"
            "const struct service_info *service_by_number(uint32_t number);\n"
            "const struct method_info *method_by_name(const struct service_info *service, const "
            "char *name);\n"
            "const struct method_info *method_by_number(const struct service_info *service, "
            "uint32_t number);\n");
}

static void emit_string(FILE *f, const struct idl_text *text)
{
    char sentence[512] = "";

    (void)idl_text_sentence(text, sentence, sizeof(sentence));
    fputc('"', f);
    for (const char *p = sentence; *p; p++) {
        if (*p == '"' || *p == '\\' || *p == '?')
            fputc('\\', f);
        fputc(*p, f);
    }
    fputc('"', f);
}

static size_t count_live(const struct idl *idl)
{
    size_t n = 0;

    for (size_t i = 0; i < idl->method_count; i++)
        n += !idl->methods[i].retired;
    return n;
}

static void emit_methods(FILE *f, const struct idl *idl)
{
    fprintf(f, "\nstatic const struct method_info methods_%s[] = {\n", idl->name);
    for (uint32_t number = 1; number <= IDL_METHOD_LAST; number++)
        for (size_t i = 0; i < idl->method_count; i++) {
            const struct idl_method *m = &idl->methods[i];
            if (m->number != number || m->retired)
                continue;
            fprintf(f, "    {%u, %u, \"%s\", ", m->number, m->attributes, m->name);
            emit_string(f, &m->doc);
            fprintf(f, "},\n");
        }
    fprintf(f, "};\n");
}

static void emit_lookup(FILE *f)
{
    fprintf(f, "%s",
            "\nconst struct service_info *service_by_name(const char *name)\n{\n"
            "    for (size_t i = 0; i < service_count; i++)\n"
            "        if (strcmp(service_table[i].name, name) == 0)\n"
            "            return &service_table[i];\n    return NULL;\n}\n\n"
            "const struct service_info *service_by_number(uint32_t number)\n{\n"
            "    for (size_t i = 0; i < service_count; i++)\n"
            "        if (service_table[i].number == number)\n"
            "            return &service_table[i];\n    return NULL;\n}\n\n"
            "const struct method_info *method_by_name(const struct service_info *service, const "
            "char *name)\n{\n"
            "    for (size_t i = 0; i < service->method_count; i++)\n"
            "        if (strcmp(service->methods[i].name, name) == 0)\n"
            "            return &service->methods[i];\n    return NULL;\n}\n\n"
            "const struct method_info *method_by_number(const struct service_info *service, "
            "uint32_t number)\n{\n"
            "    for (size_t i = 0; i < service->method_count; i++)\n"
            "        if (service->methods[i].number == number)\n"
            "            return &service->methods[i];\n    return NULL;\n}\n");
}

void idl_emit_names(FILE *f, struct idl *const *files, size_t count)
{
    size_t services = 0;

    fprintf(f, "// SPDX-License-Identifier: GPL-3.0-or-later\n// Made by idlc.\n"
               "#include \"gen/names.h\"\n\n#include <string.h>\n");
    for (size_t i = 0; i < count; i++)
        if (!files[i]->object)
            emit_methods(f, files[i]);
    fprintf(f, "\nconst struct service_info service_table[] = {\n");
    for (uint32_t number = 1; number <= IDL_SERVICE_LAST; number++)
        for (size_t i = 0; i < count; i++) {
            if (files[i]->object || files[i]->number != number)
                continue;
            fprintf(f, "    {%u, %zu, \"%s\", ", number, count_live(files[i]), files[i]->name);
            emit_string(f, &files[i]->about);
            fprintf(f, ", methods_%s},\n", files[i]->name);
            services++;
        }
    fprintf(f, "};\n\nconst size_t service_count = %zu;\n", services);
    emit_lookup(f);
}
