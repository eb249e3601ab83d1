// SPDX-License-Identifier: GPL-3.0-or-later
// gen/<name>_server.c: one function for each method that checks everything about the message once,
// calls the operation and lays out the answer; then the dispatch.
#include "idlc/model.h"

static void emit_checks(FILE *f, const struct idl_method *m)
{
    const struct idl_param *last = idl_last_variable(m);
    const char *kind = m->lease_mut ? "LEASE_LEND_MUT" : "LEASE_LEND";
    bool cap = false;

    for (size_t i = 0; i < m->arg_count; i++)
        cap = cap || m->args[i].type == IDL_CAP;
    fprintf(f, "    if (!ops_->%s)\n        return ERR_DENIED;\n", m->name);
    fprintf(f, "    if (%sm_->cap)\n        return ERR_BAD_CAPABILITY;\n", cap ? "!" : "");
    idl_emit_range_checks(f, m->args, m->arg_count, true, "m_->w", "return ERR_BAD_ARGUMENT");
    if (m->lease_size)
        fprintf(f,
                "    if (m_->lease_kind != %s || m_->lease_pages < %u)\n"
                "        return ERR_BAD_ADDRESS;\n",
                kind, idl_lease_pages_least(m));
    else
        fprintf(f, "    if (m_->lease_kind != LEASE_NONE)\n        return ERR_BAD_ADDRESS;\n");
    for (size_t i = 0; i < m->arg_count; i++) {
        const struct idl_param *p = &m->args[i];
        if (!idl_is_variable(p))
            continue;
        fprintf(f, "    %s_size_ = wire_get(area_ + %u);\n", p->name, p->offset);
        fprintf(f, "    if (%s_size_ > %u)\n        return ERR_TOO_LARGE;\n", p->name, p->size);
    }
    if (last)
        fprintf(f,
                "    if (m_->lease_pages < wire_pages(%u + %s_size_))\n"
                "        return ERR_BAD_ADDRESS;\n",
                last->offset + 8, last->name);
}

static void emit_locals(FILE *f, const struct idl_method *m)
{
    if (m->lease_size)
        fprintf(f, "    uint8_t *area_ = m_->lease;\n");
    for (size_t i = 0; i < m->arg_count; i++) {
        if (idl_is_variable(&m->args[i]))
            fprintf(f, "    uint64_t %s_size_;\n", m->args[i].name);
        if (m->args[i].type == IDL_OUT_BYTES)
            fprintf(f, "    size_t %s_used_ = 0;\n", m->args[i].name);
    }
    for (size_t i = 0; i < m->result_count; i++)
        fprintf(f, "    %s %s_result_ = 0;\n", idl_c_type(m->results[i].type), m->results[i].name);
    fprintf(f, "    err_t err_;\n\n");
}

static void emit_operation(FILE *f, const struct idl_method *m)
{
    size_t w = 0;

    fprintf(f, "    err_ = ops_->%s(who_", m->name);
    for (size_t i = 0; i < m->arg_count; i++) {
        const struct idl_param *p = &m->args[i];
        if (p->type == IDL_OUT_BYTES)
            fprintf(f, ", area_ + %u, (size_t)%s_size_, &%s_used_", p->offset + 8, p->name,
                    p->name);
        else if (p->type == IDL_IN_BYTES)
            fprintf(f, ", area_ + %u, (size_t)%s_size_", p->offset + 8, p->name);
        else if (idl_is_bytes(p))
            fprintf(f, ", area_ + %u", p->offset);
        else if (p->type == IDL_CAP)
            fprintf(f, ", m_->cap");
        else if (p->type == IDL_BOOL)
            fprintf(f, ", m_->w[%zu] != 0", w++);
        else
            fprintf(f, ", (%s)m_->w[%zu]", idl_c_type(p->type), w++);
    }
    for (size_t i = 0; i < m->result_count; i++)
        fprintf(f, ", &%s_result_", m->results[i].name);
    fprintf(f, ");\n");
}

// A failed operation must not show what it had written so far.
static void emit_answer(FILE *f, const struct idl_method *m)
{
    for (size_t i = 0; i < m->arg_count; i++)
        if (m->args[i].type == IDL_OUT_BYTES)
            fprintf(f,
                    "    if (err_ == ERR_OK && %s_used_ > %s_size_)\n"
                    "        err_ = ERR_TOO_LARGE;\n",
                    m->args[i].name, m->args[i].name);
    if (m->lease_mut)
        fprintf(f, "    if (err_ != ERR_OK) {\n");
    for (size_t i = 0; i < m->arg_count; i++) {
        const struct idl_param *p = &m->args[i];
        if (p->type == IDL_OUT_BYTES)
            fprintf(f, "        wipe_bytes(area_ + %u, (size_t)%s_size_);\n", p->offset + 8,
                    p->name);
        else if (p->type == IDL_OUT_FIXED)
            fprintf(f, "        wipe_bytes(area_ + %u, %u);\n", p->offset, p->size);
    }
    if (m->lease_mut)
        fprintf(f, "        return err_;\n    }\n");
    else if (m->result_count)
        fprintf(f, "    if (err_ != ERR_OK)\n        return err_;\n");
    for (size_t i = 0; i < m->arg_count; i++)
        if (m->args[i].type == IDL_OUT_BYTES)
            fprintf(f, "    wire_put(area_ + %u, %s_used_);\n", m->args[i].offset, m->args[i].name);
    for (size_t i = 0; i < m->result_count; i++)
        fprintf(f, "    w_[%zu] = %s_result_;\n", i, m->results[i].name);
    fprintf(f, "    return err_;\n}\n");
}

static void emit_late_reply(FILE *f, const struct idl *idl, const struct idl_method *m)
{
    const char *comma = "";

    fprintf(f, "\nerr_t %s_%s_reply(uint64_t token, err_t error", idl->name, m->name);
    for (size_t i = 0; i < m->result_count; i++)
        fprintf(f, ", %s %s", idl_c_type(m->results[i].type), m->results[i].name);
    fprintf(f, ")\n{\n    static const uint64_t nothing_[MESSAGE_WORDS];\n");
    fprintf(f, "    const uint64_t w_[MESSAGE_WORDS] = {");
    for (size_t i = 0; i < m->result_count; i++, comma = ", ")
        fprintf(f, "%s%s", comma, m->results[i].name);
    fprintf(f, "%s};\n\n    return ipc_reply(token, error, error == ERR_OK ? w_ : nothing_);\n}\n",
            comma[0] ? "" : "0");
}

void idl_emit_server(FILE *f, const struct idl *idl)
{
    char big[IDL_NAME], method[IDL_NAME];

    idl_upper(idl->name, big);
    fprintf(f, "// SPDX-License-Identifier: GPL-3.0-or-later\n// Made by idlc from %s.idl.\n",
            idl->name);
    fprintf(f,
            "#include \"abi/syscall.h\"\n#include \"gen/%s.h\"\n#include \"gen/wire.h\"\n"
            "#include \"os/ipc.h\"\n",
            idl->name);
    for (size_t i = 0; i < idl->method_count; i++) {
        const struct idl_method *m = &idl->methods[i];
        if (m->retired)
            continue;
        fprintf(f,
                "\nstatic err_t serve_%s(const struct %s_ops *ops_, const struct caller *who_,\n"
                "    const struct message *m_, uint64_t w_[MESSAGE_WORDS])\n{\n",
                m->name, idl->name);
        emit_locals(f, m);
        if (!m->result_count)
            fprintf(f, "    (void)w_;\n");
        emit_checks(f, m);
        emit_operation(f, m);
        emit_answer(f, m);
    }
    fprintf(f, "\nvoid %s_dispatch(const struct %s_ops *ops, struct message *m)\n{\n", idl->name,
            idl->name);
    fprintf(f, "    const struct caller who = {.identity = m->identity};\n"
               "    uint64_t w[MESSAGE_WORDS] = {0};\n    err_t err = ERR_DENIED;\n\n"
               "    // Nobody waits for the answer to a signal or a one-way message: there is no "
               "such method.\n"
               "    switch (m->signal || m->oneway ? 0 : m->method) {\n");
    for (size_t i = 0; i < idl->method_count; i++)
        if (!idl->methods[i].retired)
            fprintf(f,
                    "    case %s_METHOD_%s:\n        err = serve_%s(ops, &who, m, w);\n"
                    "        break;\n",
                    big, idl_upper(idl->methods[i].name, method), idl->methods[i].name);
    fprintf(f, "    default:\n        break;\n    }\n    memcpy(m->w, w, sizeof(w));\n"
               "    m->error = err;\n}\n");
    for (size_t i = 0; i < idl->method_count; i++)
        if (idl->methods[i].attributes & IDL_DEFERRED)
            emit_late_reply(f, idl, &idl->methods[i]);
}
