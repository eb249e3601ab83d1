// SPDX-License-Identifier: GPL-3.0-or-later
// The capability system against its model (kernel/test/model.h): random system calls of four
// threads in three cells, and of nobody in a fourth that comes and goes. Calls are interrupted at
// random points and go on later, or never because their thread dies. After each step every slot,
// the tree and the reference counts are compared. `cap_test [seed [steps]]`.
#include "../test/bed.h"
#include "../test/compare.h"
#include "../test/expect.h"
#include "tests/seed.h"

enum { STEPS = 100000, ACTORS = 4, FIXED = 16, PIECE = 12, PASSING = 11 };
enum { GENERATIONS_NEARLY_USED_UP = 60 }; // slots from here on

struct actor {
    struct thread *thread;
    int cell;
    bool dead;        // until it is reaped; then it starts anew
    bool interrupted; // its registers hold the call to go on with
    bool waits;       // in the middle of a message
};

static struct actor actors[ACTORS];
static uint64_t seed;
// What must have happened, or the test was none.
static struct {
    unsigned long busy, interrupted, deaths, ends, refused_later;
} seen;
static bool passing; // a message: not two of them at once

static uint64_t roll64(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

static uint32_t roll(uint32_t n)
{
    return (uint32_t)(roll64() >> 20) % n;
}

// --- the calls

// The call in the thread's registers was interrupted. What had it done by then?
static void interrupted(struct actor *a, uint64_t word, uint64_t to, const uint64_t *w)
{
    const struct regs *r = &a->thread->regs;
    bool committed = r->rax >> CALL_OP_SHIFT == SYS_REAP && word >> CALL_OP_SHIFT != SYS_REAP;
    uint64_t carved;
    int i, cell;

    a->interrupted = true;
    i = to ? model_find(a->cell, to) : MODEL_NOBODY;
    if (!committed) { // memory that is reset shrinks page by page
        if (i < 0 || model[i].type != MODEL_UNTYPED || model_has_child(i))
            return;
        carved = untyped_carved(kernel_cap(i));
        if (carved < model[i].carved && carved % MODEL_PAGE == 0)
            model[i].carved = carved;
        return;
    }
    cell = i < 0 ? a->cell : model_table(i);
    i = model_find(cell, w[0]);
    if ((word & METHOD_MAX) == CELL_METHOD_REVOKE || i == model_revoked)
        model_finish_revoke(); // that came before
    if ((word & METHOD_MAX) == CELL_METHOD_REVOKE)
        CHECK_EQ(expect_revoke(cell, w[0]), ERR_OK);
    else
        CHECK((word & METHOD_MAX) == CELL_METHOD_DELETE && model_deletes(i));
}

// Let the call in the thread's registers run, and compare.
static void run(struct actor *a)
{
    struct regs *r = &a->thread->regs;
    uint64_t word = r->rax, to = r->rdi, w[MESSAGE_WORDS];
    err_t err;

    memcpy(w, r->w, sizeof(w));
    r->rip = CELL_CODE_BASE;
    a->interrupted = false;
    host_preempt_in = roll(4) ? 1 + roll(roll(3) ? 4 : 100) : 0;
    err = (err_t)bed_enter(a->thread);
    host_preempt_in = 0;
    if (bed_restarts(a->thread, CELL_CODE_BASE)) {
        interrupted(a, word, to, w);
    } else {
        model_made = 0;
        CHECK_EQ(err, expect(a->cell, word, to, w));
        seen.busy += err == ERR_BUSY;
        if (err == ERR_OK && word >> CALL_OP_SHIFT == SYS_CALL)
            CHECK_EQ(r->w[0], model_made);
    }
    follow();
    compare();
    seen.interrupted += a->interrupted && model_revokes();
    seen.ends += a->interrupted && model_c_ends;
}

static uint64_t some_handle(int cell)
{
    int i = cell * MODEL_SLOTS + (int)roll(MODEL_SLOTS);
    uint64_t handle = model_handle(i);

    return roll(24) ? handle : handle + ((uint64_t)roll(5) << 32) - (2ull << 32) + roll(2) * 64;
}

// Most often an empty one.
static uint64_t some_slot(int cell)
{
    uint32_t n = roll(40), slot = 0;

    if (n < 2)
        return n == 0 ? 0 : MODEL_SLOTS + roll(100);
    for (int tries = 0; tries < 3; tries++) {
        slot = FIXED + roll(MODEL_SLOTS - FIXED);
        if (!model[cell * MODEL_SLOTS + (int)slot].used)
            break;
    }
    return slot;
}

// Of a capability in use, most often; rather of one with children if so wished.
static uint64_t some_used(int cell, bool parent)
{
    bool hinders = model_revokes() && roll(2); // tries what a revoke forbids
    uint64_t handle = 0;

    for (int tries = 0; tries < (parent || hinders ? 12 : 2); tries++) {
        int i;

        handle = some_handle(cell);
        i = model_find(cell, handle);
        if (i >= 0 && (!parent || (model_has_child(i) && i % MODEL_SLOTS >= FIXED)) &&
            (!hinders || model_covered(i)))
            break;
    }
    return handle;
}

// A capability of this type in the cell's table; 0: not found by chance.
static uint64_t some_typed(int cell, int type)
{
    for (int k = 0, at = (int)roll(MODEL_SLOTS); k < MODEL_SLOTS; k++) {
        int i = cell * MODEL_SLOTS + (at + k) % MODEL_SLOTS;

        if (model[i].used && model[i].type == type)
            return model_handle(i);
    }
    return 0;
}

static bool somebody_makes_a_cell(void)
{
    for (int i = 0; i < ACTORS; i++)
        if (actors[i].interrupted && actors[i].thread->regs.rax == UNTYPED_METHOD_RETYPE_CELL)
            return true;
    return model_c_lives;
}

// What the test stands on may be copied, but neither goes nor is revoked.
static bool is_spared(int cell, uint64_t handle, bool revoked)
{
    int i = model_find(cell, handle);

    if (i < 0 || cell == MODEL_C || i % MODEL_SLOTS >= FIXED)
        return false;
    return !revoked || !(model[i].type == MODEL_PORT || model[i].type == MODEL_INTERRUPT ||
                         (model[i].type == MODEL_UNTYPED && i % MODEL_SLOTS == PIECE));
}

static void cell_step(struct actor *a)
{
    static const uint8_t methods[] = {CELL_METHOD_DERIVE,   CELL_METHOD_DERIVE, CELL_METHOD_DERIVE,
                                      CELL_METHOD_DERIVE,   CELL_METHOD_MOVE,   CELL_METHOD_MOVE,
                                      CELL_METHOD_DELETE,   CELL_METHOD_DELETE, CELL_METHOD_REVOKE,
                                      CELL_METHOD_SUPERVISE};
    uint64_t method = methods[roll(sizeof(methods))];
    uint64_t to = roll(3) ? CAP_SELF : some_typed(a->cell, MODEL_CELL);
    int cell = to ? model_table(model_find(a->cell, to)) : a->cell;
    bool removes = method == CELL_METHOD_DELETE || method == CELL_METHOD_REVOKE;
    struct bed_args w =
        ARGS(some_used(removes ? cell : a->cell, method == CELL_METHOD_REVOKE), some_slot(cell),
             roll(65), roll64(), roll(4) ? 0 : host_now + roll(1000), roll(4) ? 0 : 1 + roll(2));

    if (method == CELL_METHOD_SUPERVISE)
        w.w[0] = some_typed(a->cell, MODEL_ENDPOINT);
    if (w.w[2] > RIGHT_ALL && roll(2))
        w.w[2] = DERIVE_ONCE | RIGHT_WRITE;
    else if (roll(6)) {
        w.w[2] |= RIGHT_WRITE | RIGHT_GRANT | RIGHT_REVOKE;
        w.w[3] = ~0ull;
    }
    if ((removes || method == CELL_METHOD_MOVE) &&
        is_spared(removes ? cell : a->cell, w.w[0], method == CELL_METHOD_REVOKE))
        return;
    a->thread->regs.rax = method;
    a->thread->regs.rdi = to;
    memcpy(a->thread->regs.w, w.w, sizeof(w.w));
    run(a);
}

static void object_step(struct actor *a)
{
    static const uint8_t types[] = {MODEL_UNTYPED, MODEL_UNTYPED, MODEL_UNTYPED, MODEL_PORT,
                                    MODEL_INTERRUPT};
    int type = types[roll(sizeof(types))];
    uint64_t to = some_typed(a->cell, type), method = INTERRUPT_METHOD_BIND;
    struct bed_args w = ARGS(some_typed(a->cell, MODEL_SIGNAL_TYPE), 1);

    if (!to || (a->cell == MODEL_ROOT && (uint32_t)to == ROOT_UNTYPED))
        return;
    if (type == MODEL_UNTYPED) {
        method = UNTYPED_METHOD_RETYPE_UNTYPED + roll(6);
        if (roll(12) == 0)
            method = UNTYPED_METHOD_RETYPE_BUDGET;
        w = ARGS(some_slot(a->cell), roll(8), roll(33) | (roll(3) ? RIGHT_ALL : 0));
        if (method == UNTYPED_METHOD_RETYPE_CELL) {
            if (somebody_makes_a_cell())
                return;
            w = ARGS(w.w[0], MODEL_SLOTS, 0);
        }
    } else if (type == MODEL_PORT) {
        method = PORT_METHOD_NARROW;
        w = ARGS(roll(64), roll(4) ? 1 + roll(0x8000) : roll(0x10000), some_slot(a->cell));
    }
    a->thread->regs.rax = method;
    a->thread->regs.rdi = to;
    memcpy(a->thread->regs.w, w.w, sizeof(w.w));
    run(a);
}

// --- messages, deaths

static bool is_free(const struct actor *a)
{
    return !a->dead && !a->interrupted && !a->waits;
}

static void step(void);

static cap_t passing_handle(const struct actor *a)
{
    return model_handle(a->cell * MODEL_SLOTS + PASSING);
}

static void receive(struct actor *y)
{
    y->thread->regs.r15 = 0;
    bed_syscall(y->thread, call_word(SYS_RECV, 0, 0), passing_handle(y), ARGS(0));
}

static void call(struct actor *x)
{
    bed_syscall(x->thread, call_word(SYS_CALL, 3, 0) | CALL_CAP, passing_handle(x), ARGS(0));
}

// The answer brings a capability back, if that may be.
static void answer(struct actor *y, struct actor *x)
{
    struct regs *r = &y->thread->regs;
    uint64_t slot = x->thread->regs.r14, word = call_word(SYS_REPLY_RECV, 0, 0);
    err_t err;

    r->r13 = some_handle(y->cell);
    r->r15 = 1; // long ago: it does not wait for the next one
    err = expect_passed(y->cell, x->cell, r->r13, 0);
    if (err != ERR_NO_SLOT) {
        CHECK_EQ(bed_syscall(y->thread, word | CALL_CAP, passing_handle(y), ARGS(0)), err);
        if (err == ERR_BUSY)
            model_finish_revoke(); // it helped
        CHECK_EQ(x->thread->state, THREAD_CALLING);
        CHECK_EQ(bed_syscall(y->thread, word, passing_handle(y), ARGS(0)), ERR_TIMED_OUT);
        CHECK_EQ(x->thread->regs.rax, ERR_OK);
        return;
    }
    err = expect_passed(y->cell, x->cell, r->r13, slot);
    CHECK_EQ(bed_syscall(y->thread, word | CALL_CAP, passing_handle(y), ARGS(0)), ERR_TIMED_OUT);
    CHECK_EQ(x->thread->regs.rax, err ? (uint64_t)err : RESULT_CAP);
    CHECK_EQ(x->thread->regs.r13, err ? 0 : model_handle(x->cell * MODEL_SLOTS + (int)slot));
}

// A message with a capability, taken at once or after whatever else happens meanwhile.
static void pass(struct actor *x, struct actor *y)
{
    struct regs *from = &x->thread->regs, *to = &y->thread->regs;
    uint64_t handle = some_used(x->cell, false), slot = some_slot(y->cell);
    bool queued = roll(2);
    err_t err;

    from->r14 = some_slot(x->cell);
    x->waits = y->waits = passing = true;
    if (queued) {
        from->r13 = handle;
        call(x);
        CHECK_EQ(x->thread->state, THREAD_SENDING);
        model_finish_revoke(); // it helped
        step();
    }
    to->r14 = slot;
    receive(y);
    if (!queued) {
        from->r13 = handle;
        call(x);
    }
    err = expect_passed(x->cell, y->cell, handle, slot);
    if (!queued)
        model_finish_revoke(); // it helped
    if (err) {
        CHECK_EQ(from->rax, err);
        seen.refused_later += queued;
        CHECK_EQ(y->thread->state, THREAD_RECEIVING);
        endpoint_leave(y->thread); // the test plays on with it
        sched_ready(y->thread);
    } else {
        CHECK_EQ(x->thread->state, THREAD_CALLING);
        CHECK_EQ(to->rax, RESULT_CAP | 3 << RESULT_METHOD_SHIFT);
        CHECK_EQ(to->r13, model_handle(y->cell * MODEL_SLOTS + (int)slot));
        CHECK_EQ(to->rdi, model[x->cell * MODEL_SLOTS + PASSING].identity);
        compare();
        answer(y, x);
    }
    x->waits = y->waits = passing = false;
    follow();
    compare();
}

// The thread stops, as by a fault, in the middle of its call or not. Once its end is over it may
// start anew.
static void die(struct actor *a)
{
    thread_stop(a->thread);
    a->dead = true;
    seen.deaths += model_revokes();
    a->interrupted = false;
}

static void live(struct actor *a)
{
    if (a->thread->cell)
        return;
    thread_link(a->thread, cell_of(a->cell));
    a->thread->priority = 100;
    sched_ready(a->thread);
    a->dead = false;
}

static void step(void)
{
    struct actor *a = &actors[roll(ACTORS)], *b = &actors[roll(ACTORS)];

    if (roll(8) == 0)
        model_now = host_now += roll(100);
    if (a->dead) {
        live(a);
    } else if (a->interrupted) {
        uint32_t n = roll(20);

        if (n == 0 && a != actors) // somebody is left to take the dead apart
            die(a);
        else if (n < (model_revokes() ? 2 : 6))
            run(a);
    } else if (!a->waits) {
        switch (roll(64) ? 1 + roll(15) : 0) {
        case 0:
            a->thread->regs.rax = call_word(SYS_REAP, 0, 0);
            run(a);
            break;
        case 1:
        case 2:
            if (a != b && is_free(b) && !passing)
                pass(a, b);
            break;
        case 3:
        case 4:
        case 5:
        case 6:
            object_step(a);
            break;
        default:
            cell_step(a);
        }
    }
}

// --- the beginning

static void add_actor(int n, int cell, struct thread *t)
{
    actors[n] = (struct actor){.thread = t, .cell = cell};
}

static void give(uint64_t method, struct bed_args a)
{
    CHECK_EQ(bed_object(actors[0].thread, handle_of(ROOT_UNTYPED), method, a), ERR_OK);
}

// Slots of each cell: PIECE is untyped memory, PASSING the endpoint for messages; ports, an
// interrupt and capabilities to each other in between.
static void add_cell(int cell, uint32_t slot)
{
    struct thread *first = actors[0].thread;

    actors[1 + cell].thread = bed_cell(first, slot, 1, 100);
    actors[1 + cell].cell = cell;
    model_cells[cell] = slots_of(MODEL_ROOT)[slot].object;
    give(UNTYPED_METHOD_RETYPE_UNTYPED, ARGS(10, 24, RIGHT_ALL));
    CHECK_EQ(bed_object(first, handle_of(slot), CELL_METHOD_MOVE,
                        ARGS(cell_handle(cell_of(MODEL_ROOT), &slots_of(MODEL_ROOT)[10]), PIECE)),
             ERR_OK);
    bed_grant(first, slot, handle_of(PASSING), PASSING, RIGHT_ALL, ~0ull, (uint64_t)cell);
    bed_grant(first, slot, handle_of(ROOT_PORTS), 3, RIGHT_ALL, ~0ull, 0);
    bed_grant(first, slot, handle_of(ROOT_IRQ), 4, RIGHT_ALL, ~0ull, 0);
    bed_grant(first, slot, handle_of(ROOT_CELL), 6, RIGHT_ALL, ~0ull, 0);
}

// What the kernel has now is where the model begins.
static void import(void)
{
    int parents[MODEL_CAPS], objects = 0;

    tree(parents);
    for (int i = 0; i < MODEL_CAPS; i++) {
        const struct cap *c = model_in_c(i) ? &(struct cap){0} : kernel_cap(i);
        struct model_cap *m = &model[i];

        *m = (struct model_cap){.used = c->type != OBJECT_NONE, .generation = c->generation};
        if (!m->used)
            continue;
        m->type = c->type;
        m->parent = parents[i];
        m->rights = c->rights;
        m->methods = c->methods;
        m->expiry = c->expiry;
        m->base = c->object;
        m->identity = c->type == OBJECT_UNTYPED ? 0 : c->identity;
        m->size = c->type == OBJECT_UNTYPED ? untyped_bytes(c)
                  : c->type == OBJECT_FRAME ? c->extent << PAGE_SHIFT
                  : c->type == OBJECT_PORT  ? c->extent
                                            : 1;
        m->carved = c->type == OBJECT_UNTYPED ? untyped_carved(c) : 0;
        if (c->type == OBJECT_UNTYPED || c->type == OBJECT_PORT)
            continue;
        for (int k = 0; k < i && !m->object; k++)
            if (model[k].used && model[k].object && model[k].base == m->base)
                m->object = model[k].object;
        if (!m->object)
            m->object = ++objects;
        model_refs[m->object]++;
    }
    model_revoked = MODEL_NOBODY;
    model_now = host_now;
}

static void setup(void)
{
    model_cells[MODEL_ROOT] = (uint64_t)host_boot_sized(512, MODEL_SLOTS, 16);
    add_actor(0, MODEL_ROOT, bed_first(cell_of(MODEL_ROOT)));
    give(UNTYPED_METHOD_RETYPE_THREAD, ARGS(9));
    give(UNTYPED_METHOD_RETYPE_ENDPOINT, ARGS(PASSING));
    give(UNTYPED_METHOD_RETYPE_UNTYPED, ARGS(PIECE, 24, RIGHT_ALL));
    CHECK_EQ(bed_object(actors[0].thread, handle_of(9), THREAD_METHOD_START,
                        ARGS(CAP_SELF, CELL_CODE_BASE, HOST_STACK_TOP, 0, 100, 0)),
             ERR_OK);
    add_actor(1, MODEL_ROOT, (struct thread *)slots_of(MODEL_ROOT)[9].object);
    add_cell(MODEL_A, 6);
    add_cell(MODEL_B, 13);
    for (int k = 0; k < MODEL_C; k++)
        for (int i = GENERATIONS_NEARLY_USED_UP; i < MODEL_SLOTS; i++)
            slots_of(k)[i].generation = CAP_GENERATION_LAST - 20;
    import();
    compare();
}

int main(int argc, char **argv)
{
    uint64_t steps = test_setting(argc, argv, 2, "CELLA_FUZZ_COUNT", STEPS);

    seed = test_seed(argc, argv);
    setup();
    for (uint64_t i = 0; i < steps && !unit_failures; i++) {
        step();
        if (unit_failures)
            fprintf(stderr, "in step %llu\n", (unsigned long long)i);
    }
    if (steps >= STEPS)
        CHECK(seen.busy && seen.interrupted && seen.deaths && seen.ends && seen.refused_later);
    CHECK_EQ(object_reap(), ERR_OK);
    host_shutdown();
    return unit_done();
}
