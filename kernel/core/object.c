// SPDX-License-Identifier: GPL-3.0-or-later
#include "object.h"
#include "arch.h"
#include "budget.h"
#include "cell.h"
#include "endpoint.h"
#include "frame.h"
#include "interrupt.h"
#include "revoke.h"
#include "signal.h"

// Under the lock of the derivation tree, if there were a second CPU.
static struct {
    struct object *first, *last;
} dying;

static bool has_body(enum object_type type)
{
    return (type >= OBJECT_CELL && type <= OBJECT_INTERRUPT) || type == OBJECT_BUDGET;
}

// Several of these share a page.
static bool is_small(enum object_type type)
{
    return type == OBJECT_ENDPOINT || type == OBJECT_SIGNAL || type == OBJECT_BUDGET;
}

void object_ref(const struct cap *c)
{
    if (has_body(c->type))
        ((struct object *)c->object)->refs++;
    else if (c->type == OBJECT_FRAME)
        frame_of_kernel((void *)c->object)->refs++;
}

// The last capability to it is gone.
APART static void object_end(struct object *o)
{
    if (o->type == OBJECT_INTERRUPT)
        interrupt_end((struct interrupt *)o);
    object_die(o);
}

bool object_unref(const struct cap *c)
{
    if (has_body(c->type)) {
        struct object *o = (struct object *)c->object;

        ASSERT("I2", o->refs > 0);
        if (--o->refs)
            return false;
        object_end(o);
        return true;
    }
    if (c->type == OBJECT_FRAME && --frame_of_kernel((void *)c->object)->refs == 0)
        frame_end(c);
    return false;
}

void object_die(struct object *o)
{
    if (o->dying)
        return;
    o->dying = 1;
    o->next_dying = 0;
    if (dying.first)
        dying.last->next_dying = o;
    else
        dying.first = o;
    dying.last = o;
}

// One bounded step; true when there is nothing more to do for `o` at present.
static bool object_reap_step(struct object *o)
{
    switch (o->type) {
    case OBJECT_CELL:
        return cell_reap((struct cell *)o);
    case OBJECT_THREAD:
        return thread_reap((struct thread *)o);
    case OBJECT_ENDPOINT:
        return endpoint_reap((struct endpoint *)o);
    case OBJECT_BUDGET:
        return budget_reap((struct budget *)o);
    case OBJECT_INTERRUPT:
        return interrupt_reap((struct interrupt *)o);
    default:
        return signal_reap((struct signal *)o);
    }
}

bool object_reap_one(void)
{
    struct object *o = dying.first;

    if (revoke_in_progress()) { // first, so that no cell's end comes to its root (I19)
        revoke_step();
        return true;
    }
    if (!o)
        return false;
    dying.first = o->next_dying;
    o->dying = 0;
    if (!object_reap_step(o)) {
        if (!dying.first)
            dying.last = o;
        o->next_dying = dying.first;
        o->dying = 1;
        dying.first = o;
    } else if (is_small(o->type)) {
        frame_small_end(o);
    }
    return true;
}

static bool is_left(void)
{
    return dying.first || revoke_in_progress();
}

err_t object_reap(void)
{
    while (object_reap_one())
        if (is_left() && arch_preempt())
            return ERR_RESTART;
    return ERR_OK;
}
