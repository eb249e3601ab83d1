// SPDX-License-Identifier: GPL-3.0-or-later
// Leases of all kinds at random, nested, between partners that die at random points:
// `kernel_lease_soak [SEED [ROUNDS]]`. After each round everything is as before: every record of
// the frame table, every page table entry, every count; what died is made anew out of the same
// memory.
#include "../test/bed.h"
#include "tests/seed.h"
#include <stdbool.h>

// The client cell has two threads with the same pages; the middle serves them and calls the inner.
enum { CLIENT, MIDDLE, INNER, CELLS, SECOND = CELLS, THREADS };
enum { HEAP = 6, WINDOW = 6, IN = 4, TABLES = 12, PIECE = 48, STEPS = 12, KEPT = 8 };
enum { SLOT = 100, SLOTS_EACH = 10, TO_MIDDLE = 200, TO_INNER = 201 };
enum { S_PIECE, S_CELL, S_THREAD, S_HEAP, S_INBOX, S_SECOND };
enum { AT_OWN = 40, AT_NEXT = 41, AT_PAST = 42 };
#define INBOX_BASE CELL_LEASE_BASE

struct area {
    vaddr_t base;
    uint64_t pages;
};
static const struct area areas[] = {
    {BED_HEAP,         HEAP  },
    {CELL_WINDOW_BASE, WINDOW},
    {INBOX_BASE,       IN    }
};

static struct cell *root, *cells[CELLS];
static struct thread *first, *threads[THREADS];
static pte_t snapshot[CELLS][HEAP + WINDOW + IN];
static struct frame frames[CELLS][PIECE];
static cap_t own[CELLS], next[CELLS]; // the endpoint a cell serves, and the one it calls
static cap_t past;                    // the client's second way, past the middle
static uint64_t tokens[CELLS][KEPT];
static bool broken[CELLS];
static uint64_t random_state;

static uint64_t draw(uint64_t below)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (random_state >> 11) % below;
}

static cap_t slot_of(int cell, int what)
{
    return (cap_t)(SLOT + cell * SLOTS_EACH + what);
}

// What is in that slot of the root's table, whatever its generation.
static cap_t at(uint64_t slot)
{
    return cell_handle(root, &root->slots[slot]);
}

static err_t on_first(cap_t object, uint64_t method, struct bed_args a)
{
    host_preempts = draw(4) == 0;
    err_t err = (err_t)bed_object(first, object, method, a);

    while (first->regs.rip & 2) {
        host_preempts = draw(4) == 0;
        bed_run(first);
    }
    host_preempts = false;
    err = err == ERR_OK ? ERR_OK : (err_t)first->regs.rax;
    return err;
}

#define MUST(object, method, ...) CHECK_EQ(on_first(object, method, ARGS(__VA_ARGS__)), ERR_OK)

static int cell_of(int thread)
{
    return thread == SECOND ? CLIENT : thread;
}

static void read_entries(int i, pte_t *out)
{
    for (size_t a = 0; a < 3; a++) {
        memcpy(out, space_entry(cells[i], areas[a].base), areas[a].pages * sizeof *out);
        out += areas[a].pages;
    }
}

static struct frame *records(int i)
{
    return frame_of_kernel((void *)root->slots[slot_of(i, S_PIECE)].object);
}

static void spawn_thread(int i, int number, int slot)
{
    MUST(at(slot_of(i, S_PIECE)), UNTYPED_METHOD_RETYPE_THREAD, slot_of(i, slot));
    MUST(at(slot_of(i, slot)), THREAD_METHOD_START, at(slot_of(i, S_CELL)), CELL_CODE_BASE,
         HOST_STACK_TOP, 0, 100 + (uint64_t)i, 0);
    threads[number] = (struct thread *)root->slots[slot_of(i, slot)].object;
}

static void spawn(int i)
{
    cap_t piece = at(slot_of(i, S_PIECE)), cell;

    MUST(piece, UNTYPED_METHOD_RETYPE_CELL, slot_of(i, S_CELL), 64, TABLES);
    cell = at(slot_of(i, S_CELL));
    cells[i] = (struct cell *)root->slots[slot_of(i, S_CELL)].object;
    MUST(piece, UNTYPED_METHOD_RETYPE_FRAME, slot_of(i, S_HEAP), HEAP);
    MUST(piece, UNTYPED_METHOD_RETYPE_FRAME, slot_of(i, S_INBOX), IN);
    for (size_t a = 0; a < 3; a++)
        MUST(cell, CELL_METHOD_RESERVE, areas[a].base, areas[a].pages);
    MUST(at(slot_of(i, S_HEAP)), FRAME_METHOD_MAP, cell, BED_HEAP, ACCESS_READ | ACCESS_WRITE);
    MUST(at(slot_of(i, S_INBOX)), FRAME_METHOD_MAP, cell, INBOX_BASE, ACCESS_READ | ACCESS_WRITE);
    spawn_thread(i, i, S_THREAD);
    MUST(at(slot_of(i, S_THREAD)), THREAD_METHOD_WINDOW, CELL_WINDOW_BASE, WINDOW);
    MUST(at(slot_of(i, S_THREAD)), THREAD_METHOD_INBOX, INBOX_BASE, IN);
    if (i == CLIENT)
        spawn_thread(i, SECOND, S_SECOND);
    if (i != CLIENT) {
        MUST(cell, CELL_METHOD_DERIVE, at(i == MIDDLE ? TO_MIDDLE : TO_INNER), AT_OWN, RIGHT_READ,
             ~0ull);
        own[i] = first->regs.w[0];
    }
    if (i != INNER) {
        MUST(cell, CELL_METHOD_DERIVE, at(i == CLIENT ? TO_MIDDLE : TO_INNER), AT_NEXT, RIGHT_WRITE,
             ~0ull);
        next[i] = first->regs.w[0];
    }
    if (i == CLIENT) {
        MUST(cell, CELL_METHOD_DERIVE, at(TO_INNER), AT_PAST, RIGHT_WRITE, ~0ull);
        past = first->regs.w[0];
    }
    memset(tokens[i], 0, sizeof tokens[i]);
    broken[i] = false;
    read_entries(i, snapshot[i]);
    memcpy(frames[i], records(i), sizeof frames[i]);
}

static bool can_run(int n)
{
    return !broken[cell_of(n)] && threads[n]->state == THREAD_READY;
}

static void run(int n, uint64_t word, cap_t to)
{
    host_preempts = draw(3) == 0;
    bed_syscall(threads[n], word, to, ARGS(draw(100)));
    host_preempts = false;
}

static void call(int n)
{
    const struct area *a = &areas[draw(8) ? 0 : draw(3)];
    uint64_t pages = 1 + draw(a->pages), from = draw(a->pages - pages + 1);

    if (n == MIDDLE && threads[n]->client && draw(2)) { // on with what was lent to it
        a = &areas[1];
        pages = 1 + draw(2);
        from = draw(3);
    }
    if (draw(16) == 0)
        pages += draw(8);
    threads[n]->regs.r12 = (a->base + (from << PAGE_SHIFT)) | pages;
    run(n, call_word(SYS_CALL, 1, (enum sys_lease)draw(4)),
        n == SECOND && draw(2) ? past : next[cell_of(n)]);
}

static void keep(int n)
{
    uint64_t *free = 0;

    for (int k = 0; k < KEPT; k++)
        if (!tokens[n][k])
            free = &tokens[n][k];
    if (!free)
        return;
    run(n, call_word(SYS_KEEP, 0, 0), 0);
    if (threads[n]->regs.rax == ERR_OK)
        *free = threads[n]->regs.w[0];
}

static void answer_kept(int n)
{
    uint64_t *token = &tokens[n][draw(KEPT)];

    if (*token)
        run(n, call_word(SYS_REPLY, 0, 0), *token);
    *token = 0;
}

static void go_on(int n)
{
    host_preempts = draw(2) == 0;
    bed_run(threads[n]);
    host_preempts = false;
}

static void act(int n)
{
    if (!can_run(n))
        return;
    if (threads[n]->regs.rip & 2) {
        go_on(n);
        return;
    }
    if (n == CLIENT || n == SECOND) {
        call(n);
        return;
    }
    switch (draw(n == MIDDLE ? 8 : 5)) {
    case 0:
    case 1:
        run(n, call_word(SYS_REPLY_RECV, 0, 0), own[n]);
        break;
    case 2:
        run(n, call_word(SYS_RECV, 0, 0), own[n]);
        break;
    case 3:
        keep(n);
        break;
    case 4:
        answer_kept(n);
        break;
    default:
        call(n);
    }
}

// Something of the cell goes: its threads stop, its frames go, its cell, or all of it.
static void harm(int i)
{
    static const int losses[] = {S_CELL, S_THREAD, S_HEAP, S_INBOX};
    int what = losses[draw(4)];

    switch (draw(4)) {
    case 0:
        MUST(at(slot_of(i, S_THREAD)), THREAD_METHOD_STOP, 0);
        break;
    case 1:
        MUST(CAP_SELF, CELL_METHOD_DELETE, at(slot_of(i, what)));
        break;
    case 2:
        (void)on_first(at(slot_of(i, S_HEAP)), FRAME_METHOD_UNMAP, ARGS(0));
        break;
    default:
        MUST(CAP_SELF, CELL_METHOD_REVOKE, at(slot_of(i, S_PIECE)));
    }
    broken[i] = true;
}

static bool has_token(int n)
{
    for (int k = 0; k < KEPT; k++)
        if (tokens[n][k])
            return true;
    return false;
}

// The servers answer whatever they have, the inner one first.
static void drain(void)
{
    for (int turn = 0; turn < 3 * KEPT; turn++) {
        for (int n = INNER; n >= MIDDLE; n--) {
            if (broken[n])
                continue;
            bed_run(threads[n]);
            if (threads[n]->state == THREAD_RECEIVING && has_token(n)) { // as if by a deadline
                endpoint_leave(threads[n]);
                sched_ready(threads[n]);
            }
            for (int k = 0; k < KEPT && threads[n]->state == THREAD_READY; k++) {
                if (tokens[n][k])
                    bed_syscall(threads[n], call_word(SYS_REPLY, 0, 0), tokens[n][k], ARGS(0));
                tokens[n][k] = 0;
            }
            if (threads[n]->state == THREAD_READY)
                bed_syscall(threads[n], call_word(SYS_REPLY_RECV, 0, 0), own[n], ARGS(0));
        }
    }
}

// Whoever was harmed dies whole, and is made again out of the same memory.
static void mend(void)
{
    for (int i = INNER; i >= CLIENT; i--) {
        drain();
        if (!broken[i])
            continue;
        MUST(CAP_SELF, CELL_METHOD_REVOKE, at(slot_of(i, S_PIECE)));
        CHECK_EQ(bed_syscall(first, call_word(SYS_REAP, 0, 0), 0, ARGS(0)), ERR_OK);
        for (int p = 0; p < PIECE; p++)
            CHECK(records(i)[p].use == FRAME_FREE && !records(i)[p].cell);
        spawn(i);
    }
    drain();
}

// I7, I12, I13, I21, while nobody is harmed: as many entries are lent as leases say.
static void check_entries(void)
{
    uint64_t lent = 0, said = 0;
    pte_t e[HEAP + WINDOW + IN];

    for (int i = 0; i < CELLS; i++) {
        const struct lease *l = &threads[i]->lease;
        uint64_t seen = l->lender && l->kind != LEASE_MOVE ? l->pages : 0;

        if (l->lender)
            said += l->kind == LEASE_MOVE ? 2 * l->pages : l->pages;
        read_entries(i, e);
        for (uint64_t k = 0; k < HEAP + WINDOW + IN; k++) {
            lent += (e[k] & PTE_LENT) != 0;
            CHECK(!(e[k] & PTE_LENT) || !(e[k] & PTE_WRITE));
            CHECK_EQ(!!(e[k] & PTE_BORROWED), k >= HEAP && k < HEAP + seen);
        }
    }
    CHECK_EQ(lent, said);
}

static void check_round(uint64_t slots)
{
    pte_t e[HEAP + WINDOW + IN];

    for (int i = 0; i < CELLS; i++) {
        CHECK_EQ(threads[i]->state, i == CLIENT ? THREAD_READY : THREAD_RECEIVING);
        CHECK(!threads[i]->lease.lender && !threads[i]->client && !threads[i]->kept_first);
        read_entries(i, e);
        CHECK_MEM(e, snapshot[i], sizeof e);
        CHECK_MEM(frames[i], records(i), sizeof frames[i]);
        CHECK_EQ(cells[i]->pages, HEAP + IN);
    }
    CHECK_EQ(threads[SECOND]->state, THREAD_READY);
    CHECK_EQ(root->slots_used, slots);
}

static void play(uint64_t rounds)
{
    uint64_t slots = root->slots_used;

    check_round(slots);
    for (uint64_t r = 0; r < rounds && !unit_failures; r++) {
        bool whole = true;

        for (uint64_t s = 1 + draw(STEPS); s > 0; s--) {
            act((int)draw(THREADS));
            act((int)draw(THREADS));
            if (draw(12) == 0) {
                int i = (int)draw(CELLS);

                if (!broken[i])
                    harm(i);
                whole = false;
            }
            if (whole)
                check_entries();
        }
        mend();
        check_round(slots);
        if (unit_failures)
            printf("in round %llu ", (unsigned long long)r);
    }
}

int main(int argc, char **argv)
{
    random_state = test_seed(argc, argv);
    root = host_boot(1024);
    first = bed_first(root);
    MUST(handle_of(ROOT_UNTYPED), UNTYPED_METHOD_RETYPE_ENDPOINT, TO_MIDDLE);
    MUST(handle_of(ROOT_UNTYPED), UNTYPED_METHOD_RETYPE_ENDPOINT, TO_INNER);
    for (int i = INNER; i >= CLIENT; i--) {
        MUST(handle_of(ROOT_UNTYPED), UNTYPED_METHOD_RETYPE_UNTYPED, slot_of(i, S_PIECE), PIECE,
             RIGHT_ALL);
        spawn(i);
    }
    drain();
    play(test_setting(argc, argv, 2, "CELLA_LEASE_ROUNDS", 10000));
    host_shutdown();
    return unit_done();
}
