// SPDX-License-Identifier: GPL-3.0-or-later
// The methods of kernel objects: abi/untyped.idl, cell.idl, thread.idl, frame.idl, budget.idl.
#include "method.h"
#include "abi/layout.h"
#include "arch.h"
#include "budget.h"
#include "cell.h"
#include "decode.h"
#include "endpoint.h"
#include "frame.h"
#include "gen/budget_methods.h"
#include "gen/cell_methods.h"
#include "gen/frame_methods.h"
#include "gen/thread_methods.h"
#include "gen/untyped_methods.h"
#include "lookup.h"
#include "revoke.h"
#include "seal.h"
#include "syscall.h"
#include "untyped.h"

// What was asked is done; what died by it is taken apart before the caller goes on.
APART static void answer_reaped(struct thread *t)
{
    answer(t, ERR_OK, 0, 0, 0);
    if (object_reap() == ERR_RESTART) {
        t->regs.rax = (uint64_t)SYS_REAP << CALL_OP_SHIFT;
        syscall_restart(t);
    }
}

void answer_underived(struct thread *t, err_t error)
{
    if (error == ERR_BUSY)
        revoke_help();
    answer_error(t, error);
}

// --- untyped

struct shape { // of what is carved
    enum object_type type;
    uint64_t bytes;
    uint64_t align;
    uint64_t extent;
    uint8_t rights; // at most
};

static err_t untyped_shape(const struct thread *t, const struct cap *self, uint64_t method,
                           struct shape *s)
{
    uint64_t n = t->regs.w[1];

    switch (method) {
    case UNTYPED_METHOD_RETYPE_UNTYPED:
        *s = (struct shape){OBJECT_UNTYPED, n << PAGE_SHIFT, PAGE_SIZE, n, (uint8_t)t->regs.w[2]};
        return n && !(n >> 32) && t->regs.w[2] <= RIGHT_ALL ? ERR_OK : ERR_BAD_ARGUMENT;
    case UNTYPED_METHOD_RETYPE_FRAME:
        *s = (struct shape){OBJECT_FRAME, n << PAGE_SHIFT, PAGE_SIZE, n, RIGHT_ALL};
        return n && n <= FRAME_PAGES_MAX ? ERR_OK : ERR_BAD_ARGUMENT;
    case UNTYPED_METHOD_RETYPE_CELL:
        if (n >> 32 || t->regs.w[2] >> 32)
            return ERR_BAD_ARGUMENT;
        *s = (struct shape){OBJECT_CELL, cell_size((uint32_t)n, (uint32_t)t->regs.w[2]), PAGE_SIZE,
                            0, RIGHT_ALL};
        if (!(self->rights & RIGHT_EXECUTE))
            return ERR_DENIED;
        return s->bytes ? ERR_OK : ERR_BAD_ARGUMENT;
    case UNTYPED_METHOD_RETYPE_THREAD:
        *s = (struct shape){OBJECT_THREAD, PAGE_SIZE, PAGE_SIZE, 0, RIGHT_ALL};
        return ERR_OK;
    case UNTYPED_METHOD_RETYPE_BUDGET:
        *s = (struct shape){OBJECT_BUDGET, BUDGET_BYTES, BUDGET_BYTES, 0, RIGHT_ALL};
        return self->rights & RIGHT_EXECUTE ? ERR_OK : ERR_DENIED;
    case UNTYPED_METHOD_RETYPE_ENDPOINT:
        *s = (struct shape){OBJECT_ENDPOINT, 64, 64, 0, RIGHT_ALL};
        return ERR_OK;
    default:
        *s = (struct shape){OBJECT_SIGNAL, 64, 64, 0, RIGHT_ALL};
        return ERR_OK;
    }
}

static void shape_init(const struct thread *t, const struct shape *s, void *body)
{
    switch (s->type) {
    case OBJECT_FRAME:
        frame_use_set(body, s->extent, FRAME_PAGE);
        break;
    case OBJECT_CELL:
        cell_init(body, (uint32_t)t->regs.w[1], (uint32_t)t->regs.w[2]);
        break;
    case OBJECT_THREAD:
        thread_init(body);
        frame_use_set(body, 1, FRAME_THREAD);
        break;
    case OBJECT_ENDPOINT:
    case OBJECT_SIGNAL:
    case OBJECT_BUDGET:
        ((struct object *)body)->type = (uint16_t)s->type;
        frame_small_begin(body);
        break;
    default:
        break;
    }
}

APART static void untyped_call(struct thread *t, struct cap *self, uint64_t method)
{
    struct shape s;
    struct cap *slot;
    uint64_t body;
    err_t err;

    if (method == UNTYPED_METHOD_INFO) {
        answer(t, ERR_OK, untyped_bytes(self) >> PAGE_SHIFT,
               (untyped_bytes(self) - untyped_carved(self)) >> PAGE_SHIFT, 0);
        return;
    }
    if (method < UNTYPED_METHOD_RETYPE_UNTYPED || method > UNTYPED_METHOD_RETYPE_BUDGET) {
        answer(t, ERR_DENIED, 0, 0, 0);
        return;
    }
    err = untyped_shape(t, self, method, &s);
    slot = err ? 0 : cell_slot(t->cell, t->regs.w[0], &err);
    if (slot)
        err = untyped_carve(self, s.bytes, s.align, s.type != OBJECT_UNTYPED, &body);
    if (err || !slot) {
        answer_underived(t, err);
        return;
    }
    // commit
    shape_init(t, &s, (void *)body);
    cap_make(self, slot, s.type, body, s.extent, self->rights & s.rights);
    answer(t, ERR_OK, cell_handle(t->cell, slot), 0, 0);
}

// --- cell

static err_t cell_source(const struct thread *t, const struct cell *to, struct cap **source,
                         struct cap **slot)
{
    err_t err = ERR_OK;

    *source = cell_find(t->cell, t->regs.w[0]);
    if (!*source)
        return ERR_BAD_CAPABILITY;
    if (to != t->cell && !((*source)->rights & RIGHT_GRANT))
        return ERR_DENIED;
    if ((*source)->expiry && (*source)->expiry <= clock_now())
        return ERR_EXPIRED;
    *slot = cell_slot(to, t->regs.w[1], &err);
    return *slot ? ERR_OK : err;
}

APART WHOLE static void cell_derive(struct thread *t, struct cell *to)
{
    struct cap_request request = {t->regs.w[2] & RIGHT_ALL, t->regs.w[3], t->regs.w[4],
                                  t->regs.w[5], t->regs.w[2] & DERIVE_ONCE};
    struct cap *source, *slot;
    err_t err = t->regs.w[2] > (RIGHT_ALL | DERIVE_ONCE) ? ERR_BAD_ARGUMENT
                                                         : cell_source(t, to, &source, &slot);

    if (!err)
        err = cap_may_derive(source, &request);
    if (err) {
        answer_underived(t, err);
        return;
    }
    // commit
    cap_derive(source, slot, &request);
    answer(t, ERR_OK, cell_handle(to, slot), 0, 0);
}

APART static void cell_move(struct thread *t, struct cell *to)
{
    struct cap *source, *slot;
    err_t err = cell_source(t, to, &source, &slot);

    if (err) {
        answer(t, err, 0, 0, 0);
        return;
    }
    // commit
    cap_move(source, slot);
    answer(t, ERR_OK, cell_handle(to, slot), 0, 0);
}

// Help with the revoke in progress, and start again: what was looked up may be gone.
APART static void finish_revoke_first(struct thread *t)
{
    revoke_help();
    syscall_restart(t);
}

// Take the mappings of a frame that ends away beforehand, bit by bit. False: somebody more urgent
// is waiting.
APART static bool frame_unmapped(const struct cap *c)
{
    while (!frame_end_step(c))
        if (arch_preempt())
            return false;
    return true;
}

APART WHOLE static void cell_delete(struct thread *t, struct cell *of)
{
    struct cap *c = cell_find(of, t->regs.w[0]);

    if (!c) {
        answer(t, ERR_BAD_CAPABILITY, 0, 0, 0);
        return;
    }
    if (c == revoke.root) {
        finish_revoke_first(t);
        return;
    }
    if (c->type == OBJECT_FRAME && !frame_unmapped(c)) {
        syscall_restart(t);
        return;
    }
    // commit
    if (cap_delete(c))
        answer_reaped(t);
    else
        answer(t, ERR_OK, 0, 0, 0);
}

APART static void cell_revoke(struct thread *t, struct cell *of)
{
    struct cap *c = cell_find(of, t->regs.w[0]);
    err_t err = !c ? ERR_BAD_CAPABILITY : c->rights & RIGHT_REVOKE ? ERR_OK : ERR_DENIED;

    if (err) {
        answer(t, err, 0, 0, 0);
        return;
    }
    if (revoke_in_progress()) {
        finish_revoke_first(t);
        return;
    }
    // commit
    revoke_begin(c);
    answer_reaped(t);
}

APART static void cell_supervise(struct thread *t, struct cell *cell)
{
    static const struct cap_request write = {.rights = RIGHT_WRITE, .methods = ~0ull};
    struct cap *c;
    err_t err = lookup_typed(t, t->regs.w[0], OBJECT_ENDPOINT, RIGHT_WRITE | RIGHT_GRANT, &c);

    if (!err)
        err = cap_may_derive(c, &write);
    if (!err && cell->supervisor.type != OBJECT_NONE)
        err = ERR_EXISTS;
    if (err) {
        answer_underived(t, err);
        return;
    }
    // commit
    cap_derive(c, &cell->supervisor, &write);
    answer(t, ERR_OK, 0, 0, 0);
}

// `self` is 0 for the caller's own cell, which says nothing about what it may do with it.
static err_t cell_call_authorise(const struct thread *t, const struct cap *self)
{
    if (!self || !(self->rights & RIGHT_EXECUTE))
        return ERR_DENIED;
    return cell_authorise((struct cell *)self->object, t->regs.w);
}

// The rare methods, apart from the common ones.
APART static void cell_call_rare(struct thread *t, struct cap *self, struct cell *cell,
                                 uint64_t method)
{
    switch (method) {
    case CELL_METHOD_MOVE:
        cell_move(t, cell);
        break;
    case CELL_METHOD_REVOKE:
        cell_revoke(t, cell);
        break;
    case CELL_METHOD_RESERVE:
        answer_error(t, space_reserve(cell, &t->regs.w[0], &t->regs.w[1]));
        break;
    case CELL_METHOD_SUPERVISE:
        if (cell == t->cell)
            answer(t, ERR_DENIED, 0, 0, 0);
        else
            cell_supervise(t, cell);
        break;
    case CELL_METHOD_INFO:
        answer(t, ERR_OK, cell->slots_used, cell->pool_pages - cell->pool_used, cell->pages);
        break;
    case CELL_METHOD_AUTHORISE:
        answer(t, cell_call_authorise(t, self), 0, 0, 0);
        break;
    default:
        answer(t, ERR_DENIED, 0, 0, 0);
    }
}

APART static void cell_call(struct thread *t, struct cap *self, uint64_t method)
{
    struct cell *cell = self ? (struct cell *)self->object : t->cell;

    if (method == CELL_METHOD_DERIVE)
        cell_derive(t, cell);
    else if (method == CELL_METHOD_DELETE)
        cell_delete(t, cell);
    else
        cell_call_rare(t, self, cell, method);
}

// The cell that an argument names: the caller's own, or one behind a capability with WRITE.
static err_t cell_argument(const struct thread *t, cap_t handle, struct cell **out)
{
    struct cap *c;
    err_t err;

    if (handle == CAP_SELF) {
        *out = t->cell;
        return ERR_OK;
    }
    err = lookup_typed(t, handle, OBJECT_CELL, RIGHT_WRITE, &c);
    if (!err)
        *out = (struct cell *)c->object;
    return err;
}

// --- thread

APART static void thread_call_start(struct thread *t, struct thread *new)
{
    const uint64_t *w = t->regs.w;
    struct cell *cell;
    err_t err = cell_argument(t, w[0], &cell);

    if (!err && (new->state != THREAD_NEW || cell->tampered)) // I34
        err = ERR_BAD_STATE;
    if (!err && (w[1] >= CELL_TOP || w[2] > CELL_TOP || w[4] > 255 || w[5] & ~3ull))
        err = ERR_BAD_ARGUMENT;
    if (!err && w[4] > t->priority)
        err = ERR_DENIED;
    if (err) {
        answer(t, err, 0, 0, 0);
        return;
    }
    // commit
    thread_link(new, cell);
    new->regs.rip = w[1];
    new->regs.rsp = w[2];
    new->regs.rdi = w[3];
    new->regs.rflags = ARCH_USER_FLAGS;
    new->priority = (uint8_t)w[4];
    new->flags = (uint8_t)w[5];
    new->return_fully = 1;
    if (!new->budget)
        budget_give(new, t->budget);
    sched_ready(new);
    answer(t, ERR_OK, 0, 0, 0);
}

APART static void thread_call_area(struct thread *t, struct thread *of, bool inbox)
{
    err_t err = of->cell ? ERR_OK : ERR_BAD_STATE;

    if (!err && of->lease.lender)
        err = ERR_BUSY;
    if (!err)
        err = inbox ? inbox_set(of, of->cell, t->regs.w[0], t->regs.w[1])
                    : window_set(of, of->cell, t->regs.w[0], t->regs.w[1]);
    answer(t, err, 0, 0, 0);
}

// As abi/thread.idl counts: new, ready, waiting (for whatever), stopped.
static uint64_t thread_condition(const struct thread *of)
{
    if (of->state == THREAD_NEW || of->state == THREAD_READY)
        return of->state;
    return of->state == THREAD_STOPPED ? 3 : 2;
}

APART static void thread_call(struct thread *t, struct thread *of, uint64_t method)
{
    struct cap *c;
    err_t err;

    switch (method) {
    case THREAD_METHOD_START:
        thread_call_start(t, of);
        break;
    case THREAD_METHOD_STOP:
        answer(t, ERR_OK, 0, 0, 0);
        thread_stop(of);
        if (of != t)
            answer_reaped(t);
        break;
    case THREAD_METHOD_WINDOW:
    case THREAD_METHOD_INBOX:
        thread_call_area(t, of, method == THREAD_METHOD_INBOX);
        break;
    case THREAD_METHOD_BIND:
        err = lookup_typed(t, t->regs.w[0], OBJECT_SIGNAL, RIGHT_READ, &c);
        answer(t, err ? err : signal_bind((struct signal *)c->object, of), 0, 0, 0);
        break;
    case THREAD_METHOD_BUDGET:
        err = lookup_typed(t, t->regs.w[0], OBJECT_BUDGET, RIGHT_WRITE, &c);
        if (!err)
            budget_give(of, (struct budget *)c->object);
        answer(t, err, 0, 0, 0);
        break;
    case THREAD_METHOD_INFO:
        answer(t, ERR_OK, thread_condition(of), of->ran, 0);
        break;
    default:
        answer(t, ERR_DENIED, 0, 0, 0);
    }
}

// --- budget, frame

APART static void budget_call(struct thread *t, struct budget *b, uint64_t method)
{
    if (method == BUDGET_METHOD_SET) {
        answer(t, budget_set(b, t->regs.w[0], t->regs.w[1]), 0, 0, 0);
    } else if (method == BUDGET_METHOD_INFO) {
        answer(t, ERR_OK, b->left > 0 ? (uint64_t)b->left : 0, b->left < 0 ? (uint64_t)-b->left : 0,
               b->next);
    } else {
        answer(t, ERR_DENIED, 0, 0, 0);
    }
}

APART static void frame_call(struct thread *t, struct cap *self, uint64_t method)
{
    struct cell *cell;
    err_t err;

    if (method == FRAME_METHOD_MAP || method == FRAME_METHOD_SEAL) {
        err = cell_argument(t, t->regs.w[0], &cell);
        if (!err && method == FRAME_METHOD_SEAL)
            err = frame_seal(self, cell, t->cell, &t->regs.w[1]);
        else if (!err)
            err = frame_map(self, cell, t->regs.w[1], (uint32_t)t->regs.w[2]);
    } else if (method == FRAME_METHOD_UNMAP) {
        err = frame_unmap(self);
    } else {
        err = ERR_DENIED;
    }
    answer_error(t, err);
}

// Kernel objects take words only.
static bool carries_more(const struct thread *t)
{
    return !call_is_plain(t->regs.rax);
}

// All but frames and the caller's own cell, which are called most.
APART static void object_call_other(struct thread *t, struct cap *self, uint64_t method)
{
    uint8_t right = self->type != OBJECT_PORT ? RIGHT_WRITE : 0;

    if ((self->rights & right) != right) {
        answer(t, ERR_DENIED, 0, 0, 0);
        return;
    }
    switch (self->type) {
    case OBJECT_UNTYPED:
        untyped_call(t, self, method);
        break;
    case OBJECT_CELL:
        cell_call(t, self, method);
        break;
    case OBJECT_THREAD:
        thread_call(t, (struct thread *)self->object, method);
        break;
    case OBJECT_BUDGET:
        budget_call(t, (struct budget *)self->object, method);
        break;
    case OBJECT_INTERRUPT:
        interrupt_call(t, (struct interrupt *)self->object, method);
        break;
    case OBJECT_PORT:
        port_call(t, self, method);
        break;
    case OBJECT_DEVICE:
        device_call(t, self, method);
        break;
    case OBJECT_AUDIT:
        audit_call(t, method);
        break;
    default:
        answer(t, ERR_BAD_CAPABILITY, 0, 0, 0);
    }
}

APART static void answer_carries_more(struct thread *t)
{
    answer(t, ERR_BAD_ARGUMENT, 0, 0, 0);
}

void object_call(struct thread *t, struct cap *self, uint64_t method)
{
    if (carries_more(t))
        answer_carries_more(t);
    else if (!self)
        cell_call(t, 0, method);
    else if (self->type == OBJECT_FRAME)
        frame_call(t, self, method);
    else
        object_call_other(t, self, method);
}
