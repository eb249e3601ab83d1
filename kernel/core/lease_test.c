// SPDX-License-Identifier: GPL-3.0-or-later
// The rules of leases, one after the other (lease_soak_test.c plays them at random). How each test
// was seen to fail stands in the line above it: what was taken out of the kernel.
#include "../test/bed.h"
#include <stdbool.h>

// A chain: the client calls the middle, which lends on to the inner server.
enum { CLIENT = 100, MIDDLE = 110, INNER = 120, TO_MIDDLE = 130, TO_INNER = 131, INBOX = 132 };
enum { AT = 40, PAGES = 256, CALL_METHOD = 5 };
#define INBOX_BASE CELL_LEASE_BASE

static struct cell *root;
static struct thread *first, *client, *middle, *inner;
static cap_t client_to, middle_at, middle_to, inner_at;

static pte_t *entry(const struct thread *t, vaddr_t address)
{
    return space_entry(t->cell, address);
}

static uint8_t *page_at(const struct thread *t, vaddr_t address)
{
    return phys_to_kernel(*entry(t, address) & PTE_ADDRESS);
}

static uint64_t receive(struct thread *t)
{
    return bed_syscall(t, call_word(SYS_RECV, 0, 0), t == inner ? inner_at : middle_at, ARGS(0));
}

static uint64_t reply(struct thread *t)
{
    return bed_syscall(t, call_word(SYS_REPLY_RECV, 0, 0), t == inner ? inner_at : middle_at,
                       ARGS(0));
}

static uint64_t lend(struct thread *t, enum sys_lease kind, vaddr_t address, uint64_t pages)
{
    t->regs.r12 = address | pages;
    return bed_syscall(t, call_word(SYS_CALL, CALL_METHOD, kind),
                       t == client ? client_to : middle_to, ARGS(0));
}

static err_t on_first(cap_t object, uint64_t method, struct bed_args a)
{
    return (err_t)bed_object(first, object, method, a);
}

static void stop(uint32_t slot)
{
    CHECK_EQ(on_first(handle_of(slot + 1), THREAD_METHOD_STOP, ARGS(0)), ERR_OK);
}

// The cell, its thread and its frames lose their last capabilities.
static void destroy(uint32_t slot)
{
    for (uint32_t i = 0; i < 3; i++)
        CHECK_EQ(on_first(CAP_SELF, CELL_METHOD_DELETE, ARGS(handle_of(slot + i))), ERR_OK);
}

static void window(uint32_t slot)
{
    CHECK_EQ(on_first(handle_of(slot), CELL_METHOD_RESERVE, ARGS(CELL_WINDOW_BASE, PAGES)), ERR_OK);
    CHECK_EQ(on_first(handle_of(slot + 1), THREAD_METHOD_WINDOW, ARGS(CELL_WINDOW_BASE, PAGES)),
             ERR_OK);
}

static void setup(void)
{
    cap_t memory = handle_of(ROOT_UNTYPED);

    root = host_boot(4096);
    first = bed_first(root);
    CHECK_EQ(on_first(memory, UNTYPED_METHOD_RETYPE_ENDPOINT, ARGS(TO_MIDDLE)), ERR_OK);
    CHECK_EQ(on_first(memory, UNTYPED_METHOD_RETYPE_ENDPOINT, ARGS(TO_INNER)), ERR_OK);
    client = bed_cell(first, CLIENT, PAGES, 100);
    middle = bed_cell(first, MIDDLE, 16, 110);
    inner = bed_cell(first, INNER, 16, 120);
    window(MIDDLE);
    window(INNER);
    client_to = bed_grant(first, CLIENT, handle_of(TO_MIDDLE), AT, RIGHT_WRITE, ~0ull, 0);
    middle_at = bed_grant(first, MIDDLE, handle_of(TO_MIDDLE), AT, RIGHT_READ, ~0ull, 0);
    middle_to = bed_grant(first, MIDDLE, handle_of(TO_INNER), AT + 1, RIGHT_WRITE, ~0ull, 0);
    inner_at = bed_grant(first, INNER, handle_of(TO_INNER), AT, RIGHT_READ, ~0ull, 0);
    receive(middle);
    receive(inner);
}

// The cell in that slot gets an inbox of `pages` pages of its own.
static void inbox_of(uint32_t slot, uint64_t pages)
{
    CHECK_EQ(on_first(handle_of(ROOT_UNTYPED), UNTYPED_METHOD_RETYPE_FRAME, ARGS(INBOX, pages)),
             ERR_OK);
    CHECK_EQ(on_first(handle_of(slot), CELL_METHOD_RESERVE, ARGS(INBOX_BASE, pages)), ERR_OK);
    CHECK_EQ(on_first(handle_of(INBOX), FRAME_METHOD_MAP,
                      ARGS(handle_of(slot), INBOX_BASE, ACCESS_READ | ACCESS_WRITE)),
             ERR_OK);
    CHECK_EQ(on_first(handle_of(slot + 1), THREAD_METHOD_INBOX, ARGS(INBOX_BASE, pages)), ERR_OK);
}

static void inbox(uint64_t pages)
{
    inbox_of(MIDDLE, pages);
}

static bool window_empty(const struct thread *t)
{
    for (uint64_t i = 0; i < t->window.pages; i++)
        if (t->window.entries[i])
            return false;
    return true;
}

// Seen to fail: lease_lent without PTE_WAS_WRITABLE; give_back_many that leaves the window as it
// is.
static void whole_window(enum sys_lease kind)
{
    static pte_t before[PAGES];

    setup();
    memcpy(before, entry(client, BED_HEAP), sizeof before);
    lend(client, kind, BED_HEAP, PAGES);
    CHECK_EQ(client->state, THREAD_CALLING);
    CHECK_EQ(middle->regs.r12, CELL_WINDOW_BASE | PAGES);
    for (uint64_t i = 0; i < PAGES; i++) {
        pte_t of = entry(client, BED_HEAP)[i], at = middle->window.entries[i];

        CHECK_EQ(at & PTE_ADDRESS, before[i] & PTE_ADDRESS);
        CHECK_EQ(!!(at & PTE_WRITE), kind == LEASE_LEND_MUT); // of `lend` the server's write faults
        CHECK_EQ(!!(of & PTE_PRESENT), kind == LEASE_LEND);   // of `lend_mut` any access faults
        CHECK(!(of & PTE_WRITE) && (at & PTE_NO_EXECUTE));    // and at the lender a write always
    }
    reply(middle);
    CHECK_MEM(before, entry(client, BED_HEAP), sizeof before);
    CHECK(window_empty(middle));
    host_shutdown();
}

// Seen to fail: without PTE_LENT in lease_lent (unmap OK); without the look in untyped_reset.
static void busy(enum sys_lease kind)
{
    cap_t frame = handle_of(CLIENT + 2);

    setup();
    inbox(16);
    if (kind == LEASE_MOVE)
        host_preempts = true; // so that it stays in the middle
    lend(client, kind, BED_HEAP, 2);
    host_preempts = false;
    CHECK_EQ(on_first(frame, FRAME_METHOD_UNMAP, ARGS(0)), ERR_BUSY);
    CHECK_EQ(on_first(frame, FRAME_METHOD_MAP, ARGS(handle_of(CLIENT), BED_HEAP, ACCESS_READ)),
             ERR_BUSY);
    CHECK_EQ(on_first(handle_of(ROOT_UNTYPED), UNTYPED_METHOD_RETYPE_FRAME, ARGS(140, 1)), ERR_OK);
    CHECK_EQ(on_first(handle_of(140), FRAME_METHOD_MAP,
                      ARGS(handle_of(CLIENT), BED_HEAP + PAGE_SIZE, ACCESS_READ)),
             ERR_BUSY);
    if (kind == LEASE_MOVE) {
        CHECK_EQ(on_first(handle_of(INBOX), FRAME_METHOD_UNMAP, ARGS(0)), ERR_BUSY);
        CHECK_EQ(on_first(handle_of(MIDDLE + 1), THREAD_METHOD_INBOX, ARGS(INBOX_BASE, 1)),
                 ERR_BUSY);
    }
    CHECK_EQ(on_first(handle_of(MIDDLE + 1), THREAD_METHOD_WINDOW, ARGS(CELL_WINDOW_BASE, 1)),
             ERR_BUSY);
    bed_run(middle);
    reply(middle);
    CHECK_EQ(on_first(frame, FRAME_METHOD_UNMAP, ARGS(0)), ERR_OK);
    host_shutdown();
}

// A second thread of the client's cell; it shares the pages.
static struct thread *second_thread(uint32_t slot)
{
    cap_t thread;

    CHECK_EQ(on_first(handle_of(ROOT_UNTYPED), UNTYPED_METHOD_RETYPE_THREAD, ARGS(slot)), ERR_OK);
    thread = first->regs.w[0];
    CHECK_EQ(on_first(thread, THREAD_METHOD_START,
                      ARGS(handle_of(CLIENT), CELL_CODE_BASE, HOST_STACK_TOP, 0, 90, 0)),
             ERR_OK);
    return (struct thread *)cell_find(root, thread)->object;
}

// One page, two leases at a time: refused. Seen to fail: lease_refusal without PTE_LENT.
static void twice(enum sys_lease kind, enum sys_lease again)
{
    struct thread *second;
    cap_t to;

    setup();
    second = second_thread(140);
    to = bed_grant(first, CLIENT, handle_of(TO_INNER), AT + 2, RIGHT_WRITE, ~0ull, 0);
    lend(client, kind, BED_HEAP, 3);
    second->regs.r12 = (BED_HEAP + 2 * PAGE_SIZE) | 1;
    CHECK_EQ(bed_syscall(second, call_word(SYS_CALL, CALL_METHOD, again), to, ARGS(0)), ERR_BUSY);
    bed_syscall(middle, call_word(SYS_KEEP, 0, 0), 0, ARGS(0)); // the lease ends, not the call
    bed_syscall(second, call_word(SYS_CALL, CALL_METHOD, again), to, ARGS(0));
    CHECK_EQ(second->state, THREAD_CALLING);
    CHECK_EQ(client->state, THREAD_CALLING);
    host_shutdown();
}

// Somebody mapped a page of its own into its window. Seen to fail: lend_many without `used`.
static void window_in_use(void)
{
    setup();
    CHECK_EQ(on_first(handle_of(ROOT_UNTYPED), UNTYPED_METHOD_RETYPE_FRAME, ARGS(140, 1)), ERR_OK);
    CHECK_EQ(on_first(handle_of(140), FRAME_METHOD_MAP,
                      ARGS(handle_of(MIDDLE), CELL_WINDOW_BASE + PAGE_SIZE, ACCESS_READ)),
             ERR_OK);
    CHECK_EQ(lend(client, LEASE_LEND, BED_HEAP, 2), ERR_BUSY);
    lend(client, LEASE_LEND, BED_HEAP, 1);
    CHECK_EQ(client->state, THREAD_CALLING);
    host_shutdown();
}

// Seen to fail: return_lease without lease_end.
static void returns(enum sys_op how)
{
    pte_t before;

    setup();
    before = *entry(client, BED_HEAP);
    lend(client, LEASE_LEND_MUT, BED_HEAP, 1);
    if (how == SYS_EXIT) {
        stop(MIDDLE);
    } else {
        bed_syscall(middle, call_word(how, 0, 0), middle_at, ARGS(0));
        CHECK(window_empty(middle));
    }
    CHECK_EQ(*entry(client, BED_HEAP), before);
    if (how == SYS_KEEP) {
        CHECK_EQ(client->state, THREAD_CALLING);
    } else {
        CHECK_EQ(client->state, THREAD_READY);
        CHECK_EQ(client->regs.rax, how == SYS_REPLY_RECV ? ERR_OK : ERR_PEER_DEAD);
    }
    host_shutdown();
}

enum loss { REVOKE_FRAME, DELETE_FRAME, END_ENDPOINT, END_SENDER, LOSSES };

static void lose(enum loss what)
{
    switch (what) {
    case REVOKE_FRAME:
        CHECK_EQ(on_first(CAP_SELF, CELL_METHOD_REVOKE, ARGS(handle_of(150))), ERR_OK);
        break;
    case DELETE_FRAME:
        CHECK_EQ(on_first(CAP_SELF, CELL_METHOD_DELETE, ARGS(handle_of(151))), ERR_OK);
        break;
    case END_ENDPOINT:
        CHECK_EQ(on_first(CAP_SELF, CELL_METHOD_REVOKE, ARGS(handle_of(TO_MIDDLE))), ERR_OK);
        CHECK_EQ(on_first(CAP_SELF, CELL_METHOD_DELETE, ARGS(handle_of(TO_MIDDLE))), ERR_OK);
        break;
    default:
        destroy(CLIENT);
        CHECK_EQ(on_first(CAP_SELF, CELL_METHOD_REVOKE, ARGS(handle_of(150))), ERR_OK);
    }
}

// Nothing takes a page from a working server; the memory can be carved anew only when it is done.
// Seen to fail: frame_end without PTE_ORPHAN; lease_end that does not free orphans.
static void never_taken(enum loss what, enum sys_lease kind)
{
    const vaddr_t at = BED_HEAP + (vaddr_t)PAGES * PAGE_SIZE;
    paddr_t page;
    bool gone = what != END_ENDPOINT;

    setup();
    CHECK_EQ(
        on_first(handle_of(ROOT_UNTYPED), UNTYPED_METHOD_RETYPE_UNTYPED, ARGS(150, 4, RIGHT_ALL)),
        ERR_OK);
    CHECK_EQ(on_first(handle_of(150), UNTYPED_METHOD_RETYPE_FRAME, ARGS(151, 4)), ERR_OK);
    CHECK_EQ(on_first(handle_of(CLIENT), CELL_METHOD_RESERVE, ARGS(at, 4)), ERR_OK);
    CHECK_EQ(on_first(handle_of(151), FRAME_METHOD_MAP,
                      ARGS(handle_of(CLIENT), at, ACCESS_READ | ACCESS_WRITE)),
             ERR_OK);
    lend(client, kind, at, 2);
    page = *entry(middle, CELL_WINDOW_BASE) & PTE_ADDRESS;
    *(uint8_t *)phys_to_kernel(page) = 0x5a;
    lose(what);
    CHECK(*entry(middle, CELL_WINDOW_BASE) & PTE_PRESENT);
    CHECK_EQ(*(uint8_t *)phys_to_kernel(page), 0x5a);
    CHECK_EQ(cell_find(root, handle_of(151)) == 0, gone); // the capability died at once
    CHECK_EQ(on_first(handle_of(150), UNTYPED_METHOD_RETYPE_FRAME, ARGS(152, 4)),
             gone ? ERR_BUSY : ERR_NO_MEMORY);
    if (what == END_ENDPOINT) { // it has nothing to receive from any more
        bed_syscall(middle, call_word(SYS_KEEP, 0, 0), 0, ARGS(0));
        bed_syscall(middle, call_word(SYS_REPLY, 0, 0), middle->regs.w[0], ARGS(0));
    } else {
        reply(middle);
    }
    CHECK(window_empty(middle));
    if (gone) {
        CHECK_EQ(frame_of(page)->use, FRAME_FREE);
        CHECK_EQ(on_first(handle_of(150), UNTYPED_METHOD_RETYPE_FRAME, ARGS(152, 4)), ERR_OK);
        CHECK_EQ(*(uint8_t *)phys_to_kernel(page), 0);
    } else {
        CHECK_EQ(client->state, THREAD_READY);
    }
    host_shutdown();
}

// The inner lease ends first, whoever dies. Seen to fail: thread_reap without `if (t->server)
// return true`; sys_recv that does not help with what died (the client waits for ever).
static void nested(uint32_t dies, enum sys_lease kind)
{
    pte_t before;

    setup();
    before = *entry(client, BED_HEAP + PAGE_SIZE);
    lend(client, kind, BED_HEAP, 4);
    lend(middle, kind, CELL_WINDOW_BASE + PAGE_SIZE, 2);
    CHECK_EQ(middle->state, THREAD_CALLING);
    CHECK_EQ(*entry(inner, CELL_WINDOW_BASE) & PTE_ADDRESS, before & PTE_ADDRESS);
    if (dies)
        stop(dies);
    if (dies == INNER) {
        CHECK_EQ(middle->regs.rax, ERR_PEER_DEAD);
    } else {
        CHECK(*entry(inner, CELL_WINDOW_BASE) & PTE_PRESENT); // it works on
        CHECK_EQ(*entry(client, BED_HEAP + PAGE_SIZE) & PTE_LENT, PTE_LENT);
        reply(inner);
        CHECK(window_empty(inner));
        CHECK_EQ(inner->state, THREAD_RECEIVING);
    }
    if (dies == MIDDLE) {
        CHECK_EQ(client->state, THREAD_READY);
        CHECK_EQ(client->regs.rax, ERR_PEER_DEAD);
    } else {
        CHECK_EQ(middle->state, THREAD_READY);
        CHECK(!(*entry(middle, CELL_WINDOW_BASE + PAGE_SIZE) & PTE_LENT));
        reply(middle);
        CHECK(window_empty(middle));
        CHECK_EQ(client->state, dies == CLIENT ? THREAD_STOPPED : THREAD_READY);
    }
    if (dies != CLIENT)
        CHECK_EQ(*entry(client, BED_HEAP + PAGE_SIZE), before);
    host_shutdown();
}

// What was borrowed is lent on by its borrower alone, for writing only if it may write, and never
// moved. Seen to fail: lease_refusal without the window's range, or without LEASE_MOVE;
// lease_wanted without PTE_WRITE.
static void lent_on(void)
{
    setup();
    lend(client, LEASE_LEND, BED_HEAP, 2);
    CHECK_EQ(lend(middle, LEASE_LEND_MUT, CELL_WINDOW_BASE, 1), ERR_BAD_ADDRESS);
    CHECK_EQ(lend(middle, LEASE_MOVE, CELL_WINDOW_BASE, 1), ERR_TOO_LARGE);
    CHECK_EQ(lend(middle, LEASE_LEND, CELL_WINDOW_BASE + 2 * PAGE_SIZE, 1), ERR_BAD_ADDRESS);
    reply(middle);
    inbox_of(INNER, 4);
    lend(client, LEASE_LEND_MUT, BED_HEAP, 2);
    CHECK_EQ(lend(middle, LEASE_MOVE, CELL_WINDOW_BASE, 1), ERR_BAD_ADDRESS);
    middle->window.address += PAGE_SIZE; // as if the first page were another thread's
    CHECK_EQ(lend(middle, LEASE_LEND, CELL_WINDOW_BASE, 1), ERR_BUSY);
    middle->window.address -= PAGE_SIZE;
    host_shutdown();
}

static void fill(vaddr_t address, uint64_t pages)
{
    for (uint64_t i = 0; i < pages; i++)
        memset(page_at(client, address + i * PAGE_SIZE), (int)(0x10 + i), PAGE_SIZE);
}

static bool page_is(const struct thread *t, vaddr_t address, int byte)
{
    const uint8_t *p = page_at(t, address);

    for (int i = 0; i < PAGE_SIZE; i++)
        if (p[i] != byte)
            return false;
    return true;
}

// Memory does not change its owner: the receiver has the bytes in its own pages, the sender zeroes.
// Seen to fail: move_page without memset; without memcpy.
static void moved(uint64_t pages, bool preempted, bool queued)
{
    static pte_t theirs[PAGES], own[PAGES];

    setup();
    inbox(PAGES);
    fill(BED_HEAP, pages);
    memcpy(theirs, entry(client, BED_HEAP), sizeof theirs);
    memcpy(own, entry(middle, INBOX_BASE), sizeof own);
    if (queued) { // the middle is not waiting: it takes the message later
        endpoint_leave(middle);
        sched_ready(middle);
    }
    host_preempts = preempted;
    lend(client, LEASE_MOVE, BED_HEAP, pages);
    CHECK_EQ(client->state, queued ? THREAD_SENDING : THREAD_CALLING);
    if (queued)
        receive(middle);
    for (uint64_t i = 1; preempted && i < pages; i++) {
        CHECK_EQ(middle->lease.moved, i - 1);
        CHECK(!(*entry(client, BED_HEAP) & PTE_PRESENT)); // I21
        CHECK(!(*entry(middle, INBOX_BASE) & PTE_PRESENT));
        bed_run(middle);
    }
    host_preempts = false;
    bed_run(middle);
    CHECK_EQ(middle->regs.rax,
             CALL_METHOD << RESULT_METHOD_SHIFT | LEASE_MOVE << RESULT_LEASE_SHIFT);
    CHECK_EQ(middle->regs.r12, INBOX_BASE | pages);
    CHECK_EQ(middle->lease.lender == 0, true); // while it works, nothing is lent
    CHECK_MEM(theirs, entry(client, BED_HEAP), sizeof theirs);
    CHECK_MEM(own, entry(middle, INBOX_BASE), sizeof own);
    for (uint64_t i = 0; i < pages; i++) {
        CHECK(page_is(middle, INBOX_BASE + i * PAGE_SIZE, (int)(0x10 + i) & 0xff));
        CHECK(page_is(client, BED_HEAP + i * PAGE_SIZE, 0));
    }
    CHECK_EQ(client->state, THREAD_CALLING);
    reply(middle);
    CHECK_EQ(client->state, THREAD_READY);
    CHECK_EQ(client->regs.rax, ERR_OK);
    host_shutdown();
}

// Seen to fail: inbox_check that answers OK, or without TOO_LARGE.
static void move_refused(void)
{
    setup();
    CHECK_EQ(lend(client, LEASE_MOVE, BED_HEAP, 1), ERR_TOO_LARGE); // no inbox
    inbox(4);
    CHECK_EQ(lend(client, LEASE_MOVE, BED_HEAP, 5), ERR_TOO_LARGE);
    CHECK_EQ(lend(client, LEASE_MOVE, BED_HEAP, 0), ERR_BAD_ADDRESS);
    CHECK_EQ(lend(client, LEASE_MOVE, BED_HEAP + (PAGES - 1) * PAGE_SIZE, 2), ERR_BAD_ADDRESS);
    CHECK_EQ(lend(client, LEASE_MOVE, 0xffff800000000000, 1), ERR_BAD_ADDRESS);
    CHECK_EQ(bed_syscall(client, call_word(SYS_MOVE, 0, 0), 0, ARGS(0)), ERR_BAD_STATE);
    CHECK_EQ(bed_syscall(client, call_word(SYS_SEND, CALL_METHOD, LEASE_MOVE), client_to, ARGS(0)),
             ERR_BAD_ARGUMENT);
    CHECK_EQ(on_first(handle_of(INBOX), FRAME_METHOD_UNMAP, ARGS(0)), ERR_OK);
    CHECK_EQ(lend(client, LEASE_MOVE, BED_HEAP, 1), ERR_BAD_STATE); // nothing is mapped there
    CHECK_EQ(on_first(handle_of(INBOX), FRAME_METHOD_MAP,
                      ARGS(handle_of(MIDDLE), INBOX_BASE, ACCESS_READ)),
             ERR_OK);
    CHECK_EQ(lend(client, LEASE_MOVE, BED_HEAP, 1), ERR_BAD_STATE); // not writable
    CHECK_EQ(on_first(handle_of(MIDDLE + 1), THREAD_METHOD_INBOX, ARGS(CELL_WINDOW_BASE, 4)),
             ERR_OK);
    CHECK_EQ(lend(client, LEASE_MOVE, BED_HEAP, 1), ERR_BAD_STATE);
    CHECK_EQ(middle->state, THREAD_RECEIVING);
    lend(client, LEASE_LEND, BED_HEAP, 1);
    CHECK_EQ(bed_syscall(middle, call_word(SYS_MOVE, 0, 0), 0, ARGS(0)), ERR_BAD_STATE);
    host_shutdown();
}

// Sender and receiver in one cell: the pages to move may not be the inbox itself. Seen to fail:
// move_begin without `overlap`.
static void move_within(void)
{
    struct thread *sender;

    setup();
    CHECK_EQ(on_first(handle_of(ROOT_UNTYPED), UNTYPED_METHOD_RETYPE_THREAD, ARGS(140)), ERR_OK);
    CHECK_EQ(on_first(handle_of(140), THREAD_METHOD_START,
                      ARGS(handle_of(MIDDLE), CELL_CODE_BASE, HOST_STACK_TOP, 0, 90, 0)),
             ERR_OK);
    sender = (struct thread *)cell_find(root, handle_of(140))->object;
    cap_t to = bed_grant(first, MIDDLE, handle_of(TO_MIDDLE), AT + 2, RIGHT_WRITE, ~0ull, 0);

    CHECK_EQ(on_first(handle_of(MIDDLE + 1), THREAD_METHOD_INBOX, ARGS(BED_HEAP, 4)), ERR_OK);
    for (uint64_t at = 0; at < 4; at++) {
        sender->regs.r12 = (BED_HEAP + at * PAGE_SIZE) | 4;
        CHECK_EQ(bed_syscall(sender, call_word(SYS_CALL, 5, LEASE_MOVE), to, ARGS(0)),
                 ERR_BAD_ADDRESS);
    }
    memset(page_at(middle, BED_HEAP + 4 * PAGE_SIZE), 0x77, PAGE_SIZE);
    sender->regs.r12 = (BED_HEAP + 4 * PAGE_SIZE) | 4;
    bed_syscall(sender, call_word(SYS_CALL, 5, LEASE_MOVE), to, ARGS(0));
    bed_run(middle);
    CHECK(page_is(middle, BED_HEAP, 0x77));
    CHECK(page_is(middle, BED_HEAP + 4 * PAGE_SIZE, 0));
    host_shutdown();
}

// Death in the middle of a move. Seen to fail: give_back_many without the inbox (it stays BUSY).
static void move_dies(uint32_t who)
{
    pte_t theirs, own;
    const pte_t *box;

    setup();
    inbox(4);
    fill(BED_HEAP, 4);
    box = entry(middle, INBOX_BASE);
    theirs = *entry(client, BED_HEAP);
    own = *entry(middle, INBOX_BASE);
    host_preempts = true;
    lend(client, LEASE_MOVE, BED_HEAP, 4);
    bed_run(middle);
    bed_run(middle);
    host_preempts = false;
    CHECK_EQ(middle->lease.moved, 2);
    stop(who);
    if (who == MIDDLE) {
        CHECK_EQ(client->regs.rax, ERR_PEER_DEAD);
        CHECK_EQ(*entry(client, BED_HEAP), theirs);
        CHECK(page_is(client, BED_HEAP, 0)); // moved and gone
        CHECK(page_is(client, BED_HEAP + 3 * PAGE_SIZE, 0x13));
    } else {
        bed_run(middle); // it gets its message all the same
        CHECK_EQ(middle->regs.r12, INBOX_BASE | 4);
        CHECK(page_is(middle, INBOX_BASE + 3 * PAGE_SIZE, 0x13));
        CHECK_EQ(middle->client == 0, true);
        reply(middle);
        CHECK_EQ(middle->state, THREAD_RECEIVING);
        CHECK(client->server == 0);
    }
    CHECK_EQ(*box, own);
    CHECK_EQ(on_first(handle_of(INBOX), FRAME_METHOD_UNMAP, ARGS(0)), ERR_OK);
    CHECK_EQ(on_first(handle_of(CLIENT + 2), FRAME_METHOD_UNMAP, ARGS(0)), ERR_OK);
    host_shutdown();
}

int main(void)
{
    static const enum sys_lease kinds[] = {LEASE_LEND, LEASE_LEND_MUT, LEASE_MOVE};

    for (int k = 0; k < 2; k++) {
        whole_window(kinds[k]);
        for (int what = 0; what < LOSSES; what++)
            never_taken((enum loss)what, kinds[k]);
        nested(0, kinds[k]);
        nested(CLIENT, kinds[k]);
        nested(MIDDLE, kinds[k]);
        nested(INNER, kinds[k]);
    }
    for (int k = 0; k < 3; k++)
        busy(kinds[k]);
    twice(LEASE_LEND, LEASE_LEND);
    twice(LEASE_LEND_MUT, LEASE_LEND);
    twice(LEASE_LEND, LEASE_LEND_MUT);
    window_in_use();
    returns(SYS_REPLY_RECV);
    returns(SYS_RECV);
    returns(SYS_KEEP);
    returns(SYS_EXIT);
    lent_on();
    moved(1, false, false);
    moved(PAGES, false, false);
    moved(8, true, false);
    moved(8, true, true);
    moved(8, false, true);
    move_refused();
    move_within();
    move_dies(MIDDLE);
    move_dies(CLIENT);
    return unit_done();
}
