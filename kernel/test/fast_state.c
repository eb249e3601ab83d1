// SPDX-License-Identifier: GPL-3.0-or-later
#include "fast_state.h"
#include "bed.h"
#include "fault.h"
#include <stdlib.h>

// Slots in every cell's table. What the caller uses is made anew for each state.
enum {
    SLOT_SERVE = 40,  // the first endpoint, as its servers hold it
    SLOT_OTHER = 41,  // the second endpoint
    SLOT_SIGNAL = 42, // the parking place
    SLOT_BOUND = 43,
    SLOT_USED = 44, // what the caller uses
    SLOT_EMPTY = 45,
    SLOT_FRAME = 46,
    SLOT_CELL = 47,
    SLOT_THREAD = 48,
    SLOT_LAST = 50,
    SLOT_ROOT = 20, // in the root's cell: what the above come from
};
enum { CELLS = 3, SLOTS = 64, TABLES = 8, PAGES = 80, HEAP = 4, WINDOW = 4, EXTENTS = 64 };
// What the threads are in a state. From READY on, and who is left over: ready, or parked.
enum { CALLER, PEER, SECOND, THIRD, OTHER, LATER, READY, PARKED = STATE_THREADS - 1 };
static const char *role_names[STATE_THREADS] = {"caller", "peer",   "second", "third",  "other",
                                                "later",  "ready1", "ready2", "ready3", "parked"};

static struct cell *cells[CELLS];
static struct thread *threads[STATE_THREADS], *role[STATE_THREADS];
static struct endpoint *endpoint;
static struct signal *bound;
static uint8_t *base, *all; // the world's copy, the whole memory's
static uint64_t rng;

// What a copy holds, piece by piece.
static struct extent {
    const char *name;
    void *at;
    uint64_t bytes;
} extents[EXTENTS];
static uint32_t extent_count;
static uint64_t extent_bytes;

// SplitMix64 (Steele, Lea, Flood 2014).
static uint64_t roll64(void)
{
    uint64_t z = rng += 0x9e3779b97f4a7c15;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

static uint32_t roll(uint32_t n)
{
    return (uint32_t)((roll64() >> 32) * n >> 32);
}

static bool one_in(uint32_t n)
{
    return roll(n) == 0;
}

// --- the world in which all states are

static void watch(const char *name, void *at, uint64_t bytes)
{
    extents[extent_count++] = (struct extent){name, at, bytes};
    extent_bytes += bytes;
}

static void *object_in(uint32_t slot)
{
    return (void *)cells[0]->slots[slot].object;
}

static void retype(struct thread *first, uint64_t method, uint64_t slot, uint64_t a, uint64_t b)
{
    CHECK_EQ(bed_object(first, handle_of(ROOT_UNTYPED), method, ARGS(slot, a, b)), ERR_OK);
}

static void give(struct thread *first, uint32_t to, uint32_t from, uint32_t slot)
{
    cap_t cell = to == 0 ? handle_of(ROOT_CELL) : handle_of(SLOT_ROOT + to);

    CHECK_EQ(bed_object(first, cell, CELL_METHOD_DERIVE,
                        ARGS(handle_of(from), slot, RIGHT_ALL, ~0ull, 0, 0)),
             ERR_OK);
}

static void open_cell(struct thread *first, uint32_t i)
{
    cap_t self = i == 0 ? handle_of(ROOT_CELL) : handle_of(SLOT_ROOT + i);
    uint32_t heap = SLOT_ROOT + 3 + i;

    if (i)
        retype(first, UNTYPED_METHOD_RETYPE_CELL, SLOT_ROOT + i, SLOTS, TABLES);
    cells[i] = i ? object_in(SLOT_ROOT + i) : cells[0];
    retype(first, UNTYPED_METHOD_RETYPE_FRAME, heap, HEAP, 0);
    CHECK_EQ(bed_object(first, self, CELL_METHOD_RESERVE, ARGS(BED_HEAP, HEAP)), ERR_OK);
    CHECK_EQ(bed_object(first, self, CELL_METHOD_RESERVE,
                        ARGS(CELL_WINDOW_BASE, WINDOW * STATE_THREADS)),
             ERR_OK);
    CHECK_EQ(bed_object(first, handle_of(heap), FRAME_METHOD_MAP,
                        ARGS(self, BED_HEAP, ACCESS_READ | ACCESS_WRITE)),
             ERR_OK);
    watch("cell", cells[i], sizeof(struct cell));
    watch("slots", cells[i]->slots, SLOTS * sizeof(struct cap));
    watch("heap entries", space_entry(cells[i], BED_HEAP), HEAP * sizeof(pte_t));
    watch("window entries", space_entry(cells[i], CELL_WINDOW_BASE),
          WINDOW * STATE_THREADS * sizeof(pte_t));
}

static void open_thread(struct thread *first, uint32_t i)
{
    uint32_t slot = SLOT_ROOT + 10 + i, of = i % CELLS;
    cap_t cell = of ? handle_of(SLOT_ROOT + of) : CAP_SELF;

    retype(first, UNTYPED_METHOD_RETYPE_THREAD, slot, 0, 0);
    threads[i] = object_in(slot);
    CHECK_EQ(bed_object(first, handle_of(slot), THREAD_METHOD_START,
                        ARGS(cell, CELL_CODE_BASE, CELL_STACK_TOP, 0, 1, 0)),
             ERR_OK);
    CHECK_EQ(bed_object(first, handle_of(slot), THREAD_METHOD_WINDOW,
                        ARGS(CELL_WINDOW_BASE + i * WINDOW * PAGE_SIZE, WINDOW)),
             ERR_OK);
    watch("thread", threads[i], sizeof(struct thread));
}

// A floating point area as this CPU would save it, with random registers.
static void open_fpu(struct thread *t)
{
    enum { REGISTERS = 32, VECTORS = 160, END = 416, EACH = 16, NUMBER = 10 };

    // Safety: the area is 512 bytes on a 64-byte boundary.
    __asm__ volatile("fninit\n\tfxsave64 (%0)" : : "r"(t->fpu) : "memory");
    for (uint32_t i = REGISTERS; i < END; i++)
        t->fpu[i] = (uint8_t)(i < VECTORS && i % EACH >= NUMBER ? 0 : roll64());
}

// Nobody can run: one of those who are parked.
static void wake_one(void)
{
    signal_raise(object_in(SLOT_ROOT + 8), 1);
}

void state_open(void)
{
    struct thread *first;
    uint32_t i;

    rng = 1;
    cells[0] = host_boot_sized(PAGES, SLOTS, TABLES);
    first = bed_first(cells[0]);
    host_idle = wake_one;
    watch("first", first, sizeof(struct thread));
    watch("cpu", &host_cpu, sizeof(host_cpu));
    watch("machine", &host_machine, sizeof(host_machine));
    watch("roots", cap_root, PAGE_SIZE / 2);
    watch("frame table", frame_table, PAGES * sizeof(struct frame));
    for (i = 0; i < CELLS; i++)
        open_cell(first, i);
    for (i = 0; i < STATE_THREADS; i++)
        open_thread(first, i);
    for (i = 0; i < 2; i++)
        retype(first, UNTYPED_METHOD_RETYPE_ENDPOINT, SLOT_ROOT + 6 + i, 0, 0);
    for (i = 0; i < 2; i++)
        retype(first, UNTYPED_METHOD_RETYPE_SIGNAL, SLOT_ROOT + 8 + i, 0, 0);
    endpoint = object_in(SLOT_ROOT + 6);
    bound = object_in(SLOT_ROOT + 9);
    watch("objects", (void *)((uintptr_t)endpoint & ~(uintptr_t)(PAGE_SIZE - 1)), 512);
    for (i = 0; i < CELLS; i++) {
        give(first, i, SLOT_ROOT + 6, SLOT_SERVE);
        give(first, i, SLOT_ROOT + 6, SLOT_USED);
        give(first, i, SLOT_ROOT + 7, SLOT_OTHER);
        give(first, i, SLOT_ROOT + 8, SLOT_SIGNAL);
        give(first, i, SLOT_ROOT + 9, SLOT_BOUND);
        give(first, i, SLOT_ROOT + 3 + i, SLOT_FRAME);
        give(first, i, SLOT_ROOT + 1, SLOT_CELL);
        give(first, i, SLOT_ROOT + 10, SLOT_THREAD);
    }
    for (i = 0; i < STATE_THREADS; i++)
        open_fpu(threads[i]);
    retype(first, UNTYPED_METHOD_RETYPE_SIGNAL, SLOT_LAST, 0, 0);
    bed_syscall(first, call_word(SYS_WAIT, 0, LEASE_NONE), handle_of(SLOT_LAST), ARGS(0));
    for (i = 0; i < STATE_THREADS; i++)
        sched_unready(threads[i]);
    host_cpu.current = host_cpu.loaded = 0;
    base = malloc(extent_bytes);
    all = malloc(PAGES << PAGE_SHIFT);
    if (!base || !all)
        abort();
    state_save(base);
    memcpy(all, (void *)physmap, PAGES << PAGE_SHIFT);
}

void state_close(void)
{
    free(base);
    free(all);
    host_shutdown();
}

uint64_t state_bytes(void)
{
    return extent_bytes;
}

void state_save(uint8_t *copy)
{
    for (const struct extent *x = extents; x < extents + extent_count; copy += x++->bytes)
        memcpy(copy, x->at, x->bytes);
}

void state_restore(const uint8_t *copy)
{
    for (const struct extent *x = extents; x < extents + extent_count; copy += x++->bytes)
        memcpy(x->at, copy, x->bytes);
}

const char *state_place(uint64_t at, uint64_t *offset)
{
    const struct extent *x = extents;

    while (at >= x->bytes)
        at -= x++->bytes;
    *offset = at;
    for (uint32_t i = 0; i < STATE_THREADS; i++)
        if (x->at == role[i])
            return role_names[i];
    return x->name;
}

bool state_is_confined(void)
{
    state_restore(base);
    return memcmp(all, (void *)physmap, PAGES << PAGE_SHIFT) == 0;
}

struct thread *state_caller(void)
{
    return role[CALLER];
}

struct thread *state_thread(uint32_t i)
{
    return threads[i];
}

// --- one state

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
        role[i] = threads[i];
    for (uint32_t i = STATE_THREADS - 1; i > 0; i--) {
        uint32_t k = roll(i + 1);
        struct thread *swap = role[i];

        role[i] = role[k];
        role[k] = swap;
    }
    for (uint32_t i = 0; i < STATE_THREADS; i++) {
        struct thread *t = role[i];
        uint64_t *regs = (uint64_t *)&t->regs;

        for (uint32_t k = 0; k < sizeof(struct regs) / sizeof(uint64_t); k++)
            regs[k] = roll64();
        t->flags = (uint8_t)((fpu ^ (mixed && one_in(2)) ? THREAD_FPU : 0) | roll(2) * 2);
        t->return_fully = 0;
        t->message = (uint8_t)roll(2);
        t->calls = (uint32_t)roll64();
        t->priority = (uint8_t)roll(200);
        t->since = roll(1000);
        t->ran = roll(1000);
    }
}

// Usually the one who is called is more urgent than the one who calls, and those who are ready are
// less urgent than both.
static void draw_priorities(enum state_kind kind)
{
    uint32_t low = 1 + roll(120), high = low + 1 + roll(120);
    bool odd = one_in(12);

    role[CALLER]->priority = (uint8_t)(odd ? roll(240) : kind == STATE_CALL ? low : high);
    role[PEER]->priority = (uint8_t)(odd ? roll(240) : kind == STATE_CALL ? high : low);
    for (uint32_t i = READY; i < PARKED; i++) {
        uint32_t limit = role[CALLER]->priority + 1u;

        role[i]->priority = (uint8_t)(odd ? roll(limit) : one_in(30) ? low : roll(low));
        if (role[i]->priority > role[CALLER]->priority)
            role[i]->priority = role[CALLER]->priority;
    }
}

// Others receive on the endpoint, behind those who do already.
static void draw_receivers(uint32_t from, uint32_t n)
{
    for (uint32_t i = from; i < from + n; i++)
        receive(role[i], SLOT_SERVE, one_in(20));
}

static void bind(struct thread *t)
{
    if (signal_bind(bound, t) != ERR_OK)
        abort();
}

// The caller is about to call the endpoint, where somebody waits.
static void arrange_call(void)
{
    if (one_in(4)) { // the caller serves somebody itself
        receive(role[CALLER], SLOT_OTHER, false);
        act(role[OTHER], SYS_CALL, 0, SLOT_OTHER);
        hold(role[CALLER]);
        if (one_in(3))
            act(role[CALLER], SYS_KEEP, 0, 0);
    }
    if (one_in(4))
        bind(role[one_in(2) ? PEER : CALLER]);
    draw_receivers(PEER, one_in(25) ? 0 : 1 + roll(3));
}

// The caller has taken a message from the endpoint, and is about to answer it and wait for the
// next.
static void arrange_answer(void)
{
    struct thread *t = role[CALLER], *client = role[PEER];

    if (one_in(3))
        bind(t);
    receive(t, SLOT_SERVE, false);
    client->regs.r12 = BED_HEAP | (1 + roll(HEAP));
    client->regs.rip = CELL_CODE_BASE + roll(1000);
    if (one_in(40)) {
        host_cpu.current = client;
        fault_raise(client, FAULT_EXIT, 0, 0); // its cell has no supervisor: it stops
        host_cpu.current = 0;
    } else if (one_in(40)) {
        act(client, SYS_SEND, 0, SLOT_SERVE);
        hold(client);
    } else {
        act(client, SYS_CALL, one_in(12) ? (uint64_t)(1 + roll(2)) << CALL_LEASE_SHIFT : 0,
            SLOT_SERVE);
    }
    if (t->state != THREAD_READY)
        thread_expire(t);
    hold(t);
    if (one_in(20)) { // it keeps that reply, and perhaps has taken another message
        act(t, SYS_KEEP, 0, 0);
        if (one_in(2)) {
            receive(t, SLOT_SERVE, false);
            act(role[OTHER], SYS_CALL, 0, SLOT_SERVE);
            if (t->state != THREAD_READY)
                thread_expire(t);
            hold(t);
        }
    }
    if (one_in(20)) // somebody waits to be served
        act(role[LATER], one_in(2) ? SYS_CALL : SYS_SEND, 0, SLOT_SERVE);
    else
        draw_receivers(SECOND, roll(3));
    if (t->bound && one_in(10))
        bound->bits = roll64();
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

    while ((t = sched_leave()) != role[CALLER])
        act(t, SYS_WAIT, 0, SLOT_SIGNAL);
}

// Those who are ready, those who wait for something else, and the caller, who runs.
static void settle(void)
{
    for (uint32_t i = SECOND; i < STATE_THREADS; i++)
        if (role[i]->state == THREAD_READY && !is_queued(role[i])) {
            if (i >= READY && i < PARKED && one_in(3))
                sched_ready(role[i]);
            else
                act(role[i], SYS_WAIT, 0, SLOT_SIGNAL);
        }
    if (role[PEER]->state == THREAD_READY && !is_queued(role[PEER]))
        act(role[PEER], SYS_WAIT, 0, SLOT_SIGNAL);
    host_cpu.current = role[CALLER];
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
        memcpy(host_machine.fpu, threads[roll(STATE_THREADS)]->fpu, sizeof(host_machine.fpu));
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
    uint8_t right = kind == STATE_CALL ? RIGHT_WRITE : RIGHT_READ;
    cap_t handle;

    c->rights = (uint8_t)(right | roll(32));
    c->methods = roll64() | 1ull << (kind == STATE_CALL ? method : 0);
    c->identity = roll64();
    c->generation = one_in(2) ? (uint32_t)roll64() : roll(3);
    handle = cell_handle(cell, c);
    switch (roll(40)) {
    case 0: // a neighbour's generation
        return handle + ((1ull << 32) << (one_in(2) ? 0 : roll(32)));
    case 1:
        return handle - (1ull << 32);
    case 2: // an index that names the same slot only if it is cut short
        return handle | (cap_t)SLOTS << roll(26);
    case 3:
        c = &cell->slots[slots[roll(7)]];
        c->rights = (uint8_t)roll(32);
        c->methods = roll64();
        return cell_handle(cell, c);
    case 4:
        c->rights &= (uint8_t)~right;
        return handle;
    case 5:
        c->methods &= ~(1ull << (kind == STATE_CALL ? method : 0));
        return handle;
    case 6:
        c->expiry = one_in(2) ? host_now + roll(100) : 1 + roll((uint32_t)host_now);
        return handle;
    case 7:
        return one_in(2) ? CAP_SELF : roll64();
    default:
        return handle;
    }
}

// The call word: usually the plain call, or the plain answer with some error code.
static uint64_t draw_word(enum state_kind kind, uint64_t method)
{
    uint64_t op = kind == STATE_CALL ? SYS_CALL : SYS_REPLY_RECV;
    uint64_t error = kind == STATE_CALL || one_in(2) ? 0 : roll(256);
    uint64_t word = op << CALL_OP_SHIFT | error << CALL_ERROR_SHIFT;

    if (kind == STATE_CALL)
        word |= method;
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

static void draw_registers(struct thread *t, enum state_kind kind)
{
    uint64_t *all_of_them = (uint64_t *)&host_registers, method = roll(METHOD_MAX + 1);

    for (uint32_t i = 0; i < sizeof(host_registers) / sizeof(uint64_t); i++)
        all_of_them[i] = roll64();
    host_registers.rax = draw_word(kind, method);
    host_registers.rdi = draw_capability(t->cell, kind, method);
    host_registers.rip = CELL_CODE_BASE + roll(4096);
    if (!one_in(4))
        host_registers.r12 = BED_HEAP | (1 + roll(HEAP + 1));
    if (one_in(2))
        host_registers.r13 = cell_handle(t->cell, &t->cell->slots[SLOT_OTHER]);
    host_registers.r14 = roll(SLOTS);
    if (kind == STATE_ANSWER && !one_in(30))
        host_registers.r15 = 0;
    else if (one_in(2))
        host_registers.r15 = host_now + roll(1000);
}

enum state_kind state_make(uint64_t seed)
{
    enum state_kind kind;

    rng = seed;
    state_restore(base);
    host_now = 1000000;
    kind = roll(STATE_KINDS);
    draw_threads();
    draw_priorities(kind);
    if (kind == STATE_CALL)
        arrange_call();
    else
        arrange_answer();
    if (object_reap() != ERR_OK)
        abort();
    settle();
    draw_machine(role[CALLER]);
    draw_registers(role[CALLER], kind);
    host_now += roll(500);
    return kind;
}
