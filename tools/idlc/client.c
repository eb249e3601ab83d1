// SPDX-License-Identifier: GPL-3.0-or-later
// gen/<name>_client.c: check, lay the bytes into the lease area, call, check, copy out. Names of
// local variables end in `_`, which no name in an interface does.
#include "idlc/model.h"

static void emit_words(FILE *f, const struct idl *idl, const struct idl_method *m)
{
    const char *comma = "";

    fprintf(f, "    uint64_t w_[MESSAGE_WORDS] = {");
    for (size_t i = 0; i < m->arg_count; i++) {
        const struct idl_param *p = &m->args[i];
        if (idl_is_bytes(p) || (!idl->object && p->type == IDL_CAP))
            continue;
        fprintf(f, "%s%s", comma, p->name);
        comma = ", ";
    }
    fprintf(f, "%s};\n", comma[0] ? "" : "0");
}

// First, so that nothing has been written when a call is refused.
static void emit_before(FILE *f, const struct idl *idl, const struct idl_method *m)
{
    if (!idl->object)
        fprintf(f, "    if (!to_)\n        return ERR_DENIED;\n");
    for (size_t i = 0; i < m->arg_count; i++) {
        const struct idl_param *p = &m->args[i];
        if (p->type == IDL_IN_BYTES)
            fprintf(f, "    if (%s_len > %u)\n        return ERR_TOO_LARGE;\n", p->name, p->size);
    }
}

static void emit_fill(FILE *f, const struct idl_method *m)
{
    for (size_t i = 0; i < m->arg_count; i++) {
        const struct idl_param *p = &m->args[i];
        if (idl_is_variable(p))
            fprintf(f, "    wire_put(area_ + %u, %s%s);\n", p->offset, p->name,
                    idl_is_out(p) ? "_room_" : "_len");
        if (p->type == IDL_IN_BYTES)
            fprintf(f, "    wire_copy(area_ + %u, %s, %s_len);\n", p->offset + 8, p->name, p->name);
        if (p->type == IDL_IN_FIXED)
            fprintf(f, "    wire_copy(area_ + %u, %s, %u);\n", p->offset, p->name, p->size);
    }
}

static void emit_lease_locals(FILE *f, const struct idl_method *m)
{
    const struct idl_param *last = idl_last_variable(m);

    fprintf(f, "    uint8_t *area_ = ipc_lease_area();\n");
    for (size_t i = 0; i < m->arg_count; i++) {
        const struct idl_param *p = &m->args[i];
        if (p->type == IDL_OUT_BYTES)
            fprintf(f, "    uint64_t %s_room_ = %s_cap < %u ? %s_cap : %u, %s_used_ = 0;\n",
                    p->name, p->name, p->size, p->name, p->size, p->name);
    }
    if (last)
        fprintf(f, "    size_t pages_ = wire_pages(%u + %s%s);\n", last->offset + 8, last->name,
                idl_is_out(last) ? "_room_" : "_len");
    else
        fprintf(f, "    size_t pages_ = %u;\n", idl_lease_pages_least(m));
}

static void emit_call(FILE *f, const struct idl *idl, const struct idl_method *m, const char *cap)
{
    char big[IDL_NAME], method[IDL_NAME];
    const char *kind = m->lease_mut ? "LEASE_LEND_MUT" : "LEASE_LEND";

    fprintf(f, "    err_ = ");
    idl_upper(idl->name, big);
    idl_upper(m->name, method);
    if (cap)
        fprintf(f, "ipc_call_cap(to_, %s_METHOD_%s, w_, %s, %s, %s);\n", big, method,
                m->lease_size ? kind : "LEASE_NONE", m->lease_size ? "pages_" : "0", cap);
    else if (m->lease_size)
        fprintf(f, "ipc_call_lease(to_, %s_METHOD_%s, w_, %s, pages_);\n", big, method, kind);
    else
        fprintf(f, "%s, %s_METHOD_%s, w_);\n", idl->object ? "object_call(self" : "ipc_call(to_",
                big, method);
}

// The peer is not trusted either: what it answered must fit.
static void emit_after(FILE *f, const struct idl_method *m)
{
    fprintf(f, "    if (err_ != ERR_OK)\n        goto out_;\n");
    idl_emit_range_checks(f, m->results, m->result_count, false, "w_", "goto bad_");
    for (size_t i = 0; i < m->arg_count; i++)
        if (m->args[i].type == IDL_OUT_BYTES) {
            const char *name = m->args[i].name;
            fprintf(f, "    %s_used_ = wire_get(area_ + %u);\n", name, m->args[i].offset);
            fprintf(f, "    if (%s_used_ > %s_room_)\n        goto bad_;\n", name, name);
        }
    for (size_t i = 0; i < m->arg_count; i++) {
        const struct idl_param *p = &m->args[i];
        if (p->type == IDL_OUT_BYTES) {
            fprintf(f, "    wire_copy(%s, area_ + %u, (size_t)%s_used_);\n", p->name, p->offset + 8,
                    p->name);
            fprintf(f, "    *%s_len = (size_t)%s_used_;\n", p->name, p->name);
        } else if (p->type == IDL_OUT_FIXED) {
            fprintf(f, "    wire_copy(%s, area_ + %u, %u);\n", p->name, p->offset, p->size);
        }
    }
    for (size_t i = 0; i < m->result_count; i++) {
        const struct idl_param *p = &m->results[i];
        if (p->type == IDL_BOOL)
            fprintf(f, "    *%s = w_[%zu] != 0;\n", p->name, i);
        else
            fprintf(f, "    *%s = (%s)w_[%zu];\n", p->name, idl_c_type(p->type), i);
    }
}

// Whether an answer can be malformed: then there is a label for it.
static bool can_be_bad(const struct idl_method *m)
{
    for (size_t i = 0; i < m->arg_count; i++)
        if (m->args[i].type == IDL_OUT_BYTES)
            return true;
    for (size_t i = 0; i < m->result_count; i++)
        if (m->results[i].type != IDL_U64 && m->results[i].type != IDL_CAP)
            return true;
    return false;
}

// A server that died may have been started again, and the message waits for it. Everything is laid
// out anew: the dead one may have written into the lease. Once, so that a message which kills its
// server kills two runs of it at most.
static void emit_retry(FILE *f, const struct idl_method *m)
{
    if (m->attributes & IDL_IDEMPOTENT)
        fprintf(f, "    if (err_ == ERR_PEER_DEAD && first_) {\n        first_ = false;\n"
                   "        goto again_;\n    }\n");
}

static void emit_stub(FILE *f, const struct idl *idl, const struct idl_method *m)
{
    const char *cap = NULL;
    char big[IDL_NAME];

    for (size_t i = 0; i < m->arg_count && !idl->object; i++)
        if (m->args[i].type == IDL_CAP)
            cap = m->args[i].name;
    fprintf(f, "\nerr_t %s_%s", idl->name, m->name);
    idl_emit_params(f, m, idl->object ? "cap_t self" : "");
    fprintf(f, "\n{\n");
    if (m->attributes & IDL_CONSENT)
        fprintf(f, "    const cap_t to_ = ipc_consented(%s_SERVICE, %u);\n\n",
                idl_upper(idl->name, big), m->number);
    else if (!idl->object)
        fprintf(f, "    const cap_t to_ = ipc_service(%s_SERVICE);\n\n", idl_upper(idl->name, big));
    emit_before(f, idl, m);
    if (m->attributes & IDL_IDEMPOTENT)
        fprintf(f, "    bool first_ = true;\nagain_:;\n");
    emit_words(f, idl, m);
    if (m->lease_size)
        emit_lease_locals(f, m);
    fprintf(f, "    err_t err_;\n\n");
    emit_fill(f, m);
    emit_call(f, idl, m, cap);
    emit_retry(f, m);
    emit_after(f, m);
    if (can_be_bad(m))
        fprintf(f, "    goto out_;\nbad_:\n    err_ = ERR_BAD_DATA;\n");
    fprintf(f, "out_:\n");
    if (m->attributes & IDL_SECRET) {
        fprintf(f, "    wipe_bytes(w_, sizeof(w_));\n");
        if (m->lease_size)
            fprintf(f, "    wipe_bytes(area_, pages_ * PAGE_SIZE);\n");
    }
    fprintf(f, "    return err_;\n}\n");
}

void idl_emit_client(FILE *f, const struct idl *idl)
{
    fprintf(f, "// SPDX-License-Identifier: GPL-3.0-or-later\n// Made by idlc from %s.idl.\n",
            idl->name);
    fprintf(f,
            "#include \"abi/syscall.h\"\n#include \"gen/%s.h\"\n#include \"gen/wire.h\"\n"
            "#include \"os/%s.h\"\n",
            idl->name, idl->object ? "object" : "ipc");
    for (size_t i = 0; i < idl->method_count; i++)
        if (!idl->methods[i].retired)
            emit_stub(f, idl, &idl->methods[i]);
}
