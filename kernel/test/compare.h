// SPDX-License-Identifier: GPL-3.0-or-later
// Is the kernel where the model says?
#pragma once
#include "bed.h"
#include "interrupt.h"
#include "model.h"
#include "revoke.h"

enum { COMPARE_LINE = 1 }; // of the interrupt that the model has

static inline struct cell *cell_of(int cell)
{
    return (struct cell *)model_cells[cell];
}

// The table of a cell that may have ended meanwhile.
static inline struct cap *slots_of(int cell)
{
    return (struct cap *)(model_cells[cell] + 2 * PAGE_SIZE);
}

static inline struct cap *kernel_cap(int i)
{
    if (i < MODEL_SUPERVISOR)
        return &slots_of(i / MODEL_SLOTS)[i % MODEL_SLOTS];
    return i == MODEL_SIGNAL ? &interrupts[COMPARE_LINE].signal
                             : &cell_of(i - MODEL_SUPERVISOR)->supervisor;
}

static inline int index_of(const struct cap *c)
{
    for (int k = 0; k < MODEL_CELLS; k++) {
        if (!model_cells[k])
            continue;
        if (c >= slots_of(k) && c < slots_of(k) + MODEL_SLOTS)
            return k * MODEL_SLOTS + (int)(c - slots_of(k));
        if (c == &cell_of(k)->supervisor)
            return MODEL_SUPERVISOR + k;
    }
    return c == &interrupts[COMPARE_LINE].signal ? MODEL_SIGNAL : MODEL_NOBODY;
}

// Walk the whole tree; each capability's links agree in both directions (I2). How many there are.
static inline int tree(int parents[MODEL_CAPS])
{
    const struct cap *c = cap_root;
    int at = MODEL_NOBODY, n = 0, up[MODEL_CAPS], depth = 0;

    for (;;) {
        uint32_t link = c->first;

        if (!link) {
            while (c != cap_root && cap_at(c->next)->last == cap_link(c)) {
                c = cap_at(c->next);
                at = up[--depth];
            }
            if (c == cap_root)
                return n;
            link = c->next;
            CHECK(cap_at(link)->prev == cap_link(c));
            at = up[--depth];
        } else {
            CHECK(cap_at(link)->prev == cap_link(c));
        }
        c = cap_at(link);
        up[depth++] = at;
        n++;
        if (!CHECK(index_of(c) != MODEL_NOBODY && depth < MODEL_CAPS && n <= MODEL_CAPS))
            return n;
        parents[index_of(c)] = at;
        at = index_of(c);
    }
}

static inline void compare_cap(int i)
{
    const struct cap *c = kernel_cap(i);
    const struct model_cap *m = &model[i];

    CHECK_EQ(c->type, m->used ? m->type : MODEL_NONE);
    if (i < MODEL_SUPERVISOR)
        CHECK_EQ(c->generation, m->generation);
    if (!m->used)
        return;
    CHECK_EQ(c->rights, m->rights);
    CHECK_EQ(c->methods, m->methods);
    CHECK_EQ(c->expiry, m->expiry);
    CHECK_EQ(c->once, m->once);
    CHECK_EQ(c->object, m->base);
    if (m->type == MODEL_UNTYPED) {
        CHECK_EQ(untyped_bytes(c), m->size);
        CHECK_EQ(untyped_carved(c), m->carved);
        return;
    }
    CHECK_EQ(c->identity, m->identity);
    if (m->type == MODEL_FRAME)
        CHECK_EQ(c->extent << PAGE_SHIFT, m->size);
    if (m->type == MODEL_PORT)
        CHECK_EQ(c->extent, m->size);
    if (m->type == MODEL_FRAME)
        CHECK_EQ(frame_of_kernel((void *)c->object)->refs, model_refs[m->object]);
    else if (m->object)
        CHECK_EQ(((struct object *)c->object)->refs, model_refs[m->object]);
}

static inline void compare(void)
{
    int parents[MODEL_CAPS], count = 0;
    int found = tree(parents);

    for (int i = 0; i < MODEL_CAPS; i++) {
        if (model_in_c(i) && (!model_c_lives || (model_c_ends && !model[i].used)))
            continue;
        compare_cap(i);
        if (!model[i].used)
            continue;
        count++;
        CHECK_EQ(parents[i], model[i].parent);
    }
    CHECK_EQ(found, count);
    CHECK(revoke.root == (model_revokes() ? kernel_cap(model_revoked) : 0));
}

// What may have gone by and by may be gone.
static inline void follow(void)
{
    for (int i = 0; i < MODEL_CAPS; i++) {
        if (!model[i].used || !model_may_vanish(i) || kernel_cap(i)->type != OBJECT_NONE)
            continue;
        model_remove(i);
        i = -1; // this may have let more go
    }
    if (!model_revokes())
        model_revoked = MODEL_NOBODY;
}
