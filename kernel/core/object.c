// SPDX-License-Identifier: GPL-3.0-or-later
#include "object.h"
#include "arch.h"
#include "budget.h"
#include "cell.h"
#include "endpoint.h"
#include "frame.h"
#include "interrupt.h"
#include "signal.h"

static struct object *dying;

static bool has_body(enum object_type type)
{
    return (type >= OBJECT_CELL && type <= OBJECT_INTERRUPT) || type == OBJECT_BUDGET;
}

void object_ref(struct cap *c)
{
    if (has_body(c->type))
        ((struct object *)c->object)->refs++;
    else if (c->type == OBJECT_FRAME)
        frame_of_kernel((void *)c->object)->refs++;
}

void object_unref(struct cap *c)
{
    if (c->type == OBJECT_FRAME) {
        if (--frame_of_kernel((void *)c->object)->refs == 0)
            frame_end(c);
    } else if (has_body(c->type)) {
        struct object *o = (struct object *)c->object;

        ASSERT("I2", o->refs > 0);
        if (--o->refs == 0 && c->type != OBJECT_INTERRUPT)
            object_die(o);
        else if (o->refs == 0)
            interrupt_end((struct interrupt *)o);
    }
}

void object_die(struct object *o)
{
    if (o->dying)
        return;
    o->dying = 1;
    o->next_dying = dying;
    dying = o;
}

bool object_is_dying(void)
{
    return dying != 0;
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
    default:
        return signal_reap((struct signal *)o);
    }
}

err_t object_reap(void)
{
    while (dying) {
        struct object *o = dying;

        dying = o->next_dying;
        o->next_dying = 0;
        o->dying = 0;
        if (!object_reap_step(o))
            object_die(o);
        if (dying && arch_preempt())
            return ERR_RESTART;
    }
    return ERR_OK;
}
