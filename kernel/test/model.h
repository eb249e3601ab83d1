// SPDX-License-Identifier: GPL-3.0-or-later
// What the capability system is to do, written as simply as can be: one array of capabilities with
// the number of each one's parent, searched from end to end. Nothing here looks at the kernel.
//
// Two things happen by and by, and may happen at any time once they have begun: descendants of the
// root of a revoke vanish, and so do the capabilities in the table of a cell whose end has begun.
#pragma once
#include "abi/syscall.h"
#include <stdbool.h>

enum {
    MODEL_ROOT,
    MODEL_A,
    MODEL_B,
    MODEL_C, // this one comes and goes
    MODEL_CELLS,
    MODEL_SLOTS = 64,
    MODEL_SUPERVISOR = MODEL_CELLS * MODEL_SLOTS,  // one for each cell: outside the tables
    MODEL_SIGNAL = MODEL_SUPERVISOR + MODEL_CELLS, // the interrupt's
    MODEL_CAPS,
    MODEL_OBJECTS = MODEL_CAPS + 1,
    MODEL_NOBODY = -1, // parent of what was there first
    MODEL_PAGE = 4096,
};

enum model_type {
    MODEL_NONE,
    MODEL_UNTYPED,
    MODEL_FRAME,
    MODEL_CELL,
    MODEL_THREAD,
    MODEL_ENDPOINT,
    MODEL_SIGNAL_TYPE,
    MODEL_INTERRUPT,
    MODEL_PORT,
    MODEL_BUDGET,
};

struct model_cap {
    bool used;
    int type; // enum model_type
    int parent;
    int object; // counted in model_refs; 0: not counted (untyped memory, ports)
    uint64_t rights, methods, expiry, identity;
    bool once;
    uint64_t generation;
    uint64_t base, size; // untyped and frame: bytes; port: number, count; otherwise address, 1
    uint64_t carved;     // untyped
};

static struct model_cap model[MODEL_CAPS];
static int model_refs[MODEL_OBJECTS];
static int model_revoked; // root of the revoke in progress, if anything is left below it
static uint64_t model_cells[MODEL_CELLS]; // where they are
static bool model_c_lives;                // MODEL_C is there, and who it is
static bool model_c_ends;
static int model_c_object;
static uint64_t model_now;

static inline bool model_has_child(int i)
{
    for (int k = 0; k < MODEL_CAPS; k++)
        if (model[k].used && model[k].parent == i)
            return true;
    return false;
}

static inline bool model_is_below(int i, int top)
{
    for (int k = model[i].parent; k != MODEL_NOBODY; k = model[k].parent)
        if (k == top)
            return true;
    return false;
}

static inline bool model_revokes(void)
{
    return model_revoked != MODEL_NOBODY && model_has_child(model_revoked);
}

static inline bool model_in_c(int i)
{
    return i / MODEL_SLOTS == MODEL_C || i == MODEL_SUPERVISOR + MODEL_C;
}

// May the capability be gone although nobody asked for just that?
static inline bool model_may_vanish(int i)
{
    return (model_revoked != MODEL_NOBODY && model_is_below(i, model_revoked)) ||
           (model_c_ends && model_in_c(i));
}

static inline void model_remove(int i)
{
    for (int k = 0; k < MODEL_CAPS; k++)
        if (model[k].used && model[k].parent == i)
            model[k].parent = model[i].parent;
    model[i].used = false;
    if (model[i].object && --model_refs[model[i].object] == 0 && model_c_lives &&
        model[i].object == model_c_object)
        model_c_ends = true;
}

static inline void model_revoke_all(int top)
{
    for (int k = 0; k < MODEL_CAPS; k++)
        if (model[k].used && model_is_below(k, top)) {
            model_remove(k);
            k = -1; // from the start: parents have changed
        }
}

// All that happens by and by has happened.
static inline void model_finish_revoke(void)
{
    if (model_revoked != MODEL_NOBODY)
        model_revoke_all(model_revoked);
    model_revoked = MODEL_NOBODY;
}

static inline void model_finish_c(void)
{
    if (!model_c_ends)
        return;
    for (int k = 0; k < MODEL_CAPS; k++)
        if (model[k].used && model_in_c(k))
            model_remove(k);
    model_c_lives = model_c_ends = false;
}

static inline void model_finish_all(void)
{
    model_finish_revoke();
    model_finish_c();
}

static inline bool model_covered(int i)
{
    const struct model_cap *c = &model[i], *r;

    if (!model_revokes())
        return false;
    r = &model[model_revoked];
    return c->base >= r->base && c->base + c->size <= r->base + r->size;
}

static inline bool model_expired(int i)
{
    return model[i].expiry != 0 && model[i].expiry <= model_now;
}

// The capability that a handle names in a cell's table; -1: none.
static inline int model_find(int cell, uint64_t handle)
{
    uint64_t slot = handle & 0xffffffff;
    int i;

    if (slot >= MODEL_SLOTS)
        return -1;
    i = cell * MODEL_SLOTS + (int)slot;
    return model[i].used && model[i].generation == handle >> 32 ? i : -1;
}

static inline uint64_t model_handle(int i)
{
    return model[i].generation << 32 | (uint64_t)(i % MODEL_SLOTS);
}

static inline err_t model_slot(int cell, uint64_t slot)
{
    int i = cell * MODEL_SLOTS + (int)slot;

    if (slot == 0 || slot >= MODEL_SLOTS)
        return ERR_NO_SLOT;
    if (model[i].used)
        return ERR_EXISTS;
    return model[i].generation == 0xffffffff ? ERR_NO_SLOT : ERR_OK;
}

struct model_request {
    uint64_t rights, methods, expiry, identity;
    bool once;
};
static const struct model_request model_whole = {RIGHT_ALL, ~0ull, 0, 0, false};
static const struct model_request model_write = {RIGHT_WRITE, ~0ull, 0, 0, false};

static inline err_t model_may_derive(int from, const struct model_request *r)
{
    int type = model[from].type;
    bool marked = type == MODEL_ENDPOINT || type == MODEL_SIGNAL_TYPE;

    if (type == MODEL_UNTYPED)
        return ERR_BAD_ARGUMENT;
    if (model[from].once || (r->once && (type != MODEL_ENDPOINT || r->rights != RIGHT_WRITE)))
        return ERR_BAD_ARGUMENT;
    if ((r->expiry || r->identity) && !marked)
        return ERR_BAD_ARGUMENT;
    if (r->identity && model[from].identity && model[from].identity != r->identity)
        return ERR_BAD_ARGUMENT;
    return model_covered(from) ? ERR_BUSY : ERR_OK;
}

static inline void model_derive(int from, int to, const struct model_request *r)
{
    uint64_t generation = model[to].generation;

    model[to] = model[from];
    model[to].generation = generation + 1;
    model[to].parent = from;
    model[to].rights &= r->rights;
    model[to].methods &= r->methods;
    if (r->expiry && (!model[to].expiry || r->expiry < model[to].expiry))
        model[to].expiry = r->expiry;
    model[to].once = r->once;
    if (!model[to].identity)
        model[to].identity = r->identity;
    if (model[to].object)
        model_refs[model[to].object]++;
}

static inline void model_move(int from, int to)
{
    uint64_t generation = model[to].generation;

    for (int k = 0; k < MODEL_CAPS; k++)
        if (model[k].used && model[k].parent == from)
            model[k].parent = to;
    model[to] = model[from];
    model[to].generation = generation + 1;
    model[from].used = false;
    if (model_revoked == from)
        model_revoked = to;
}

static inline bool model_deletes(int i) // is it the object's last?
{
    bool last = model[i].object && model_refs[model[i].object] == 1 && model[i].type != MODEL_FRAME;

    model_remove(i);
    return last;
}

// `bytes` out of untyped memory into the empty capability `to`.
static inline err_t model_carve(int from, int to, int type, uint64_t bytes, uint64_t align,
                                uint64_t rights)
{
    struct model_cap *u = &model[from], *c = &model[to];
    uint64_t at;

    if (model_covered(from))
        return ERR_BUSY;
    if (!model_has_child(from) && u->carved) {
        if (model_c_lives && model_cells[MODEL_C] - u->base < u->size)
            model_finish_c(); // nothing is left of it, or this would be BUSY
        u->carved = 0;
    }
    at = (u->carved + align - 1) / align * align;
    if (bytes > u->size || at + bytes > u->size)
        return ERR_NO_MEMORY;
    u->carved = at + bytes;
    *c = (struct model_cap){.used = true,
                            .type = type,
                            .parent = from,
                            .rights = u->rights & rights,
                            .methods = ~0ull,
                            .generation = c->generation + 1,
                            .base = u->base + at,
                            .size = type == MODEL_UNTYPED || type == MODEL_FRAME ? bytes : 1};
    if (type != MODEL_UNTYPED) {
        c->object = 1;
        while (model_refs[c->object])
            c->object++;
        model_refs[c->object] = 1;
    }
    return ERR_OK;
}
