// SPDX-License-Identifier: GPL-3.0-or-later
// What each system call is to do to the model, and with which error it is to end: the rules of
// abi/*.idl in the order in which they are checked.
#pragma once
#include "gen/cell_methods.h"
#include "gen/interrupt_methods.h"
#include "gen/port_methods.h"
#include "gen/untyped_methods.h"
#include "model.h"

enum { EXPECT_AGAIN = 0x100 }; // another's revoke was finished first: everything is looked up anew

static uint64_t model_made; // the handle that the call is to answer with

static inline int model_table(int cell_cap)
{
    for (int k = 0; k < MODEL_CELLS; k++)
        if (model_cells[k] == model[cell_cap].base)
            return k;
    return MODEL_NOBODY;
}

static inline err_t expect_source(int own, int to, const uint64_t *w, int *from)
{
    *from = model_find(own, w[0]);
    if (*from < 0)
        return ERR_BAD_CAPABILITY;
    if (to != own && !(model[*from].rights & RIGHT_GRANT))
        return ERR_DENIED;
    if (model_expired(*from))
        return ERR_EXPIRED;
    return model_slot(to, w[1]);
}

static inline err_t expect_derive(int own, int to, const uint64_t *w)
{
    struct model_request r = {w[2] % DERIVE_ONCE, w[3], w[4], w[5], w[2] / DERIVE_ONCE == 1};
    int from;
    err_t err =
        w[2] > (RIGHT_ALL | DERIVE_ONCE) ? ERR_BAD_ARGUMENT : expect_source(own, to, w, &from);

    if (!err)
        err = model_may_derive(from, &r);
    if (!err)
        model_derive(from, to * MODEL_SLOTS + (int)w[1], &r);
    model_made = err ? 0 : model_handle(to * MODEL_SLOTS + (int)w[1]);
    return err;
}

static inline err_t expect_delete(int of, uint64_t handle)
{
    int i = model_find(of, handle);

    if (i < 0)
        return ERR_BAD_CAPABILITY;
    if (model_revokes() && model_revoked == i) {
        model_finish_revoke();
        return EXPECT_AGAIN;
    }
    if (model_deletes(i))
        model_finish_all();
    return ERR_OK;
}

// The revoke begins. Another in progress is finished before, and then everything is looked up anew.
static inline err_t expect_revoke(int of, uint64_t handle)
{
    int i = model_find(of, handle);

    if (i < 0)
        return ERR_BAD_CAPABILITY;
    if (!(model[i].rights & RIGHT_REVOKE))
        return ERR_DENIED;
    if (model_revokes()) {
        model_finish_revoke();
        return EXPECT_AGAIN;
    }
    model_revoked = i;
    return ERR_OK;
}

// An endpoint or signal capability among the arguments.
static inline err_t expect_typed(int own, uint64_t handle, int type, uint64_t rights, int *out)
{
    *out = model_find(own, handle);
    if (*out < 0 || model[*out].type != type)
        return ERR_BAD_CAPABILITY;
    if ((model[*out].rights & rights) != rights)
        return ERR_DENIED;
    if (model_expired(*out))
        return ERR_EXPIRED;
    return model_covered(*out) ? ERR_BUSY : ERR_OK;
}

static inline err_t expect_cell(int own, int cell, uint64_t method, const uint64_t *w)
{
    int from;
    err_t err;

    switch (method) {
    case CELL_METHOD_DERIVE:
        return expect_derive(own, cell, w);
    case CELL_METHOD_MOVE:
        err = expect_source(own, cell, w, &from);
        if (!err)
            model_move(from, cell * MODEL_SLOTS + (int)w[1]);
        model_made = err ? 0 : model_handle(cell * MODEL_SLOTS + (int)w[1]);
        return err;
    case CELL_METHOD_DELETE:
        return expect_delete(cell, w[0]);
    case CELL_METHOD_REVOKE:
        err = expect_revoke(cell, w[0]);
        if (!err)
            model_finish_all();
        return err;
    default:
        if (cell == own)
            return ERR_DENIED;
        err = expect_typed(own, w[0], MODEL_ENDPOINT, RIGHT_WRITE | RIGHT_GRANT, &from);
        if (!err && model[MODEL_SUPERVISOR + cell].used)
            err = ERR_EXISTS;
        if (!err)
            model_derive(from, MODEL_SUPERVISOR + cell, &model_write);
        return err;
    }
}

static inline err_t expect_carve(int own, int from, uint64_t method, const uint64_t *w)
{
    static const struct {
        int type;
        uint64_t bytes, align; // bytes 0: w[1] pages
    } shapes[] = {
        [UNTYPED_METHOD_RETYPE_UNTYPED] = {MODEL_UNTYPED,     0,        4096},
        [UNTYPED_METHOD_RETYPE_FRAME] = {MODEL_FRAME,       0,        4096},
        [UNTYPED_METHOD_RETYPE_CELL] = {MODEL_CELL,        3 * 4096, 4096},
        [UNTYPED_METHOD_RETYPE_THREAD] = {MODEL_THREAD,      4096,     4096},
        [UNTYPED_METHOD_RETYPE_ENDPOINT] = {MODEL_ENDPOINT,    64,       64  },
        [UNTYPED_METHOD_RETYPE_SIGNAL] = {MODEL_SIGNAL_TYPE, 64,       64  },
        [UNTYPED_METHOD_RETYPE_BUDGET] = {MODEL_BUDGET,      128,      128 },
    };
    int type = shapes[method].type, to = own * MODEL_SLOTS + (int)w[0];
    uint64_t bytes = shapes[method].bytes ? shapes[method].bytes : w[1] * MODEL_PAGE;
    err_t err;

    if (bytes == 0 || (type == MODEL_UNTYPED && w[2] > RIGHT_ALL))
        return ERR_BAD_ARGUMENT;
    if ((type == MODEL_CELL || type == MODEL_BUDGET) && !(model[from].rights & RIGHT_EXECUTE))
        return ERR_DENIED;
    err = model_slot(own, w[0]);
    if (!err)
        err = model_carve(from, to, type, bytes, shapes[method].align,
                          type == MODEL_UNTYPED ? w[2] : RIGHT_ALL);
    model_made = err ? 0 : model_handle(to);
    if (err || type != MODEL_CELL)
        return err;
    for (int i = 0; i < MODEL_SLOTS; i++)
        model[MODEL_C * MODEL_SLOTS + i] = (struct model_cap){0};
    model_c_lives = true;
    model_c_object = model[to].object;
    model_cells[MODEL_C] = model[to].base;
    return ERR_OK;
}

static inline err_t expect_narrow(int own, int from, const uint64_t *w)
{
    int to = own * MODEL_SLOTS + (int)w[2];
    err_t err = ERR_BAD_ARGUMENT;

    if (w[1] && w[0] <= model[from].size && w[1] <= model[from].size - w[0])
        err = model_slot(own, w[2]);
    if (!err)
        err = model_may_derive(from, &model_whole);
    if (err)
        return err;
    model_derive(from, to, &model_whole);
    model[to].base += w[0];
    model[to].size = w[1];
    model_made = model_handle(to);
    return ERR_OK;
}

static inline err_t expect_bind(int own, const uint64_t *w)
{
    int from;
    err_t err = expect_typed(own, w[0], MODEL_SIGNAL_TYPE, RIGHT_WRITE, &from);

    if (err)
        return err;
    if (model[MODEL_SIGNAL].used)
        model_remove(MODEL_SIGNAL);
    model_derive(from, MODEL_SIGNAL, &model_write);
    return ERR_OK;
}

static inline err_t expect_once(int own, uint64_t word, uint64_t to, const uint64_t *w)
{
    uint64_t method = word & METHOD_MAX;
    int i;

    if (word >> CALL_OP_SHIFT == SYS_REAP) {
        model_finish_all();
        return ERR_OK;
    }
    if (to == CAP_SELF)
        return expect_cell(own, own, method, w);
    i = model_find(own, to);
    if (i < 0)
        return ERR_BAD_CAPABILITY;
    if (!(model[i].methods >> method & 1))
        return ERR_DENIED;
    if (model[i].type != MODEL_PORT && !(model[i].rights & RIGHT_WRITE))
        return ERR_DENIED;
    switch (model[i].type) {
    case MODEL_UNTYPED:
        return expect_carve(own, i, method, w);
    case MODEL_CELL:
        return expect_cell(own, model_table(i), method, w);
    case MODEL_PORT:
        return expect_narrow(own, i, w);
    default:
        return expect_bind(own, w);
    }
}

static inline err_t expect(int own, uint64_t word, uint64_t to, const uint64_t *w)
{
    err_t err;

    do
        err = expect_once(own, word, to, w);
    while (err == EXPECT_AGAIN);
    return err;
}

static inline err_t expect_passed(int from, int to, uint64_t handle, uint64_t slot)
{
    int i = model_find(from, handle);
    err_t err;

    if (i < 0)
        return ERR_BAD_CAPABILITY;
    if (!(model[i].rights & RIGHT_GRANT))
        return ERR_DENIED;
    err = model_may_derive(i, &model_whole);
    if (!err)
        err = model_slot(to, slot);
    if (!err)
        model_derive(i, to * MODEL_SLOTS + (int)slot, &model_whole);
    return err;
}
