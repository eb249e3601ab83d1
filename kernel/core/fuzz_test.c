// SPDX-License-Identifier: GPL-3.0-or-later
// Random system calls from several threads of several cells, most of them nearly right, with
// interrupts and time passing in between; the kernel's invariants are checked all along. `fuzz_test
// [seed [steps]]`.
#include "../test/bed.h"
#include "interrupt.h"
#include "tests/seed.h"

enum { CELLS = 4, SLOTS = 64, STEPS = 200000, CHECK_EVERY = 64 };

static uint64_t seed;
static struct cell *root;
static struct thread *first;

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

// --- the invariants

// Walk the whole derivation tree without recursion; each capability found is in use and linked both
// ways (I2).
static uint64_t tree_size(void)
{
    const struct cap *c = cap_root;
    uint64_t n = 0;

    for (;;) {
        if (c->first) {
            const struct cap *child = cap_at(c->first);

            CHECK(child->prev == cap_link(c));
            c = child;
            n++;
            CHECK(c->type != OBJECT_NONE);
            continue;
        }
        // Climb while this is the last child; then go to the next sibling.
        while (c != cap_root && cap_at(c->next)->last == cap_link(c))
            c = cap_at(c->next);
        if (c == cap_root)
            return n;
        CHECK(cap_at(c->next)->prev == cap_link(c));
        c = cap_at(c->next);
        n++;
        CHECK(c->type != OBJECT_NONE);
    }
}

static uint64_t caps_in_use(const struct cell *cell)
{
    uint64_t n = cell->supervisor.type != OBJECT_NONE;
    uint32_t used = 0;

    for (uint32_t i = 0; i < cell->slot_count; i++)
        used += cell->slots[i].type != OBJECT_NONE;
    CHECK_EQ(used, cell->slots_used);
    return n + used;
}

// Every mapped page's record agrees with its entry (I4), no entry is writable and executable (I6),
// leases say so (I13).
static void check_pages(void)
{
    for (uint64_t p = 0; p < physmap_pages; p++) {
        const struct frame *f = &frame_table[p];
        pte_t e;

        if (f->use != FRAME_PAGE || !f->cell)
            continue;
        e = *f->entry;
        CHECK_EQ(e & PTE_ADDRESS, p << PAGE_SHIFT);
        CHECK(!(e & PTE_WRITE) || e & PTE_NO_EXECUTE);
        CHECK(!(e & PTE_LENT) || !(e & PTE_WRITE));
        CHECK(e & (PTE_PRESENT | PTE_LENT));
    }
}

static void check_thread(const struct thread *t)
{
    if (t->state == THREAD_CALLING) { // I10
        CHECK(t->server != 0);
        CHECK(t->kept || t->server->client == t);
    }
    if (t->client)
        CHECK(t->client->server == t);
    for (uint64_t i = 0; i < t->window.pages && t->cell; i++) { // I12
        pte_t e = t->window.entries[i];

        if (e & PTE_BORROWED)
            CHECK(t->lease.lender != 0 && i < t->lease.pages);
        else if (t->lease.lender)
            CHECK(i >= t->lease.pages);
    }
}

static void check_all(void)
{
    uint64_t caps = 0;

    for (uint64_t p = 0; p < physmap_pages; p++) {
        struct cell *cell = phys_to_kernel(p << PAGE_SHIFT);

        if (frame_table[p].use == FRAME_THREAD)
            check_thread(phys_to_kernel(p << PAGE_SHIFT));
        // A cell's first page: its slots lie two pages further.
        if (frame_table[p].use == FRAME_CELL && p + 2 < physmap_pages &&
            frame_table[p + 2].cell == cell)
            caps += caps_in_use(cell);
    }
    for (int i = 0; i < 4; i++)
        caps += interrupts[i].signal.type != OBJECT_NONE;
    CHECK_EQ(tree_size(), caps);
    check_pages();
}

// --- the calls

static struct thread *live_thread(void)
{
    struct thread *ready[256];
    uint32_t n = 0;

    for (uint64_t p = 0; p < physmap_pages && n < 256; p++) {
        struct thread *t = phys_to_kernel(p << PAGE_SHIFT);

        if (frame_table[p].use == FRAME_THREAD && t->state == THREAD_READY && t->cell)
            ready[n++] = t;
    }
    return n ? ready[roll(n)] : 0;
}

static cap_t some_handle(const struct thread *t)
{
    uint32_t i = roll(t->cell->slot_count < SLOTS ? t->cell->slot_count : SLOTS);

    if (roll(12) == 0)
        return roll(3) ? CAP_SELF : roll64();
    return ((cap_t)t->cell->slots[i].generation + 1 + (roll(20) == 0)) << 32 | i;
}

static uint64_t some_word(const struct thread *t)
{
    static const vaddr_t places[] = {BED_HEAP, CELL_WINDOW_BASE, CELL_STACK_TOP, CELL_CODE_BASE,
                                     0,        CELL_TOP - 4096};

    switch (roll(8)) {
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
    default:
        return roll(SLOTS);
    }
}

static uint64_t some_call_word(void)
{
    static const uint8_t ops[] = {
        SYS_CALL,   SYS_CALL, SYS_CALL,  SYS_CALL, SYS_CALL,       SYS_CALL,  SYS_CALL,
        SYS_CALL,   SYS_SEND, SYS_RECV,  SYS_RECV, SYS_REPLY_RECV, SYS_REPLY, SYS_KEEP,
        SYS_SIGNAL, SYS_WAIT, SYS_YIELD, SYS_NULL, SYS_NOW,        SYS_REAP,  SYS_EXIT};
    uint64_t word =
        (uint64_t)ops[roll(roll(40) ? 20 : 21)] << CALL_OP_SHIFT | (roll(4) ? roll(8) : roll(64));

    if (roll(3) == 0)
        word |= (uint64_t)roll(4) << CALL_LEASE_SHIFT;
    if (roll(6) == 0)
        word |= CALL_CAP;
    if (roll(500) == 0)
        word |= 1ull << roll(64);
    return word;
}

// A slot of the root's may not lose what the test stands on.
static bool spares_root(const struct thread *t, uint64_t word, cap_t to, uint64_t w0)
{
    bool destroys = to == CAP_SELF || (uint32_t)to == ROOT_CELL;
    uint32_t op = word >> CALL_OP_SHIFT & 15, method = word & 63;

    if (op == SYS_EXIT && t == first)
        return false;
    if (op != SYS_CALL)
        return true;
    if (t->cell == root && destroys &&
        (method == CELL_METHOD_DELETE || method == CELL_METHOD_MOVE ||
         method == CELL_METHOD_REVOKE))
        return (uint32_t)w0 > 5;
    return !(t->cell == root && (uint32_t)to == 5);
}

static void step(void)
{
    struct thread *t = live_thread();
    uint64_t word = some_call_word();
    struct bed_args a;
    cap_t to;

    if (!t)
        t = first;
    if (t->state != THREAD_READY) { // everybody waits: let the first one's wait end
        if (t->state == THREAD_CALLING || t->state == THREAD_STOPPED)
            return;
        thread_expire(t);
    }
    to = some_handle(t);
    for (int i = 0; i < MESSAGE_WORDS; i++)
        a.w[i] = some_word(t);
    if (!spares_root(t, word, to, a.w[0]))
        return;
    t->regs.r12 = some_word(t) | roll(20);
    t->regs.r13 = some_handle(t);
    t->regs.r14 = roll(3) ? roll(SLOTS) : some_word(t);
    t->regs.r15 = host_now + roll(1000);
    t->regs.rip = CELL_CODE_BASE + 2;
    host_preempts = roll(16) == 0;
    bed_syscall(t, word, to, a);
    host_preempts = false;
    host_now += roll(100);
    timer_run(host_now);
    if (roll(50) == 0)
        interrupt_arrived(1);
}

// What well-behaved programs do: wait for messages, answer them, call with and without a lease.
static void sensible(void)
{
    struct thread *t = live_thread();
    cap_t to;

    if (!t || t == first)
        return;
    to = handle_of(1 + roll(CELLS));
    t->regs.r12 = (roll(8) ? BED_HEAP : CELL_WINDOW_BASE) + roll(6) * PAGE_SIZE + 1 + roll(3);
    t->regs.r15 = roll(3) ? 0 : host_now + roll(1000);
    t->regs.rip = CELL_CODE_BASE + 2;
    switch (roll(5)) {
    case 4: // carve, and take all of it back, so that the memory is cleaned and carved again
        host_preempts = roll(4) == 0;
        bed_object(t, handle_of(20), UNTYPED_METHOD_RETYPE_FRAME + roll(5),
                   ARGS(32 + roll(8), 64, 2));
        if (roll(3) == 0)
            bed_object(t, CAP_SELF, CELL_METHOD_REVOKE, ARGS(handle_of(20)));
        host_preempts = false;
        break;
    case 0:
        bed_syscall(t, call_word(t->client ? SYS_REPLY_RECV : SYS_RECV, 0, 0), to, ARGS(1, 2, 3));
        break;
    case 1:
        bed_syscall(t, call_word(SYS_KEEP, 0, 0), 0, ARGS(0));
        break;
    default:
        bed_syscall(t, call_word(SYS_CALL, roll(8), (enum sys_lease)roll(3)), to, ARGS(1, 2, 3));
    }
    host_now += roll(100);
    timer_run(host_now);
}

// A whole cell goes, in the middle of whatever it does, and with luck its memory is carved anew.
static void destroy(void)
{
    uint32_t slot = 10 + 4 * roll(CELLS);

    if (first->state != THREAD_READY)
        return;
    first->regs.rip = CELL_CODE_BASE + 2;
    for (uint32_t i = 0; i < 3; i++) {
        cap_t handle = cell_handle(root, &root->slots[slot + i]);

        bed_object(first, CAP_SELF, CELL_METHOD_REVOKE, ARGS(handle));
        bed_object(first, CAP_SELF, CELL_METHOD_DELETE, ARGS(handle));
    }
    bed_syscall(first, call_word(SYS_REAP, 0, 0), 0, ARGS(0));
}

// Cells that hold capabilities of every kind, to each other as well.
static void populate(void)
{
    for (uint32_t i = 0; i < CELLS; i++) {
        uint32_t slot = 10 + 4 * i;
        struct thread *t = bed_cell(first, slot, 8, 100 + 20 * i);

        t->regs.r15 = 1;
        CHECK_EQ(bed_object(first, handle_of(ROOT_UNTYPED), UNTYPED_METHOD_RETYPE_UNTYPED,
                            ARGS(40 + i, 40, RIGHT_ALL)),
                 ERR_OK);
        CHECK_EQ(bed_object(first, handle_of(slot), CELL_METHOD_MOVE, ARGS(handle_of(40 + i), 20)),
                 ERR_OK);
        CHECK_EQ(bed_object(first, handle_of(ROOT_UNTYPED), UNTYPED_METHOD_RETYPE_ENDPOINT,
                            ARGS(50 + i)),
                 ERR_OK);
        CHECK_EQ(
            bed_object(first, handle_of(ROOT_UNTYPED), UNTYPED_METHOD_RETYPE_SIGNAL, ARGS(55 + i)),
            ERR_OK);
    }
    for (uint32_t i = 0; i < CELLS; i++)
        for (uint32_t k = 0; k < CELLS; k++) {
            bed_grant(first, 10 + 4 * i, handle_of(50 + k), 1 + k, roll(32), roll64() | 0xff, 0);
            bed_grant(first, 10 + 4 * i, handle_of(55 + k), 6 + k, roll(32), ~0ull, 0);
            bed_grant(first, 10 + 4 * i, handle_of(10 + 4 * k), 11 + k, roll(32), ~0ull, 0);
            bed_grant(first, 10 + 4 * i, handle_of(11 + 4 * k), 16 + k, roll(32), ~0ull, 0);
            bed_grant(first, 10 + 4 * i, handle_of(12 + 4 * k), 21 + k, roll(32), ~0ull, 0);
        }
    // Faults of each cell go to the endpoint of the next, those of the last to nobody.
    for (uint32_t i = 0; i + 1 < CELLS; i++)
        CHECK_EQ(bed_object(first, handle_of(10 + 4 * i), CELL_METHOD_SUPERVISE,
                            ARGS(handle_of(50 + i + 1))),
                 ERR_OK);
    bed_grant(first, 10, handle_of(ROOT_IRQ), 30, RIGHT_ALL, ~0ull, 0);
    bed_grant(first, 10, handle_of(ROOT_PORTS), 31, RIGHT_ALL, ~0ull, 0);
}

int main(int argc, char **argv)
{
    uint64_t steps = test_setting(argc, argv, 2, "CELLA_FUZZ_COUNT", STEPS);

    seed = test_seed(argc, argv);
    for (uint64_t done = 0; done < steps;) {
        root = host_boot(1024);
        first = bed_first(root);
        populate();
        for (uint64_t i = 0; i < 4096 && done < steps; i++, done++) {
            if (roll(2))
                step();
            else
                sensible();
            if (roll(1000) == 0)
                destroy();
            if (i % CHECK_EVERY == 0)
                check_all();
        }
        CHECK_EQ(object_reap(), ERR_OK);
        check_all();
        host_shutdown();
    }
    return unit_done();
}
