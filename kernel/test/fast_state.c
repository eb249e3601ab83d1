// SPDX-License-Identifier: GPL-3.0-or-later
#include "fast_world.h"
#include "fault.h"
#include <stdlib.h>

static bool calls(enum state_kind kind)
{
    return kind == STATE_CALL || kind == STATE_LEND;
}

// `t`, which is in no queue, makes a system call. It is in no queue afterwards, unless it waits.
static void act(struct thread *t, enum sys_op op, uint64_t extra, uint32_t slot)
{
    host_cpu.current = t;
    t->regs.rax = (uint64_t)op << CALL_OP_SHIFT | extra;
    t->regs.rdi = handle_of(slot);
    syscall_enter(t);
    host_cpu.current = 0;
}

// Take a thread that became ready out of its queue again.
static void hold(struct thread *t)
{
    if (t->state == THREAD_READY)
        sched_unready(t);
}

static void receive(struct thread *t, uint32_t slot, bool deadline)
{
    t->regs.r15 = deadline ? host_now + 1 + roll(1000) : 0;
    act(t, SYS_RECV, 0, slot);
    t->regs.r15 = roll64();
}

static void draw_threads(void)
{
    bool fpu = one_in(3), mixed = one_in(12);

    for (uint32_t i = 0; i < STATE_THREADS; i++)
        world.role[i] = world.threads[i];
    for (uint32_t i = STATE_THREADS - 1; i > 0; i--) {
        uint32_t k = roll(i + 1);
        struct thread *swap = world.role[i];

        world.role[i] = world.role[k];
        world.role[k] = swap;
    }
    for (uint32_t i = 0; i < STATE_THREADS; i++) {
        struct thread *t = world.role[i];
        uint64_t *regs = (uint64_t *)&t->regs;

        for (uint32_t k = 0; k < sizeof(struct regs) / sizeof(uint64_t); k++)
            regs[k] = roll64();
        t->flags = (uint8_t)((fpu ^ (mixed && one_in(2)) ? THREAD_FPU : 0) | roll(2) * 2);
        t->return_fully = 0;
        t->message = (uint8_t)roll(2);
        t->calls = (uint32_t)roll64();
        t->priority = (uint8_t)roll(200);
        t->ran = roll(1000);
        if (i != PARKED && one_in(2)) // who is parked can run when nobody else can
            budget_give(t, world.budgets[roll(BUDGETS)]);
    }
}

// Usually the one who is called is more urgent than the one who calls, and those who are ready are
// less urgent than both.
static void draw_priorities(enum state_kind kind)
{
    uint32_t low = 1 + roll(120), high = low + 1 + roll(120);
    bool odd = one_in(12);

    world.role[CALLER]->priority = (uint8_t)(odd ? roll(240) : calls(kind) ? low : high);
    world.role[PEER]->priority = (uint8_t)(odd ? roll(240) : calls(kind) ? high : low);
    for (uint32_t i = READY; i < PARKED; i++) {
        uint32_t limit = world.role[CALLER]->priority + 1u;

        world.role[i]->priority = (uint8_t)(odd ? roll(limit) : one_in(30) ? low : roll(low));
        if (world.role[i]->priority > world.role[CALLER]->priority)
            world.role[i]->priority = world.role[CALLER]->priority;
    }
}

// What is left of the budgets: one may be spent, but not the caller's own.
static void draw_budgets(void)
{
    for (int i = 0; i < BUDGETS; i++) {
        bool spent = one_in(8) && world.role[CALLER]->budget != world.budgets[i];

        world.budgets[i]->left = spent ? -(int64_t)roll(AMOUNT) : 1000 + roll(AMOUNT);
        world.budgets[i]->next = host_now + 1 + roll(PERIOD);
    }
}

// Others receive on the endpoint, behind those who do already.
static void draw_receivers(uint32_t from, uint32_t n)
{
    for (uint32_t i = from; i < from + n; i++)
        receive(world.role[i], SLOT_SERVE, one_in(20));
}

static void bind(struct thread *t)
{
    if (signal_bind(world.bound, t) != ERR_OK)
        abort();
}

// The caller is about to call the endpoint, where somebody waits.
static void arrange_call(void)
{
    if (one_in(4)) { // the caller serves somebody itself
        receive(world.role[CALLER], SLOT_OTHER, false);
        world.role[OTHER]->regs.r12 = BED_HEAP | (1 + roll(HEAP));
        act(world.role[OTHER], SYS_CALL, (uint64_t)roll(3) << CALL_LEASE_SHIFT, SLOT_OTHER);
        hold(world.role[CALLER]);
        if (one_in(3))
            act(world.role[CALLER], SYS_KEEP, 0, 0);
    }
    if (one_in(4))
        bind(world.role[one_in(2) ? PEER : CALLER]);
    draw_receivers(PEER, one_in(25) ? 0 : one_in(4) ? 2 + roll(2) : 1);
    if (one_in(30))
        world.role[PEER]->window = (struct window){0};
}

// The caller has taken a message from the endpoint, and is about to answer it and wait for the
// next.
static void arrange_answer(enum state_kind kind)
{
    struct thread *t = world.role[CALLER], *client = world.role[PEER];
    uint64_t lease = kind == STATE_RETURN ? (uint64_t)(1 + roll(2)) << CALL_LEASE_SHIFT : 0;

    if (one_in(3))
        bind(t);
    receive(t, SLOT_SERVE, false);
    client->regs.r12 = BED_HEAP | (1 + roll(HEAP));
    client->regs.rip = CELL_CODE_BASE + roll(1000);
    if (one_in(20)) {
        host_cpu.current = client;
        fault_raise(client, one_in(2) ? FAULT_EXIT : FAULT_PAGE, roll64(), 0);
        host_cpu.current = 0;
    } else if (one_in(40)) {
        act(client, SYS_SEND, 0, SLOT_SERVE);
        hold(client);
    } else {
        act(client, SYS_CALL, lease, SLOT_SERVE);
    }
    if (t->state != THREAD_READY)
        thread_expire(t);
    hold(t);
    if (one_in(20)) { // it keeps that reply, and perhaps has taken another message
        act(t, SYS_KEEP, 0, 0);
        if (one_in(2)) {
            receive(t, SLOT_SERVE, false);
            act(world.role[OTHER], SYS_CALL, 0, SLOT_SERVE);
            if (t->state != THREAD_READY)
                thread_expire(t);
            hold(t);
        }
    }
    if (one_in(20)) // somebody waits to be served
        act(world.role[LATER], one_in(2) ? SYS_CALL : SYS_SEND, 0, SLOT_SERVE);
    else
        draw_receivers(SECOND, one_in(10) ? 1 + roll(2) : 0);
    if (t->bound && one_in(10))
        world.bound->bits = roll64();
}

static bool is_queued(const struct thread *t)
{
    return host_cpu.handoff == t || t->next || t->prev || host_cpu.ready[t->priority].first == t;
}

// Let the scheduler choose until it has chosen the caller: whoever is more urgent has something
// else to wait for.
static void run_caller(void)
{
    struct thread *t;

    while ((t = sched_leave()) != world.role[CALLER]) {
        act(t, SYS_WAIT, 0, SLOT_SIGNAL);
        host_cpu.attention = true;
    }
}

// Those who are ready, those who wait for something else, and the caller, who runs.
static void settle(void)
{
    for (uint32_t i = SECOND; i < STATE_THREADS; i++)
        if (world.role[i]->state == THREAD_READY && !is_queued(world.role[i])) {
            if (i >= READY && i < PARKED && one_in(3))
                sched_ready(world.role[i]);
            else
                act(world.role[i], SYS_WAIT, 0, SLOT_SIGNAL);
        }
    if (world.role[PEER]->state == THREAD_READY && !is_queued(world.role[PEER]))
        act(world.role[PEER], SYS_WAIT, 0, SLOT_SIGNAL);
    host_cpu.current = world.role[CALLER];
    host_cpu.attention = true;
    run_caller();
    if (one_in(20)) {
        sched_yield();
        run_caller();
    }
}

// The CPU's own registers, as the caller has changed them since it was loaded.
static void draw_machine(const struct thread *t)
{
    host_machine.fs_base = roll64();
    host_machine.gs_base = roll64();
    host_machine.fs = roll(4);
    host_machine.selectors = roll(4);
    if (t->flags & THREAD_FPU) {
        memcpy(host_machine.fpu, world.threads[roll(STATE_THREADS)]->fpu, sizeof(host_machine.fpu));
        for (int i = 0; i < 16; i++)
            host_machine.fpu[160 + i * 16] = (uint8_t)roll64();
    }
}

// The capability that the caller uses, and its handle: usually right.
static cap_t draw_capability(struct cell *cell, enum state_kind kind, uint64_t method)
{
    static const uint32_t slots[] = {SLOT_OTHER, SLOT_SIGNAL, SLOT_EMPTY, SLOT_FRAME,
                                     SLOT_CELL,  SLOT_THREAD, SLOT_SERVE};
    struct cap *c = &cell->slots[SLOT_USED];
    uint8_t right = calls(kind) ? RIGHT_WRITE : RIGHT_READ;
    struct cap_request request = {.rights = (uint8_t)(right | roll(32)),
                                  .methods = roll64() | 1ull << (calls(kind) ? method : 0),
                                  .identity = roll64()};
    uint32_t flaw = roll(40);
    cap_t handle;

    if (flaw == 0)
        request.rights &= (uint8_t)~right;
    if (flaw == 1)
        request.methods &= ~(1ull << (calls(kind) ? method : 0));
    if (flaw == 2)
        request.expiry = one_in(2) ? host_now + roll(100) : 1 + roll((uint32_t)host_now);
    c->generation = one_in(2) ? (uint32_t)roll64() >> 1 : roll(3);
    cap_derive(&world.cells[0]->slots[SLOT_ROOT + 6], c, &request);
    handle = cell_handle(cell, c);
    switch (flaw) {
    case 3: // a neighbour's generation
        return handle + ((1ull << 32) << (one_in(2) ? 0 : roll(32)));
    case 4:
        return handle - (1ull << 32);
    case 5: // an index that names the same slot only if it is cut short
        return handle | (cap_t)SLOTS << roll(26);
    case 6:
        return cell_handle(cell, &cell->slots[slots[roll(7)]]);
    case 7:
        return one_in(2) ? CAP_SELF : roll64();
    default:
        return handle;
    }
}

// The call word: usually the plain one of its kind.
static uint64_t draw_word(enum state_kind kind, uint64_t method)
{
    static const uint64_t ops[] = {SYS_CALL, SYS_CALL, SYS_REPLY_RECV, SYS_REPLY_RECV, SYS_NULL};
    uint64_t word = ops[kind] << CALL_OP_SHIFT;

    if (calls(kind))
        word |= method;
    else if (kind != STATE_NULL && one_in(2)) // an error code
        word |= (uint64_t)roll(256) << CALL_ERROR_SHIFT;
    if (kind == STATE_LEND)
        word |= (uint64_t)(1 + roll(2)) << CALL_LEASE_SHIFT;
    switch (roll(40)) {
    case 0:
        return word | (uint64_t)roll(4) << CALL_LEASE_SHIFT;
    case 1:
        return word | CALL_CAP;
    case 2:
        return word | 1ull << roll(64);
    case 3: // a method where none is expected, an error where none is
        return word | roll(64) | (uint64_t)roll(256) << CALL_ERROR_SHIFT;
    case 4:
        return word ^ (uint64_t)roll(16) << CALL_OP_SHIFT;
    default:
        return word;
    }
}

// What is to be lent: usually pages of the heap, all of which can be, or of what was lent to the
// caller.
static uint64_t draw_lease(const struct thread *t)
{
    uint32_t first = roll(HEAP), pages = 1 + roll(HEAP - first);

    if (t->lease.lender && one_in(2))
        return t->window.address | (1 + roll(t->lease.pages));
    switch (roll(20)) {
    case 0:
        return roll64();
    case 1:
        return BED_HEAP | roll(HEAP + 3);
    case 2: // misaligned by what is not the number of pages
        return BED_HEAP + roll(1 << 20);
    default:
        return (BED_HEAP + first * PAGE_SIZE) | pages;
    }
}

static void draw_registers(struct thread *t, enum state_kind kind)
{
    uint64_t *all_of_them = (uint64_t *)&host_registers, method = roll(METHOD_MAX + 1);

    for (uint32_t i = 0; i < sizeof(host_registers) / sizeof(uint64_t); i++)
        all_of_them[i] = roll64();
    host_registers.rax = draw_word(kind, method);
    host_registers.rdi = draw_capability(t->cell, kind, method);
    host_registers.rip = CELL_CODE_BASE + roll(4096);
    if (kind == STATE_LEND || one_in(2))
        host_registers.r12 = draw_lease(t);
    if (one_in(2))
        host_registers.r13 = cell_handle(t->cell, &t->cell->slots[SLOT_OTHER]);
    host_registers.r14 = roll(SLOTS);
    if ((kind == STATE_ANSWER || kind == STATE_RETURN) && !one_in(30))
        host_registers.r15 = 0;
    else if (one_in(2))
        host_registers.r15 = host_now + roll(1000);
}

enum state_kind state_make(uint64_t seed)
{
    enum state_kind kind;

    world_seed(seed);
    world_restore();
    host_now = 1000000;
    kind = roll(STATE_KINDS);
    draw_threads();
    draw_priorities(kind);
    draw_budgets();
    if (calls(kind) || kind == STATE_NULL)
        arrange_call();
    else
        arrange_answer(kind);
    if (object_reap() != ERR_OK)
        abort();
    settle();
    draw_machine(world.role[CALLER]);
    draw_registers(world.role[CALLER], kind);
    host_now += roll(500);
    return kind;
}
