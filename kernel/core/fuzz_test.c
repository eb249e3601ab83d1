// SPDX-License-Identifier: GPL-3.0-or-later
// Random system calls from threads of several cells, most of them nearly right, through the fast
// path as well, with interrupts and time in between, while a manager ends whole cells and makes new
// ones from their memory. All invariants are looked for all along. `kernel_fuzz [seed [calls]]`.
#include "../core/audit.h"
#include "../test/bed.h"
#include "../test/check.h"
#include "../test/door.h"
#include "gen/audit_methods.h"
#include "gen/device_methods.h"
#include "interrupt.h"
#include "tests/seed.h"
#include <stdlib.h>

enum { CELLS = 4, THREADS = 2, SLOTS = 64, TABLES = 12, CALLS = 1000000, CHECK_EVERY = 64 };
enum {
    ROUND = 20000,
    PAGES = 512,
    MEMORY = 100,
    OWN = 40,
    HEAP = 6,
    INBOX = 4,
    WINDOW = 8,
    DEVICE_PAGES = 8
};
// Slots of the root's cell: the memory of cell i, and what was made of it.
enum {
    ROOT_SLOTS = 256,
    ROOT_TABLES = 8,
    ROOT_PARK = 6,
    ROOT_DEVICE = 7,
    ROOT_PART = 8, // of it, on the way to a cell
    ROOT_AUDIT = 9,
    ROOT_MEMORY = 60,
    ROOT_MADE = 10
};
enum { MADE_CELL, MADE_HEAP, MADE_INBOX, MADE_ENDPOINT, MADE_SIGNAL, MADE_BUDGET, MADE_OWN };
enum { MADE_THREAD = MADE_OWN + 1, MADE_COUNT = MADE_THREAD + THREADS };
// Slots of the others: where what another cell k has stands, and what is their own. From SLOT_FREE
// on there is nothing at first.
enum {
    SLOT_SHARED = 1,
    SLOT_OWN = 40,
    SLOT_IRQ = 41,
    SLOT_PORTS = 42,
    SLOT_DEVICE = 43,
    SLOT_AUDIT = 44,
    SLOT_FREE = 45
};

static const char *const object_names[] = {"none",   "untyped",  "frame",  "cell",
                                           "thread", "endpoint", "signal", "interrupt",
                                           "port",   "budget",   "device", "audit"};
static const uint64_t methods[] = {
    [OBJECT_UNTYPED] = UNTYPED_METHOD_COUNT,     [OBJECT_FRAME] = FRAME_METHOD_COUNT,
    [OBJECT_CELL] = CELL_METHOD_COUNT,           [OBJECT_THREAD] = THREAD_METHOD_COUNT,
    [OBJECT_INTERRUPT] = INTERRUPT_METHOD_COUNT, [OBJECT_PORT] = PORT_METHOD_COUNT,
    [OBJECT_BUDGET] = BUDGET_METHOD_COUNT,       [OBJECT_DEVICE] = DEVICE_METHOD_COUNT,
    [OBJECT_AUDIT] = AUDIT_METHOD_COUNT};
enum { TYPES = sizeof(methods) / sizeof(methods[0]) };

#define DEVICE_AT ((paddr_t)1 << 36) // beyond the memory

static uint64_t rng, round_seed, calls, fast, succeeded[TYPES][METHOD_MAX + 1], ops[SYS_OP_COUNT];
static struct cell *root;
static struct thread *manager;
static uint32_t code_root[HASH_WORDS]; // of a program of one page of zeroes

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

static void died(void)
{
    fprintf(stderr, "    repeat with kernel_fuzz %#llx %u\n", (unsigned long long)round_seed,
            ROUND);
}

static void check(void)
{
    const char *broken = check_kernel(true);

    if (!CHECK(!broken)) {
        fprintf(stderr, "    %s\n", broken);
        died();
        exit(1);
    }
}

// --- entering the kernel

static void time_passes(void)
{
    const struct cpu *cpu = &host_cpu;

    host_now = cpu->armed > host_now ? cpu->armed : host_now + 1;
    timer_run(host_now);
}

// An interrupt: the timer's, or a device's, or just time for others.
static void interrupt(void)
{
    door_save(host_cpu.current);
    host_cpu.current->return_fully = 1;
    host_now += roll(300);
    timer_run(host_now);
    if (one_in(4))
        interrupt_arrived(1);
    door_leave();
}

// The running thread executes a system call, with host_registers.
static void enter(void)
{
    struct thread *t = host_cpu.current;
    struct cap *c = cell_find(t->cell, host_registers.rdi);
    uint64_t op = host_registers.rax >> CALL_OP_SHIFT & 15,
             method = host_registers.rax & METHOD_MAX;
    uint64_t type = op ? 0 : host_registers.rdi == CAP_SELF ? OBJECT_CELL : c ? c->type : 0;

    calls += t != manager;
    host_preempts = one_in(16);
    if (host_door())
        fast++;
    else
        door_slow();
    host_preempts = false;
    if (host_cpu.current != t || host_registers.rip & 2 || host_registers.rax & 0xff)
        return;
    if (op < SYS_OP_COUNT)
        ops[op]++;
    if (type && type < TYPES)
        succeeded[type][method]++;
}

static void set_registers(uint64_t word, cap_t to, struct bed_args a)
{
    host_registers.rax = word;
    host_registers.rdi = to;
    memcpy(host_registers.w, a.w, sizeof(a.w));
    host_registers.rip = CELL_CODE_BASE + 4;
}

static bool is_moving(const struct thread *t)
{
    return t->lease.lender && t->lease.kind == LEASE_MOVE;
}

// A rewound system call: it is executed again, at the latest when nothing else is possible.
static bool goes_on(const struct thread *t)
{
    if (!(host_registers.rip & 2) || (!is_moving(t) && one_in(8)))
        return false;
    host_registers.rip += 2;
    enter();
    return true;
}

// --- the manager, whose priority is the highest

static uint64_t manage(cap_t to, uint64_t word, struct bed_args a)
{
    set_registers(word, to, a);
    host_registers.r15 = 0;
    enter();
    while (host_cpu.current == manager && host_registers.rip & 2) {
        host_registers.rip += 2;
        enter();
    }
    return host_registers.rax;
}

static cap_t root_handle(uint32_t slot)
{
    return cell_handle(root, &root->slots[slot]);
}

static uint32_t made(uint32_t i, uint32_t what)
{
    return ROOT_MADE + i * MADE_COUNT + what;
}

static void carve(uint32_t i, uint32_t what, uint64_t method, uint64_t a, uint64_t b)
{
    manage(root_handle(ROOT_MEMORY + i), method, ARGS(made(i, what), a, b));
}

static void share(uint32_t to, uint32_t from, uint32_t what, uint32_t slot)
{
    uint64_t rights = one_in(4) ? roll(32) : RIGHT_ALL, word = roll64() | (one_in(8) ? 0 : 0xff);

    manage(root_handle(made(to, MADE_CELL)), CELL_METHOD_DERIVE,
           ARGS(root_handle(made(from, what)), slot,
                what == MADE_ENDPOINT && one_in(8) ? RIGHT_WRITE | DERIVE_ONCE : rights, word,
                what == MADE_ENDPOINT && one_in(8) ? host_now + roll(100000) : 0,
                what == MADE_ENDPOINT ? roll(3) : 0));
}

static void start(uint32_t i, uint32_t k)
{
    cap_t t = root_handle(made(i, MADE_THREAD + k)), cell = root_handle(made(i, MADE_CELL));

    manage(t, THREAD_METHOD_START,
           ARGS(cell, CELL_CODE_BASE, HOST_STACK_TOP, 0, 100 + 20 * i + roll(20), roll(4)));
    manage(t, THREAD_METHOD_WINDOW, ARGS(CELL_WINDOW_BASE + k * WINDOW * PAGE_SIZE, WINDOW));
    manage(t, THREAD_METHOD_INBOX, ARGS(CELL_LEASE_BASE, INBOX));
    if (one_in(2))
        manage(t, THREAD_METHOD_BUDGET, ARGS(root_handle(made(i, MADE_BUDGET))));
    if (one_in(3))
        manage(t, THREAD_METHOD_BIND, ARGS(root_handle(made(i, MADE_SIGNAL))));
}

static void map(cap_t cell, cap_t frame, vaddr_t at, uint64_t pages)
{
    manage(cell, CELL_METHOD_RESERVE, ARGS(at, pages));
    manage(frame, FRAME_METHOD_MAP, ARGS(cell, at, ACCESS_READ | ACCESS_WRITE));
}

// What authorises a cell for that program, whose tree is its only leaf.
static struct bed_args authority(void)
{
    struct bed_args a = {
        {CELL_CODE_BASE, 1}
    };

    memcpy(&a.w[2], code_root, sizeof(code_root));
    return a;
}

static void code_root_make(void)
{
    static const uint8_t zeroes[PAGE_SIZE];
    struct hash h = {.blocks = 0};

    while (!hash_page(&h, zeroes))
        ;
    memcpy(code_root, h.value, sizeof(code_root));
    hash_leaf(code_root, 0, CODE_TEXT);
}

// Cell i, out of its own memory, with capabilities to what the others have.
static void build(uint32_t i)
{
    cap_t cell;

    carve(i, MADE_CELL, UNTYPED_METHOD_RETYPE_CELL, SLOTS, TABLES);
    carve(i, MADE_HEAP, UNTYPED_METHOD_RETYPE_FRAME, HEAP, 0);
    carve(i, MADE_INBOX, UNTYPED_METHOD_RETYPE_FRAME, INBOX, 0);
    carve(i, MADE_ENDPOINT, UNTYPED_METHOD_RETYPE_ENDPOINT, 0, 0);
    carve(i, MADE_SIGNAL, UNTYPED_METHOD_RETYPE_SIGNAL, 0, 0);
    carve(i, MADE_BUDGET, UNTYPED_METHOD_RETYPE_BUDGET, 0, 0);
    carve(i, MADE_OWN, UNTYPED_METHOD_RETYPE_UNTYPED, OWN, RIGHT_ALL);
    for (uint32_t k = 0; k < THREADS; k++)
        carve(i, MADE_THREAD + k, UNTYPED_METHOD_RETYPE_THREAD, 0, 0);
    cell = root_handle(made(i, MADE_CELL));
    map(cell, root_handle(made(i, MADE_HEAP)), BED_HEAP, HEAP);
    map(cell, root_handle(made(i, MADE_INBOX)), CELL_LEASE_BASE, INBOX);
    manage(cell, CELL_METHOD_RESERVE, ARGS(CELL_WINDOW_BASE, WINDOW * THREADS));
    manage(root_handle(made(i, MADE_BUDGET)), BUDGET_METHOD_SET, ARGS(1000 + roll(10000), 20000));
    for (uint32_t k = 0; k < CELLS; k++)
        for (uint32_t what = MADE_CELL; what < MADE_OWN; what++) {
            share(i, k, what, SLOT_SHARED + what * CELLS + k);
            share(k, i, what, SLOT_SHARED + what * CELLS + i);
        }
    for (uint32_t k = 0; k < THREADS; k++) {
        share(i, i, MADE_THREAD + k, SLOT_SHARED + MADE_OWN * CELLS + k);
        share((i + 1) % CELLS, i, MADE_THREAD + k, SLOT_SHARED + MADE_OWN * CELLS + THREADS + k);
    }
    manage(cell, CELL_METHOD_MOVE, ARGS(root_handle(made(i, MADE_OWN)), SLOT_OWN));
    manage(cell, CELL_METHOD_DERIVE, ARGS(root_handle(ROOT_IRQ), SLOT_IRQ, RIGHT_ALL, ~0ull));
    manage(cell, CELL_METHOD_DERIVE, ARGS(root_handle(ROOT_PORTS), SLOT_PORTS, RIGHT_ALL, ~0ull));
    manage(root_handle(ROOT_DEVICE), DEVICE_METHOD_NARROW, ARGS(roll(4), 4, ROOT_PART));
    manage(cell, CELL_METHOD_MOVE, ARGS(root_handle(ROOT_PART), SLOT_DEVICE));
    manage(cell, CELL_METHOD_DERIVE, ARGS(root_handle(ROOT_AUDIT), SLOT_AUDIT, RIGHT_ALL, ~0ull));
    manage(cell, CELL_METHOD_RESERVE, ARGS(CELL_CODE_BASE, 1));
    if (!one_in(4))
        manage(cell, CELL_METHOD_AUTHORISE, authority());
    if (i + 1 < CELLS) // faults of the last cell are told to nobody
        manage(cell, CELL_METHOD_SUPERVISE, ARGS(root_handle(made(i + 1, MADE_ENDPOINT))));
    for (uint32_t k = 0; k < THREADS; k++)
        start(i, k);
}

// Somebody flips a bit of a sealed page in memory: the audit will find it.
static void tamper(uint32_t i)
{
    const struct cell *cell = (const struct cell *)root->slots[made(i, MADE_CELL)].object;
    const pte_t *e = cell ? space_entry(cell, CELL_CODE_BASE) : 0;

    if (e && *e & PTE_SEALED)
        ((uint8_t *)phys_to_kernel(*e & PTE_ADDRESS))[roll(PAGE_SIZE)] ^= (uint8_t)(1u << roll(8));
}

// End a cell in the middle of whatever it does: all that was made of its memory, or the cell alone.
static void destroy(uint32_t i)
{
    if (one_in(4))
        manage(CAP_SELF, CELL_METHOD_DELETE, ARGS(root_handle(made(i, MADE_CELL))));
    manage(CAP_SELF, CELL_METHOD_REVOKE, ARGS(root_handle(ROOT_MEMORY + i)));
    build(i); // as far as leases let it
}

static void manager_step(void)
{
    uint32_t i = roll(CELLS);

    if (one_in(100))
        tamper(i);
    if (one_in(40))
        destroy(i);
    else if (root->slots[made(i, MADE_CELL)].type == OBJECT_NONE || one_in(100))
        build(i);
    else // wake somebody
        manage(root_handle(made(i, MADE_SIGNAL)), (uint64_t)SYS_SIGNAL << CALL_OP_SHIFT,
               ARGS(1 + roll(15)));
    set_registers((uint64_t)SYS_WAIT << CALL_OP_SHIFT, root_handle(ROOT_PARK), ARGS(0));
    host_registers.r15 = host_now + 1000 + roll(20000);
    enter();
}

// --- the others

static cap_t some_handle(const struct thread *t)
{
    uint32_t i = one_in(3) ? SLOT_OWN + roll(SLOTS - SLOT_OWN) : roll(SLOTS);

    if (one_in(12))
        return one_in(3) ? roll64() : CAP_SELF;
    return cell_handle(t->cell, &t->cell->slots[i]) + (one_in(20) ? 1ull << 32 : 0);
}

static uint64_t some_word(const struct thread *t)
{
    static const vaddr_t places[] = {BED_HEAP, CELL_WINDOW_BASE, HOST_STACK_TOP, CELL_LEASE_BASE,
                                     0,        CELL_TOP - 4096};

    switch (roll(10)) {
    case 0:
        return roll64();
    case 1:
    case 2:
        return some_handle(t);
    case 3:
    case 4:
        return places[roll(6)] + roll(12) * PAGE_SIZE;
    case 5:
        return 1ull << roll(64);
    case 6:
        return host_now + roll(100000);
    default:
        return roll(SLOTS);
    }
}

static cap_t shared(const struct thread *t, uint32_t what)
{
    return cell_handle(t->cell, &t->cell->slots[SLOT_SHARED + what * CELLS + roll(CELLS)]);
}

// Arguments of a kernel object's method, most of them right.
static struct bed_args some_args(const struct thread *t, uint64_t type, uint64_t method)
{
    struct bed_args a;
    uint64_t slot = SLOT_FREE + roll(SLOTS - SLOT_FREE);

    for (int i = 0; i < MESSAGE_WORDS; i++)
        a.w[i] = some_word(t);
    if (one_in(4))
        return a;
    if (type == OBJECT_UNTYPED)
        return ARGS(slot, method == UNTYPED_METHOD_RETYPE_CELL ? SLOTS : 1 + roll(6), roll(32));
    if (type == OBJECT_CELL && method == CELL_METHOD_DERIVE)
        return ARGS(some_handle(t), slot, roll(32), roll64(), one_in(8) ? host_now + roll(9999) : 0,
                    roll(2));
    if (type == OBJECT_CELL && method == CELL_METHOD_RESERVE)
        return ARGS(roll(12) * PAGE_SIZE + (roll(8) << 21), 1 + roll(4));
    if (type == OBJECT_CELL && method == CELL_METHOD_AUTHORISE)
        return authority();
    if (type == OBJECT_CELL)
        return ARGS(some_handle(t), slot);
    if (type == OBJECT_THREAD && method == THREAD_METHOD_START)
        return ARGS(one_in(2) ? CAP_SELF : some_handle(t), CELL_CODE_BASE, HOST_STACK_TOP, 0,
                    roll(200), roll(4));
    if (type == OBJECT_THREAD && method != THREAD_METHOD_BIND && method != THREAD_METHOD_BUDGET)
        return ARGS((one_in(2) ? CELL_WINDOW_BASE : CELL_LEASE_BASE) + roll(20) * PAGE_SIZE,
                    roll(8));
    if (type == OBJECT_FRAME && method == FRAME_METHOD_SEAL)
        return ARGS(one_in(2) ? CAP_SELF : some_handle(t), roll(2), 0, CODE_TEXT + one_in(8),
                    BED_HEAP, one_in(8));
    if (type == OBJECT_AUDIT)
        return ARGS(1 + roll(3));
    if (type == OBJECT_FRAME)
        return ARGS(one_in(2) ? CAP_SELF : some_handle(t), BED_HEAP + roll(20) * PAGE_SIZE,
                    roll(8));
    if (type == OBJECT_PORT)
        return ARGS(roll(4), 1u << roll(3), slot);
    if (type == OBJECT_DEVICE && method == DEVICE_METHOD_NARROW)
        return ARGS(roll(4), 1 + roll(4), slot);
    if (type == OBJECT_DEVICE)
        return ARGS(BED_HEAP + roll(40) * PAGE_SIZE, ACCESS_READ | roll(4));
    if (type == OBJECT_INTERRUPT)
        return ARGS(shared(t, MADE_SIGNAL), 1ull << roll(64));
    if (type == OBJECT_BUDGET)
        return ARGS(1000 + roll(5000), 1000 + roll(50000));
    return ARGS(some_handle(t), roll(64));
}

static uint64_t some_lease(const struct thread *t)
{
    if (t->lease.lender && one_in(2)) // of what was lent to it
        return t->window.address | (1 + roll(t->lease.pages));
    if (one_in(10))
        return some_word(t) | roll(20);
    return (BED_HEAP + roll(HEAP) * PAGE_SIZE) | (1 + roll(3));
}

static uint64_t some_token(const struct thread *t)
{
    const struct thread *k = t->kept_first;

    if (!k || one_in(10))
        return one_in(2) ? roll64() : (uint64_t)roll(PAGES) << 32 | roll(10);
    return kernel_to_phys(k) >> PAGE_SHIFT << 32 | k->calls;
}

// Messages, as programs send them: mostly to where somebody listens.
static void message(const struct thread *t)
{
    static const uint8_t likely[] = {SYS_CALL, SYS_CALL,  SYS_CALL, SYS_SEND,   SYS_RECV,
                                     SYS_RECV, SYS_REPLY, SYS_KEEP, SYS_SIGNAL, SYS_WAIT};
    uint64_t op = t->client && !one_in(4) ? SYS_REPLY_RECV : likely[roll(sizeof(likely))];
    uint64_t word = op << CALL_OP_SHIFT;
    cap_t to = shared(t, op == SYS_SIGNAL || op == SYS_WAIT ? MADE_SIGNAL : MADE_ENDPOINT);

    if (op == SYS_CALL || op == SYS_SEND)
        word |= roll(8);
    if (op == SYS_CALL && one_in(2))
        word |= (uint64_t)roll(4) << CALL_LEASE_SHIFT;
    if (op != SYS_RECV && one_in(8))
        word |= CALL_CAP;
    if (op == SYS_REPLY || op == SYS_REPLY_RECV)
        word |= (uint64_t)roll(30) << CALL_ERROR_SHIFT;
    set_registers(word, op == SYS_REPLY ? some_token(t) : to, ARGS(roll(64), 2, 3, 4, 5, 6));
}

// A server's loop, or its caller's: half of the threads are one or the other, most of the time.
static void service(const struct thread *t)
{
    bool serves = kernel_to_phys(t) >> PAGE_SHIFT & 1;
    uint64_t op = !serves ? SYS_CALL : t->client ? SYS_REPLY_RECV : SYS_RECV;
    uint32_t slot = SLOT_SHARED + MADE_ENDPOINT * CELLS;

    slot += serves ? t->priority / 20 % CELLS : roll(CELLS);
    set_registers(op << CALL_OP_SHIFT | (one_in(4) ? (uint64_t)roll(3) << CALL_LEASE_SHIFT : 0),
                  cell_handle(t->cell, &t->cell->slots[slot]), ARGS(1, 2, 3, 4, 5, 6));
    if (serves)
        host_registers.rax &= ~(3ull << CALL_LEASE_SHIFT);
    host_registers.r15 = 0;
}

// A method of a kernel object.
static void method(const struct thread *t)
{
    uint32_t devices = SLOT_IRQ + roll(SLOT_FREE - SLOT_IRQ);
    cap_t to = one_in(8) ? cell_handle(t->cell, &t->cell->slots[devices]) : some_handle(t);
    const struct cap *c = cell_find(t->cell, to);
    uint64_t type = c ? c->type : OBJECT_CELL, number;

    if (type == OBJECT_ENDPOINT || type == OBJECT_SIGNAL) {
        to = CAP_SELF;
        type = OBJECT_CELL;
    }
    number = roll((uint32_t)methods[type] + 1);
    set_registers(number, to, some_args(t, type, number));
}

// Anything at all.
static void anything(const struct thread *t)
{
    uint64_t word =
        (uint64_t)roll(SYS_OP_COUNT) << CALL_OP_SHIFT | (one_in(4) ? roll(64) : roll(8));
    struct bed_args a;

    for (int i = 0; i < MESSAGE_WORDS; i++)
        a.w[i] = some_word(t);
    if ((word >> CALL_OP_SHIFT & 15) == SYS_EXIT && !one_in(10))
        word = (uint64_t)SYS_YIELD << CALL_OP_SHIFT;
    if (one_in(3))
        word |= (uint64_t)roll(4) << CALL_LEASE_SHIFT;
    if (one_in(6))
        word |= CALL_CAP;
    if (one_in(100))
        word |= 1ull << roll(64);
    set_registers(word, some_handle(t), a);
}

static void step(void)
{
    const struct thread *t = host_cpu.current;

    if (t == manager) {
        manager_step();
        return;
    }
    if (goes_on(t))
        return;
    host_registers.r12 = some_lease(t);
    host_registers.r13 = some_handle(t);
    host_registers.r14 = one_in(3) ? some_word(t) : SLOT_FREE + roll(SLOTS - SLOT_FREE);
    host_registers.r15 = one_in(3) ? 0 : host_now + roll(1000);
    switch (roll(6)) {
    case 0:
        method(t);
        break;
    case 1:
        anything(t);
        break;
    case 2:
        message(t);
        break;
    default:
        service(t);
    }
    enter();
}

static void open_round(void)
{
    root = host_boot_sized(PAGES, ROOT_SLOTS, ROOT_TABLES);
    manager = bed_first(root);
    bed_object(manager, handle_of(ROOT_UNTYPED), UNTYPED_METHOD_RETYPE_SIGNAL, ARGS(ROOT_PARK));
    cap_make(cap_root, &root->slots[ROOT_DEVICE], OBJECT_DEVICE, DEVICE_AT, DEVICE_PAGES,
             RIGHT_ALL);
    cap_make(cap_root, &root->slots[ROOT_AUDIT], OBJECT_AUDIT, AUDIT_OBJECT, 0, RIGHT_ALL);
    for (uint32_t i = 0; i < CELLS; i++)
        bed_object(manager, handle_of(ROOT_UNTYPED), UNTYPED_METHOD_RETYPE_UNTYPED,
                   ARGS(ROOT_MEMORY + i, MEMORY, RIGHT_ALL));
    host_cpu.attention = true;
    door_leave();
    for (uint32_t i = 0; i < CELLS; i++)
        build(i);
    check();
}

// Everything ends; what is left is what was there before, and the memory of the cells is whole.
static void close_round(void)
{
    while (host_cpu.current != manager)
        interrupt();
    for (uint32_t i = 0; i < CELLS; i++)
        manage(CAP_SELF, CELL_METHOD_REVOKE, ARGS(root_handle(ROOT_MEMORY + i)));
    for (uint32_t i = 0; i < CELLS; i++)
        CHECK_EQ(manage(root_handle(ROOT_MEMORY + i), UNTYPED_METHOD_RETYPE_FRAME,
                        ARGS(made(0, i), MEMORY)),
                 ERR_OK);
    check();
    CHECK_EQ(object_reap(), ERR_OK);
    host_shutdown();
}

// A test that no call gets through tests nothing.
static void check_heard(void)
{
    for (uint32_t op = 0; op < SYS_OP_COUNT; op++)
        if (op != SYS_EXIT && !CHECK(ops[op] != 0))
            fprintf(stderr, "    operation %u never succeeded\n", op);
    for (uint32_t type = 0; type < TYPES; type++)
        for (uint32_t m = 1; m < methods[type]; m++)
            if (!CHECK(succeeded[type][m] != 0))
                fprintf(stderr, "    method %u of %s never succeeded\n", m, object_names[type]);
    CHECK(fast * 50 > calls);
}

int main(int argc, char **argv)
{
    uint64_t count = test_setting(argc, argv, 2, "CELLA_FUZZ_COUNT", CALLS);

    round_seed = test_seed(argc, argv);
    code_root_make();
    host_idle = time_passes;
    host_dies = died;
    for (; calls < count; round_seed += 0x9e3779b97f4a7c15) {
        rng = round_seed;
        open_round();
        for (uint64_t i = 0; i < ROUND && calls < count; i++) {
            step();
            if (one_in(10))
                interrupt();
            if (i % CHECK_EVERY == 0)
                check();
        }
        check();
        close_round();
    }
    if (count >= 500000)
        check_heard();
    printf("%llu calls, %llu by the fast path; ", (unsigned long long)calls,
           (unsigned long long)fast);
    return unit_done();
}
