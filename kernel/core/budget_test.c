// SPDX-License-Identifier: GPL-3.0-or-later
// Budgets: enforced for who has one, paid by callers for their servers, owed where a server must
// not wait. Time is a variable; what runs is what sched_leave names.
#include "../test/bed.h"
#include "budget.h"
#include "tests/seed.h"

enum {
    SERVER = 100,
    CLIENT = 110,
    OTHER = 120,
    ENDPOINT = 130,
    BUDGET = 131,
    SECOND = 132,
    AT = 40
};
enum { MS = 1000 * 1000 };

static uint64_t seed;
static struct cell *root;
static struct thread *first, *server, *client, *other;
static cap_t at_server, at_client, at_other;

// Nobody can run: the next interrupt.
static void idle(void)
{
    host_now = this_cpu()->armed > host_now ? this_cpu()->armed : host_now;
    timer_run(host_now);
}

static uint32_t roll(uint32_t n)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 33) % n;
}

static struct budget *budget_of(uint32_t slot)
{
    return (struct budget *)root->slots[slot].object;
}

static void budget_make(uint32_t slot, uint64_t amount, uint64_t period)
{
    CHECK_EQ(bed_object(first, handle_of(ROOT_UNTYPED), UNTYPED_METHOD_RETYPE_BUDGET, ARGS(slot)),
             ERR_OK);
    CHECK_EQ(bed_object(first, handle_of(slot), BUDGET_METHOD_SET, ARGS(amount, period)), ERR_OK);
}

// The client has the budget. Then the first thread goes, so that the others run. Priorities: server
// 150, client 100, other 50.
static void setup(uint64_t amount, uint64_t period)
{
    root = host_boot(2048);
    host_idle = idle;
    first = bed_first(root);
    CHECK_EQ(
        bed_object(first, handle_of(ROOT_UNTYPED), UNTYPED_METHOD_RETYPE_ENDPOINT, ARGS(ENDPOINT)),
        ERR_OK);
    server = bed_cell(first, SERVER, 1, 150);
    client = bed_cell(first, CLIENT, 1, 100);
    other = bed_cell(first, OTHER, 1, 50);
    at_server = bed_grant(first, SERVER, handle_of(ENDPOINT), AT, RIGHT_READ, ~0ull, 0);
    at_client = bed_grant(first, CLIENT, handle_of(ENDPOINT), AT, RIGHT_WRITE, ~0ull, 1);
    at_other = bed_grant(first, OTHER, handle_of(ENDPOINT), AT, RIGHT_WRITE, ~0ull, 2);
    budget_make(BUDGET, amount, period);
    budget_make(SECOND, MS, 5 * MS);
    CHECK_EQ(
        bed_object(first, handle_of(CLIENT + 1), THREAD_METHOD_BUDGET, ARGS(handle_of(BUDGET))),
        ERR_OK);
    thread_stop(first);
    CHECK_EQ(object_reap(), ERR_OK);
    CHECK_EQ(sched_leave() == server, 1);
    bed_syscall(server, call_word(SYS_RECV, 0, 0), at_server, ARGS(0));
    CHECK(sched_leave() == client);
}

// The time passes, and the timer's interrupt comes if it is due.
static struct thread *pass(uint64_t ns)
{
    nsec_t end = host_now + ns;

    while (host_timer && this_cpu()->armed && this_cpu()->armed <= end) {
        host_now = this_cpu()->armed > host_now ? this_cpu()->armed : host_now;
        timer_run(host_now);
        sched_leave();
    }
    host_now = end;
    return this_cpu()->current;
}

static void enforced(void)
{
    uint64_t ran;

    setup(2 * MS, 10 * MS);
    ran = client->ran;
    CHECK(pass(MS) == client);
    CHECK(pass(3 * MS) == other); // spent after 2
    CHECK_EQ(client->state, THREAD_SPENT);
    CHECK_EQ(client->ran - ran, 2 * MS);
    CHECK(pass(7 * MS) == client); // the next period
    CHECK(pass(5 * MS) == other);
    pass(100 * MS);
    CHECK(client->ran - ran <= 2 * MS * 13); // 11.6 periods, and at most one amount more
    CHECK(client->ran - ran >= 2 * MS * 11);
    host_shutdown();
}

// The interrupt comes while the kernel is at something long for the thread: it does not come again
// and again before that looks. Seen to fail: budget_end that says `since` for what is spent (on a
// machine where an interrupt arrives at once, the kernel then did nothing but answer it).
static void spent_in_the_kernel(void)
{
    setup(2 * MS, 10 * MS);
    host_now += 2 * MS;
    timer_run(host_now);
    CHECK(sched_wants_switch());
    for (int i = 0; i < 3; i++) {
        CHECK(this_cpu()->armed == 0 || this_cpu()->armed > host_now);
        host_now += 100;
        timer_run(host_now);
    }
    CHECK(sched_leave() == other);
    CHECK_EQ(client->state, THREAD_SPENT);
    CHECK(pass(9 * MS) == client);
    host_shutdown();
}

static void set_is_checked(void)
{
    setup(2 * MS, 10 * MS);
    CHECK_EQ(budget_set(budget_of(BUDGET), 999, 10 * MS), ERR_BAD_ARGUMENT);
    CHECK_EQ(budget_set(budget_of(BUDGET), 11 * MS, 10 * MS), ERR_BAD_ARGUMENT);
    CHECK_EQ(budget_set(budget_of(BUDGET), 1000, 25ull * 3600 * 1000 * MS), ERR_BAD_ARGUMENT);
    CHECK(pass(3 * MS) == other);
    CHECK_EQ(budget_set(budget_of(BUDGET), 5 * MS, 10 * MS), ERR_OK); // and who waited goes on
    CHECK(pass(1) == client);
    host_shutdown();
}

static void caller_pays(void)
{
    setup(2 * MS, 10 * MS);
    bed_syscall(client, call_word(SYS_CALL, 5, 0), at_client, ARGS(0));
    CHECK(sched_leave() == server);
    CHECK(this_cpu()->budget == budget_of(BUDGET));
    CHECK(pass(MS) == server);
    CHECK(pass(5 * MS) == server); // spent after 1 more, and it goes on: it has no limit of its own
    CHECK(this_cpu()->budget == 0 && this_cpu()->debtor == budget_of(BUDGET));
    CHECK_EQ(this_cpu()->bar, PRIORITIES); // the fast path is shut
    bed_syscall(server, call_word(SYS_REPLY_RECV, 0, 0), at_server, ARGS(0));
    CHECK(sched_leave() == other); // the client owes 4 ms
    CHECK_EQ(client->state, THREAD_SPENT);
    CHECK_EQ(budget_of(BUDGET)->left, -4 * MS);
    CHECK(pass(4 * MS) == other);       // 10 ms: + 2
    CHECK(pass(10 * MS) == other);      // 20 ms: + 2
    CHECK(pass(10 * MS + 1) == client); // 30 ms: + 2
    host_shutdown();
}

// An app with one microsecond in an hour calls; the server answers it, and then others.
static void no_stall(void)
{
    setup(1000, 3600ull * 1000 * MS);
    bed_syscall(client, call_word(SYS_CALL, 5, 0), at_client, ARGS(0));
    CHECK(sched_leave() == server);
    CHECK(pass(50 * MS) == server);
    bed_syscall(server, call_word(SYS_REPLY_RECV, 0, 0), at_server, ARGS(0));
    CHECK(sched_leave() == other);
    CHECK_EQ(client->state, THREAD_SPENT);
    for (int i = 0; i < 1000; i++) {
        bed_syscall(other, call_word(SYS_CALL, 5, 0), at_other, ARGS(0));
        CHECK(sched_leave() == server);
        CHECK(pass(MS) == server);
        bed_syscall(server, call_word(SYS_REPLY_RECV, 0, 0), at_server, ARGS(0));
        CHECK(sched_leave() == other);
    }
    CHECK_EQ(client->state, THREAD_SPENT);
    host_shutdown();
}

// A server with a budget of its own, on debt, waits when that is spent as well; the others run.
static void server_spent(void)
{
    setup(2 * MS, 10 * MS);
    budget_give(server, budget_of(SECOND));
    bed_syscall(client, call_word(SYS_CALL, 5, 0), at_client, ARGS(0));
    CHECK(sched_leave() == server);
    CHECK(pass(2 * MS + MS / 2) == server);
    CHECK(this_cpu()->budget == budget_of(SECOND));
    CHECK(pass(MS) == other);
    CHECK_EQ(server->state, THREAD_SPENT);
    CHECK_EQ(budget_of(BUDGET)->left, -MS);
    CHECK(pass(2 * MS) == server);
    host_shutdown();
}

// Started threads share the starter's budget; three that wait for one budget all go on.
static void shared(void)
{
    struct budget *b;

    setup(2 * MS, 10 * MS);
    b = budget_of(BUDGET);
    budget_give(other, b);
    budget_give(server, b);
    bed_syscall(client, call_word(SYS_SEND, 5, 0), at_client, ARGS(0));
    CHECK_EQ(b->object.refs, 4);
    sched_leave();
    pass(30 * MS);
    CHECK(client->state == THREAD_SPENT || client->state == THREAD_READY);
    CHECK(server->ran > 0);
    thread_stop(server);
    thread_stop(client);
    thread_stop(other);
    while (object_reap() != ERR_OK)
        ;
    CHECK_EQ(b->object.refs, 1); // the capability
    CHECK(b->first == 0 && !heap_holds(&b->refill));
    host_shutdown();
}

// Whoever has a budget that was never set waits until it is.
static void never_set(void)
{
    setup(2 * MS, 10 * MS);
    memset((uint8_t *)budget_of(SECOND) + offsetof(struct budget, left), 0,
           offsetof(struct budget, refill) - offsetof(struct budget, left)); // as retype leaves it
    budget_give(client, budget_of(SECOND));
    CHECK(sched_leave() == other);
    CHECK_EQ(client->state, THREAD_SPENT);
    CHECK(pass(3600ull * 1000 * MS) == other);
    timer_run(host_now); // another's interrupt
    CHECK_EQ(client->state, THREAD_SPENT);
    CHECK_EQ(budget_set(budget_of(SECOND), MS, 5 * MS), ERR_OK);
    timer_run(host_now);
    CHECK(sched_leave() == client);
    host_shutdown();
}

// Two threads of one budget and the server that one of them calls, at random: in the long run they
// have what the budget gives, and what the server used beyond it is paid back.
static void bounded(void)
{
    enum { AMOUNT = MS, PERIOD = 50 * MS, STEPS = 20000, LONGEST = 3 * MS };
    uint64_t begun, ran;

    setup(AMOUNT, PERIOD);
    budget_give(other, budget_of(BUDGET));
    begun = host_now;
    ran = client->ran + other->ran;
    for (int i = 0; i < STEPS; i++) {
        struct thread *t = this_cpu()->current;

        if (roll(2))
            pass(roll(LONGEST));
        else if (t == client)
            bed_syscall(t, call_word(SYS_CALL, 5, 0), at_client, ARGS(0));
        else if (t == server)
            bed_syscall(t, call_word(SYS_REPLY_RECV, 0, 0), at_server, ARGS(0));
        else
            bed_syscall(t, call_word(SYS_YIELD, 0, 0), 0, ARGS(0));
        sched_leave();
    }
    budget_account(this_cpu(), host_now);
    ran = client->ran + other->ran - ran;
    CHECK(ran <= ((host_now - begun) / PERIOD + 2) * AMOUNT + LONGEST);
    CHECK(ran >= (host_now - begun) / PERIOD / 2 * AMOUNT);
    host_shutdown();
}

int main(int argc, char **argv)
{
    seed = test_seed(argc, argv);
    never_set();
    enforced();
    spent_in_the_kernel();
    set_is_checked();
    caller_pays();
    no_stall();
    server_spent();
    shared();
    bounded();
    return unit_done();
}
