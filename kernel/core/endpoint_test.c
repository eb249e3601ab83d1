// SPDX-License-Identifier: GPL-3.0-or-later
// Messages: calls, replies, methods as permissions, leases, deaths.
#include "../test/bed.h"

enum { SERVER = 100, CLIENT = 110, OTHER = 120, ENDPOINT = 130, SIGNAL = 131 };
enum { AT = 40, PAGES = 8 };

static struct cell *root;
static struct thread *first, *server, *client;
static cap_t at_server, at_client;
static uint64_t slots_before;

static void setup(void)
{
    root = host_boot(2048);
    first = bed_first(root);
    slots_before = root->slots_used;
    CHECK_EQ(
        bed_object(first, handle_of(ROOT_UNTYPED), UNTYPED_METHOD_RETYPE_ENDPOINT, ARGS(ENDPOINT)),
        ERR_OK);
    CHECK_EQ(bed_object(first, handle_of(ROOT_UNTYPED), UNTYPED_METHOD_RETYPE_SIGNAL, ARGS(SIGNAL)),
             ERR_OK);
    server = bed_cell(first, SERVER, PAGES, 150);
    client = bed_cell(first, CLIENT, PAGES, 100);
    at_server = bed_grant(first, SERVER, handle_of(ENDPOINT), AT, RIGHT_READ, ~0ull, 0);
    at_client =
        bed_grant(first, CLIENT, handle_of(ENDPOINT), AT, RIGHT_WRITE, 1 << 5 | 1 << 6, 0xc11e);
}

static uint64_t receive(struct thread *t)
{
    return bed_syscall(t, call_word(SYS_RECV, 0, 0), at_server, ARGS(0));
}

static uint64_t reply(struct thread *t, err_t error, struct bed_args a)
{
    return bed_syscall(t, call_word(SYS_REPLY_RECV, 0, 0) | (uint64_t)error << CALL_ERROR_SHIFT,
                       at_server, a);
}

static void call_reply(void)
{
    setup();
    receive(server);
    CHECK_EQ(server->state, THREAD_RECEIVING);
    bed_syscall(client, call_word(SYS_CALL, 5, 0), at_client, ARGS(1, 2, 3, 4, 5, 6));
    CHECK_EQ(client->state, THREAD_CALLING);
    CHECK_EQ(server->state, THREAD_READY);
    CHECK_EQ(server->regs.rax, 5 << RESULT_METHOD_SHIFT);
    CHECK_EQ(server->regs.rdi, 0xc11e);
    CHECK_EQ(server->regs.w[5], 6);
    reply(server, ERR_NOT_FOUND, ARGS(7, 8, 9));
    CHECK_EQ(client->state, THREAD_READY);
    CHECK_EQ(client->regs.rax, ERR_NOT_FOUND);
    CHECK_EQ(client->regs.w[2], 9);
    CHECK_EQ(client->regs.rdi, 0);
    host_shutdown();
}

static void method_is_permission(void)
{
    setup();
    receive(server);
    for (uint64_t m = 0; m <= METHOD_MAX; m++) {
        if (m == 5 || m == 6)
            continue;
        CHECK_EQ(bed_syscall(client, call_word(SYS_CALL, m, 0), at_client, ARGS(0)), ERR_DENIED);
        CHECK_EQ(server->state, THREAD_RECEIVING);
    }
    CHECK_EQ(bed_syscall(client, call_word(SYS_RECV, 0, 0), at_client, ARGS(0)), ERR_DENIED);
    CHECK_EQ(bed_syscall(client, call_word(SYS_CALL, 5, 0), at_client + 1, ARGS(0)),
             ERR_BAD_CAPABILITY);
    CHECK_EQ(bed_syscall(client, call_word(SYS_CALL, 5, 0), at_client + (1ull << 32), ARGS(0)),
             ERR_BAD_CAPABILITY);
    bed_syscall(client, call_word(SYS_CALL, 6, 0), at_client, ARGS(0));
    CHECK_EQ(server->state, THREAD_READY);
    host_shutdown();
}

static void queued_is_checked_again(void)
{
    setup();
    bed_syscall(client, call_word(SYS_CALL, 5, 0), at_client, ARGS(0));
    CHECK_EQ(client->state, THREAD_SENDING);
    CHECK_EQ(bed_object(first, CAP_SELF, CELL_METHOD_REVOKE, ARGS(handle_of(ENDPOINT))), ERR_OK);
    CHECK_EQ(bed_syscall(server, call_word(SYS_RECV, 0, 0), at_server, ARGS(0)),
             ERR_BAD_CAPABILITY);
    at_server = bed_grant(first, SERVER, handle_of(ENDPOINT), AT + 1, RIGHT_READ, ~0ull, 0);
    receive(server);
    CHECK_EQ(server->state, THREAD_RECEIVING); // the message was not delivered
    CHECK_EQ(client->state, THREAD_READY);
    CHECK_EQ(client->regs.rax, ERR_BAD_CAPABILITY);
    host_shutdown();
}

// Another thread of the client's cell.
static struct thread *second_thread(void)
{
    CHECK_EQ(bed_object(first, handle_of(ROOT_UNTYPED), UNTYPED_METHOD_RETYPE_THREAD, ARGS(OTHER)),
             ERR_OK);
    cap_t thread = first->regs.w[0];
    CHECK_EQ(bed_object(first, thread, THREAD_METHOD_START,
                        ARGS(handle_of(CLIENT), CELL_CODE_BASE, HOST_STACK_TOP, 0, 90, 0)),
             ERR_OK);
    return (struct thread *)cell_find(root, thread)->object;
}

static cap_t grant_once(uint64_t expiry)
{
    CHECK_EQ(bed_object(first, handle_of(CLIENT), CELL_METHOD_DERIVE,
                        ARGS(handle_of(ENDPOINT), AT + 1, RIGHT_WRITE | DERIVE_ONCE, 1 << 5, expiry,
                             0xc11e)),
             ERR_OK);
    return first->regs.w[0];
}

// Gone when the message has arrived, and not before (I26).
static void once_is_once(void)
{
    setup();
    cap_t once = grant_once(0);
    uint64_t used = client->cell->slots_used;
    CHECK_EQ(bed_syscall(client, call_word(SYS_CALL, 6, 0), once, ARGS(0)), ERR_DENIED);
    CHECK_EQ(client->cell->slots_used, used); // nothing arrived
    receive(server);
    bed_syscall(client, call_word(SYS_CALL, 5, 0), once, ARGS(7));
    CHECK_EQ(server->regs.w[0], 7);
    CHECK_EQ(server->regs.rdi, 0xc11e);
    CHECK_EQ(client->cell->slots_used, used - 1);
    reply(server, ERR_OK, ARGS(8));
    CHECK_EQ(client->regs.w[0], 8);
    CHECK_EQ(bed_syscall(client, call_word(SYS_CALL, 5, 0), once, ARGS(0)), ERR_BAD_CAPABILITY);
    host_shutdown();
}

// One that is queued is used up when it is taken; a second message of the cell finds nothing then.
static void once_in_the_queue(void)
{
    setup();
    cap_t once = grant_once(0);
    struct thread *second = second_thread();
    bed_syscall(client, call_word(SYS_CALL, 5, 0), once, ARGS(1));
    bed_syscall(second, call_word(SYS_SEND, 5, 0), once, ARGS(2));
    CHECK_EQ(client->state, THREAD_SENDING);
    CHECK_EQ(second->state, THREAD_SENDING);
    receive(server);
    CHECK_EQ(server->regs.w[0], 1);
    CHECK_EQ(client->state, THREAD_CALLING);
    reply(server, ERR_OK, ARGS(0));
    CHECK_EQ(second->regs.rax, ERR_BAD_CAPABILITY);
    CHECK_EQ(server->state, THREAD_RECEIVING);
    host_shutdown();
}

// It cannot be multiplied or handed on; it may expire unused.
static void once_is_not_derived(void)
{
    setup();
    cap_t once = grant_once(500), self = CAP_SELF;
    receive(server);
    CHECK_EQ(
        bed_syscall(client, CELL_METHOD_DERIVE, self, ARGS(once, AT + 3, RIGHT_WRITE, ~0ull, 0, 0)),
        ERR_BAD_ARGUMENT);
    CHECK_EQ(bed_syscall(client, CELL_METHOD_DERIVE, self,
                         ARGS(once, AT + 3, RIGHT_WRITE | DERIVE_ONCE, ~0ull, 0, 0)),
             ERR_BAD_ARGUMENT);
    CHECK_EQ(bed_syscall(client, call_word(SYS_CALL, 5, 0) | CALL_CAP, at_client, ARGS(0)),
             ERR_BAD_CAPABILITY);
    client->regs.r13 = once;
    CHECK_EQ(bed_syscall(client, call_word(SYS_CALL, 5, 0) | CALL_CAP, at_client, ARGS(0)),
             ERR_DENIED);
    client->regs.r13 = 0;
    // With other rights, or of something that is no endpoint, there is none.
    CHECK_EQ(bed_object(first, handle_of(CLIENT), CELL_METHOD_DERIVE,
                        ARGS(handle_of(ENDPOINT), AT + 3, RIGHT_ALL | DERIVE_ONCE, ~0ull, 0, 0)),
             ERR_BAD_ARGUMENT);
    CHECK_EQ(bed_object(first, handle_of(CLIENT), CELL_METHOD_DERIVE,
                        ARGS(handle_of(SIGNAL), AT + 3, RIGHT_WRITE | DERIVE_ONCE, ~0ull, 0, 0)),
             ERR_BAD_ARGUMENT);
    host_now = 500;
    CHECK_EQ(bed_syscall(client, call_word(SYS_CALL, 5, 0), once, ARGS(0)), ERR_EXPIRED);
    host_shutdown();
}

// Who waits for messages through a capability that is revoked gets none any more.
static void receiver_is_cut(void)
{
    setup();
    receive(server);
    CHECK_EQ(bed_object(first, CAP_SELF, CELL_METHOD_REVOKE, ARGS(handle_of(ENDPOINT))), ERR_OK);
    CHECK_EQ(server->state, THREAD_READY);
    CHECK_EQ(server->regs.rax, ERR_BAD_CAPABILITY);
    at_client = bed_grant(first, CLIENT, handle_of(ENDPOINT), AT + 1, RIGHT_WRITE, ~0ull, 0);
    bed_syscall(client, call_word(SYS_CALL, 5, 0), at_client, ARGS(0));
    CHECK_EQ(client->state, THREAD_SENDING);
    host_shutdown();
}

static void expiry(void)
{
    setup();
    CHECK_EQ(bed_object(first, handle_of(CLIENT), CELL_METHOD_DERIVE,
                        ARGS(handle_of(ENDPOINT), AT + 2, RIGHT_WRITE, ~0ull, 500, 9)),
             ERR_OK);
    cap_t expiring = first->regs.w[0];

    receive(server);
    host_now = 499;
    bed_syscall(client, call_word(SYS_CALL, 1, 0), expiring, ARGS(0));
    CHECK_EQ(client->state, THREAD_CALLING);
    reply(server, 0, ARGS(0));
    host_now = 500;
    CHECK_EQ(bed_syscall(client, call_word(SYS_CALL, 1, 0), expiring, ARGS(0)), ERR_EXPIRED);
    // Waiting through a capability ends when it expires.
    CHECK_EQ(bed_object(first, handle_of(CLIENT), CELL_METHOD_DERIVE,
                        ARGS(handle_of(ENDPOINT), AT + 3, RIGHT_READ, ~0ull, 900, 0)),
             ERR_OK);
    expiring = first->regs.w[0];
    client->regs.r15 = 0;
    bed_syscall(client, call_word(SYS_RECV, 0, 0), expiring, ARGS(0));
    CHECK_EQ(client->state, THREAD_RECEIVING);
    host_now = 900;
    timer_run(host_now);
    CHECK_EQ(client->state, THREAD_READY);
    CHECK_EQ(client->regs.rax, ERR_EXPIRED);
    host_shutdown();
}

static pte_t entry(const struct thread *t, vaddr_t address)
{
    return *space_entry(t->cell, address);
}

static void lend(enum sys_lease kind)
{
    pte_t before[2], window;

    setup();
    receive(server);
    before[0] = entry(client, BED_HEAP + PAGE_SIZE);
    before[1] = entry(client, BED_HEAP + 2 * PAGE_SIZE);
    client->regs.r12 = (BED_HEAP + PAGE_SIZE) | 2;
    bed_syscall(client, call_word(SYS_CALL, 5, kind), at_client, ARGS(0));
    CHECK_EQ(client->state, THREAD_CALLING);
    CHECK_EQ(server->regs.r12, CELL_WINDOW_BASE | 2);
    window = entry(server, CELL_WINDOW_BASE + PAGE_SIZE);
    CHECK_EQ(window & PTE_ADDRESS, before[1] & PTE_ADDRESS);
    CHECK_EQ(!!(window & PTE_WRITE), kind == LEASE_LEND_MUT);
    CHECK_EQ(!!(entry(client, BED_HEAP + PAGE_SIZE) & PTE_PRESENT), kind == LEASE_LEND);
    CHECK(!(entry(client, BED_HEAP + PAGE_SIZE) & PTE_WRITE)); // I13
    // BUSY while lent, through every door
    CHECK_EQ(bed_object(first, handle_of(CLIENT + 2), FRAME_METHOD_UNMAP, ARGS(0)), ERR_BUSY);
    reply(server, 0, ARGS(0));
    CHECK_EQ(entry(client, BED_HEAP + PAGE_SIZE), before[0]);
    CHECK_EQ(entry(client, BED_HEAP + 2 * PAGE_SIZE), before[1]);
    CHECK_EQ(entry(server, CELL_WINDOW_BASE), 0); // I12
    CHECK_EQ(bed_object(first, handle_of(CLIENT + 2), FRAME_METHOD_UNMAP, ARGS(0)), ERR_OK);
    host_shutdown();
}

static void lend_refused(void)
{
    static const struct {
        uint64_t r12;
        err_t err;
    } bad[] = {
        {BED_HEAP,                          ERR_BAD_ADDRESS},
        {BED_HEAP | (PAGES + 1),            ERR_BAD_ADDRESS},
        {BED_HEAP | (BED_WINDOW_PAGES + 1), ERR_TOO_LARGE  },
        {0 | 1,                             ERR_BAD_ADDRESS},
        {0xffff800000000000 | 1,            ERR_BAD_ADDRESS},
        {0x00007ffffffff000 | 1,            ERR_BAD_ADDRESS},
        {0x0000800000000000 | 1,            ERR_BAD_ADDRESS},
        {CELL_WINDOW_BASE | 1,              ERR_BAD_ADDRESS}
    };

    setup();
    receive(server);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        client->regs.r12 = bad[i].r12;
        CHECK_EQ(bed_syscall(client, call_word(SYS_CALL, 5, LEASE_LEND_MUT), at_client, ARGS(0)),
                 bad[i].err);
        CHECK_EQ(server->state, THREAD_RECEIVING);
    }
    host_shutdown();
}

// The server dies while it serves: the caller learns it and has its pages back.
static void server_dies(void)
{
    pte_t before;

    setup();
    receive(server);
    before = entry(client, BED_HEAP);
    client->regs.r12 = BED_HEAP | 1;
    bed_syscall(client, call_word(SYS_CALL, 5, LEASE_LEND_MUT), at_client, ARGS(0));
    CHECK_EQ(bed_object(first, handle_of(SERVER + 1), THREAD_METHOD_STOP, ARGS(0)), ERR_OK);
    CHECK_EQ(client->state, THREAD_READY);
    CHECK_EQ(client->regs.rax, ERR_PEER_DEAD);
    CHECK_EQ(entry(client, BED_HEAP), before);
    host_shutdown();
}

// The caller dies while its page is lent: the server keeps the page until it answers; then the
// memory is free.
static void client_dies(void)
{
    struct cell *cell;

    setup();
    receive(server);
    cell = client->cell;
    client->regs.r12 = BED_HEAP | 1;
    bed_syscall(client, call_word(SYS_CALL, 5, LEASE_LEND_MUT), at_client, ARGS(0));
    paddr_t page = entry(server, CELL_WINDOW_BASE) & PTE_ADDRESS;
    for (uint32_t i = 0; i < 3; i++)
        CHECK_EQ(bed_object(first, CAP_SELF, CELL_METHOD_DELETE, ARGS(handle_of(CLIENT + i))),
                 ERR_OK);
    CHECK(entry(server, CELL_WINDOW_BASE) & PTE_PRESENT);
    CHECK_EQ(frame_of(page)->use, FRAME_PAGE);
    CHECK_EQ(frame_of_kernel(cell)->use, FRAME_CELL);
    reply(server, 0, ARGS(0));
    CHECK_EQ(server->state, THREAD_RECEIVING);
    CHECK_EQ(bed_syscall(first, call_word(SYS_REAP, 0, 0), 0, ARGS(0)), ERR_OK);
    CHECK_EQ(entry(server, CELL_WINDOW_BASE), 0);
    CHECK_EQ(frame_of(page)->use, FRAME_FREE);
    CHECK_EQ(frame_of_kernel(cell)->use, FRAME_FREE);
    host_shutdown();
}

static void kept_reply(void)
{
    uint64_t token;

    setup();
    receive(server);
    bed_syscall(client, call_word(SYS_CALL, 5, 0), at_client, ARGS(0));
    CHECK_EQ(bed_syscall(server, call_word(SYS_KEEP, 0, 0), 0, ARGS(0)), ERR_OK);
    token = server->regs.w[0];
    receive(server);
    CHECK_EQ(server->state, THREAD_RECEIVING);
    server->regs.r15 = 0;
    endpoint_leave(server); // the test plays on with the same thread
    sched_ready(server);
    CHECK_EQ(bed_syscall(first, call_word(SYS_REPLY, 0, 0), token, ARGS(0)),
             ERR_BAD_CAPABILITY); // not its
    CHECK_EQ(bed_syscall(server, call_word(SYS_REPLY, 0, 0), token + 1, ARGS(0)),
             ERR_BAD_CAPABILITY);
    CHECK_EQ(bed_syscall(server, call_word(SYS_REPLY, 0, 0), token ^ 1ull << 63, ARGS(0)),
             ERR_BAD_CAPABILITY);
    CHECK_EQ(bed_syscall(server, call_word(SYS_REPLY, 0, 0), token, ARGS(77)), ERR_OK);
    CHECK_EQ(client->regs.w[0], 77);
    CHECK_EQ(bed_syscall(server, call_word(SYS_REPLY, 0, 0), token, ARGS(0)),
             ERR_BAD_CAPABILITY); // I11
    host_shutdown();
}

static void signals(void)
{
    cap_t signal;

    setup();
    signal = bed_grant(first, SERVER, handle_of(SIGNAL), AT + 3, RIGHT_READ, ~0ull, 0);
    CHECK_EQ(bed_object(first, handle_of(SERVER + 1), THREAD_METHOD_BIND, ARGS(handle_of(SIGNAL))),
             ERR_OK);
    receive(server);
    CHECK_EQ(bed_syscall(first, call_word(SYS_SIGNAL, 0, 0), handle_of(SIGNAL), ARGS(6)), ERR_OK);
    CHECK_EQ(server->regs.rax, RESULT_SIGNAL);
    CHECK_EQ(server->regs.w[0], 6);
    CHECK_EQ(bed_syscall(server, call_word(SYS_SIGNAL, 0, 0), signal, ARGS(1)), ERR_DENIED);
    bed_syscall(server, call_word(SYS_WAIT, 0, 0), signal, ARGS(0));
    CHECK_EQ(server->state, THREAD_WAITING);
    bed_syscall(first, call_word(SYS_SIGNAL, 0, 0), handle_of(SIGNAL), ARGS(9));
    CHECK_EQ(server->regs.w[0], 9);
    server->regs.r15 = 1000;
    bed_syscall(server, call_word(SYS_WAIT, 0, 0), signal, ARGS(0));
    CHECK_EQ(host_timer, 1000);
    host_now = 1000;
    timer_run(host_now);
    CHECK_EQ(server->state, THREAD_READY);
    CHECK_EQ(server->regs.rax, ERR_TIMED_OUT);
    host_shutdown();
}

// Everything goes, and all memory can be carved anew.
static void nothing_leaks(void)
{
    uint64_t slots;

    setup();
    slots = slots_before;
    receive(server);
    client->regs.r12 = BED_HEAP | 3;
    bed_syscall(client, call_word(SYS_CALL, 5, LEASE_LEND), at_client, ARGS(0));
    CHECK_EQ(bed_object(first, CAP_SELF, CELL_METHOD_REVOKE, ARGS(handle_of(ROOT_UNTYPED))),
             ERR_OK);
    CHECK_EQ(first->state, THREAD_STOPPED); // it was made of that memory as well
    CHECK_EQ(root->slots_used, slots - 1);
    CHECK_EQ(object_reap(), ERR_OK);
    for (uint64_t i = 0; i < physmap_pages; i++) {
        const struct frame *f = &frame_table[i];

        CHECK(f->use == FRAME_FREE || f->cell == root || i <= cell_size(4096, 64) >> PAGE_SHIFT);
    }
    host_shutdown();
}

int main(void)
{
    call_reply();
    method_is_permission();
    queued_is_checked_again();
    once_is_once();
    once_in_the_queue();
    once_is_not_derived();
    receiver_is_cut();
    expiry();
    lend(LEASE_LEND);
    lend(LEASE_LEND_MUT);
    lend_refused();
    server_dies();
    client_dies();
    kept_reply();
    signals();
    nothing_leaks();
    return unit_done();
}
