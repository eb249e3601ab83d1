// SPDX-License-Identifier: GPL-3.0-or-later
// Questions to the person and their answers: who may ask what, what a yes gives, and what becomes
// of a question when somebody dies or says nothing.
#include "abi/syscall.h"
#include "asks.h"
#include "fake.h"
#include "os/ipc.h"
#include "tests/unit.h"

enum { SERVICE = 5, FIRST = 1 << 1, OTHER = 1 << 3 }; // what the fake's app may ask for
#define SECOND ((nsec_t)1000000000)

static struct fake_bundle b;
static struct bundle_view v;
static struct memory memory;
static cap_t endpoints[START_SERVICES];
static struct keeper keeper;
static struct asks asks;
static uint32_t number;
static uint64_t sequence;
static struct question about;

static void begin(void)
{
    const char *why;
    uint32_t culprit;
    fake_kernel_reset();
    fake_bundle_make(&b);
    CHECK_EQ(plan_read(b.bytes, FAKE_PAGES, &v, &why, &culprit), ERR_OK);
    keeper =
        (struct keeper){.endpoints = endpoints, .house = fake_house(&v, &memory, 1, endpoints)};
    keeper_begin(&keeper);
    asks = (struct asks){.keeper = &keeper};
    kernel.now = SECOND;
    kernel.random = 77;
    kernel.derive_count = 0;
}

static err_t ask(uint64_t who, uint32_t service, uint64_t methods, uint32_t kind, nsec_t expiry)
{
    const struct consent_wish wish = {service, kind, methods, expiry};
    return asks_request(&asks, who, &wish, 0);
}

static void fetch(void)
{
    CHECK_EQ(desk_fetch(&asks.desk, &about, &number, &sequence), ERR_OK);
}

static const struct fake_derive *given(void)
{
    return kernel.derive_count != 0 ? &kernel.derives[kernel.derive_count - 1] : NULL;
}

// Ask, and say yes; the asker's answer.
static err_t ask_yes(uint64_t methods, uint32_t kind, nsec_t expiry)
{
    CHECK_EQ(ask(FAKE_APP, SERVICE, methods, kind, expiry), REPLY_LATER);
    fetch();
    err_t err = asks_answer(&asks, sequence, QUESTION_YES, number);
    CHECK_EQ(err, kernel.answer);
    return err;
}

static void test_who_may_ask(void)
{
    begin();
    CHECK_EQ(ask(0, SERVICE, FIRST, CONSENT_RUN, 0), ERR_DENIED);
    CHECK_EQ(ask(FAKE_CELLS, SERVICE, FIRST, CONSENT_RUN, 0), ERR_DENIED);
    CHECK_EQ(ask(FAKE_LOG, SERVICE, FIRST, CONSENT_RUN, 0), ERR_DENIED); // no [consent]
    CHECK_EQ(ask(FAKE_APP, 3, FIRST, CONSENT_RUN, 0), ERR_DENIED);
    CHECK_EQ(ask(FAKE_APP, 63, FIRST, CONSENT_RUN, 0), ERR_DENIED);
    CHECK_EQ(ask(FAKE_APP, UINT32_MAX, FIRST, CONSENT_RUN, 0), ERR_DENIED);
    CHECK_EQ(ask(FAKE_APP, SERVICE, FIRST | 1 << 2, CONSENT_RUN, 0), ERR_DENIED); // it has that
    CHECK_EQ(ask(FAKE_APP, SERVICE, FIRST | 1 << 7, CONSENT_RUN, 0), ERR_DENIED);
    CHECK_EQ(ask(FAKE_APP, SERVICE, ~(uint64_t)0, CONSENT_RUN, 0), ERR_DENIED);
    CHECK_EQ(ask(FAKE_APP, SERVICE, 0, CONSENT_RUN, 0), ERR_BAD_ARGUMENT);
    CHECK_EQ(ask(FAKE_APP, SERVICE, FIRST, 0, 0), ERR_BAD_ARGUMENT);
    CHECK_EQ(ask(FAKE_APP, SERVICE, FIRST, 4, 0), ERR_BAD_ARGUMENT);
    CHECK_EQ(ask(FAKE_APP, SERVICE, FIRST, CONSENT_ONCE, 5 * SECOND), ERR_BAD_ARGUMENT);
    CHECK_EQ(ask(FAKE_APP, SERVICE, FIRST, CONSENT_UNTIL, 0), ERR_BAD_ARGUMENT);
    CHECK_EQ(ask(FAKE_APP, SERVICE, FIRST, CONSENT_UNTIL, SECOND), ERR_BAD_ARGUMENT); // now
    CHECK_EQ(ask(FAKE_APP, SERVICE, FIRST, CONSENT_UNTIL, UINT64_MAX), ERR_BAD_ARGUMENT);
    endpoints[SERVICE] = 0;
    CHECK_EQ(ask(FAKE_APP, SERVICE, FIRST, CONSENT_RUN, 0), ERR_PEER_DEAD);
    CHECK_EQ(asks.desk.state, DESK_EMPTY);
    CHECK_EQ(kernel.derive_count, 0);
}

static void test_yes(void)
{
    begin();
    CHECK_EQ(ask(FAKE_APP, SERVICE, FIRST, CONSENT_RUN, 0), REPLY_LATER);
    CHECK_EQ(ask(FAKE_APP, SERVICE, FIRST, CONSENT_RUN, 0), ERR_BUSY); // one at a time
    CHECK_EQ(asks_answer(&asks, 1, QUESTION_YES, 0), ERR_NOT_FOUND);   // nobody has seen it
    fetch();
    CHECK(about.kind == QUESTION_CONSENT && about.consent == CONSENT_RUN && number < DESK_NUMBERS);
    CHECK(strcmp(about.name, "app") == 0 && about.grant_count == 1);
    CHECK(about.grants[0].service == SERVICE && about.grants[0].methods == FIRST);
    CHECK_EQ(kernel.derive_count, 0);
    CHECK_EQ(asks_answer(&asks, sequence + 1, QUESTION_YES, number), ERR_NOT_FOUND);
    CHECK_EQ(asks_answer(&asks, sequence, 0, number), ERR_BAD_ARGUMENT);
    CHECK_EQ(asks_answer(&asks, sequence, 5, number), ERR_BAD_ARGUMENT);
    CHECK_EQ(asks_answer(&asks, sequence, QUESTION_YES, number), ERR_OK);
    const struct fake_derive *d = given();
    CHECK(d != NULL && d->source == 1000 + SERVICE && d->rights == RIGHT_WRITE && d->expiry == 0);
    CHECK(d->methods == FIRST && d->identity == FAKE_APP && d->slot == CONSENT_SLOT_FIRST);
    CHECK(d->cell == keeper.tenants[FAKE_APP].cell);
    CHECK(kernel.answer == ERR_OK && kernel.answer_word == d->handle);
    CHECK_EQ(kernel.answered, kernel.token);
    CHECK_EQ(asks_answer(&asks, sequence, QUESTION_YES, number), ERR_NOT_FOUND); // works once
    CHECK_EQ(kernel.answers, 1);
}

static void test_kinds(void)
{
    begin();
    CHECK_EQ(ask_yes(FIRST, CONSENT_ONCE, 0), ERR_OK);
    CHECK_EQ(given()->rights, RIGHT_WRITE | DERIVE_ONCE);
    CHECK_EQ(ask_yes(OTHER, CONSENT_UNTIL, 9 * SECOND), ERR_OK);
    CHECK_EQ(given()->rights, RIGHT_WRITE);
    CHECK_EQ(given()->expiry, 9 * SECOND);
    CHECK_EQ(given()->slot, CONSENT_SLOT_FIRST + 1);
    // The same once more replaces it; what has expired makes room as well.
    CHECK_EQ(ask_yes(FIRST, CONSENT_ONCE, 0), ERR_OK);
    CHECK_EQ(kernel.slots_full, 3);
    kernel.now = 9 * SECOND;
    CHECK_EQ(ask_yes(FIRST | OTHER, CONSENT_RUN, 0), ERR_OK);
    CHECK_EQ(given()->slot, CONSENT_SLOT_FIRST + 1);
    // The kernel says which slots are in use: one that was for once was used.
    kernel.slots_full = 0;
    CHECK_EQ(ask_yes(OTHER, CONSENT_RUN, 0), ERR_OK);
    CHECK_EQ(given()->slot, CONSENT_SLOT_FIRST);
    kernel.slots_full = UINT64_MAX;
    CHECK_EQ(ask_yes(OTHER | FIRST, CONSENT_ONCE, 0), ERR_OK); // replaces its own
    kernel.slots_full = UINT64_MAX;
    memset(asks.consents[FAKE_APP].given, 0, sizeof asks.consents[FAKE_APP].given);
    CHECK_EQ(ask_yes(FIRST, CONSENT_ONCE, 0), ERR_NO_SLOT);
    // A yes that comes after the time it was for gives nothing.
    kernel.slots_full = 0;
    uint32_t before = kernel.derive_count;
    CHECK_EQ(ask(FAKE_APP, SERVICE, FIRST, CONSENT_UNTIL, 10 * SECOND), REPLY_LATER);
    fetch();
    kernel.now = 10 * SECOND;
    CHECK_EQ(asks_answer(&asks, sequence, QUESTION_YES, number), ERR_EXPIRED);
    CHECK_EQ(kernel.answer, ERR_EXPIRED);
    CHECK_EQ(kernel.derive_count, before);
}

static void test_no(void)
{
    static const struct {
        uint32_t answer, wrong;
        err_t says, asker;
    } ways[] = {
        {QUESTION_NO,      0, ERR_OK,      ERR_REFUSED  },
        {QUESTION_LATE,    0, ERR_OK,      ERR_TIMED_OUT},
        {QUESTION_YES,     1, ERR_REFUSED, ERR_REFUSED  },
        {QUESTION_TROUBLE, 0, ERR_OK,      ERR_DEVICE   },
    };
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        begin();
        CHECK_EQ(ask(FAKE_APP, SERVICE, FIRST, CONSENT_RUN, 0), REPLY_LATER);
        fetch();
        CHECK_EQ(asks_answer(&asks, sequence, ways[i].answer, number + ways[i].wrong),
                 ways[i].says);
        CHECK_EQ(kernel.answer, ways[i].asker);
        CHECK_EQ(kernel.derive_count, 0);
        CHECK_EQ(asks_answer(&asks, sequence, QUESTION_YES, number), ERR_NOT_FOUND);
        CHECK_EQ(asks.consents[FAKE_APP].refused, ways[i].answer != QUESTION_TROUBLE);
    }
}

// C3: three times no in a row, however it is said, and there is no fourth question; a yes between
// begins anew. Ending does not help.
static void test_flood(void)
{
    begin();
    for (int i = 0; i < CONSENT_REFUSALS - 1; i++) {
        CHECK_EQ(ask(FAKE_APP, SERVICE, FIRST, CONSENT_ONCE, 0), REPLY_LATER);
        fetch();
        CHECK_EQ(asks_answer(&asks, sequence, QUESTION_NO, 0), ERR_OK);
    }
    CHECK_EQ(ask_yes(FIRST, CONSENT_ONCE, 0), ERR_OK);
    CHECK_EQ(ask(FAKE_APP, SERVICE, FIRST, CONSENT_ONCE, 0), REPLY_LATER);
    fetch();
    CHECK_EQ(asks_answer(&asks, sequence, QUESTION_LATE, 0), ERR_OK);
    const struct consent_wish wish = {SERVICE, CONSENT_RUN, FIRST, 0};
    CHECK_EQ(asks_request(&asks, FAKE_APP, &wish, kernel.now), ERR_TIMED_OUT); // costs nothing
    CHECK_EQ(asks_request(&asks, FAKE_APP, &wish, kernel.now + 1), REPLY_LATER);
    CHECK_EQ(asks_due(&asks), kernel.now + 1);
    asks_tick(&asks);
    CHECK_EQ(asks.desk.state, DESK_UNSEEN);
    kernel.now++;
    asks_tick(&asks);
    CHECK_EQ(kernel.answer, ERR_TIMED_OUT);
    CHECK_EQ(asks.desk.state, DESK_EMPTY);
    CHECK_EQ(asks_request(&asks, FAKE_APP, &wish, 0), REPLY_LATER);
    asks_end(&asks, FAKE_APP); // it crashes while it asks
    CHECK_EQ(asks.desk.state, DESK_EMPTY);
    CHECK_EQ(asks_request(&asks, FAKE_APP, &wish, 0), ERR_DENIED);
}

// The asker's death takes the question back, and what it was given; another's does not.
static void test_asker_dies(void)
{
    begin();
    CHECK_EQ(ask_yes(FIRST, CONSENT_RUN, 0), ERR_OK);
    uint32_t answers = kernel.answers;
    CHECK_EQ(ask(FAKE_APP, SERVICE, OTHER, CONSENT_RUN, 0), REPLY_LATER);
    fetch();
    asks_end(&asks, FAKE_LOG);
    CHECK_EQ(asks.desk.state, DESK_SHOWN);
    asks_end(&asks, FAKE_APP);
    CHECK_EQ(asks_answer(&asks, sequence, QUESTION_YES, number), ERR_NOT_FOUND);
    CHECK_EQ(desk_fetch(&asks.desk, &about, &number, &sequence), ERR_NOT_FOUND);
    CHECK_EQ(kernel.answers, answers);
    for (uint32_t i = 0; i < CONSENT_SLOTS; i++)
        CHECK_EQ(asks.consents[FAKE_APP].given[i].service, 0);
}

// D3: a prompt that was started again shows another number, and the old one is worth nothing.
static void test_prompt_dies(void)
{
    begin();
    CHECK_EQ(ask(FAKE_APP, SERVICE, FIRST, CONSENT_RUN, 0), REPLY_LATER);
    fetch();
    uint32_t old = number;
    for (int i = 0; i < 1000; i++) {
        uint32_t last = number;
        fetch();
        CHECK(number != last && number < DESK_NUMBERS);
    }
    kernel.random = DESK_NUMBERS - 2;
    fetch();
    old = number;
    fetch();
    CHECK(old != number);
    CHECK_EQ(asks_answer(&asks, sequence, QUESTION_YES, old), ERR_REFUSED);
    CHECK_EQ(kernel.answer, ERR_REFUSED);
    CHECK_EQ(kernel.derive_count, 0);
}

// The prompt's wait: answered by a question, by its deadline, by the next prompt's.
static void test_wait(void)
{
    begin();
    CHECK_EQ(desk_wait(&asks.desk, kernel.now, &sequence), ERR_TIMED_OUT);
    CHECK_EQ(desk_wait(&asks.desk, kernel.now + 5, &sequence), REPLY_LATER);
    CHECK_EQ(asks_due(&asks), kernel.now + 5);
    CHECK_EQ(desk_wait(&asks.desk, 0, &sequence), REPLY_LATER);
    CHECK_EQ(kernel.answer, ERR_BUSY); // the first one
    CHECK_EQ(asks_due(&asks), 0);
    CHECK_EQ(ask(FAKE_APP, SERVICE, FIRST, CONSENT_RUN, 0), REPLY_LATER);
    CHECK_EQ(kernel.answer, ERR_OK);
    CHECK_EQ(kernel.answer_word, asks.desk.sequence);
    CHECK_EQ(desk_wait(&asks.desk, 0, &sequence), ERR_OK);
    CHECK_EQ(sequence, asks.desk.sequence);
    CHECK_EQ(asks_due(&asks), kernel.now + DESK_PATIENCE); // the question's
    kernel.now += DESK_PATIENCE;
    asks_tick(&asks);
    CHECK_EQ(kernel.answer, ERR_TIMED_OUT);
    CHECK_EQ(desk_wait(&asks.desk, kernel.now + 5, &sequence), REPLY_LATER);
    kernel.now += 5;
    asks_tick(&asks);
    CHECK_EQ(kernel.answer, ERR_TIMED_OUT);
    CHECK_EQ(asks_due(&asks), 0);
}

int main(void)
{
    test_who_may_ask();
    test_yes();
    test_kinds();
    test_no();
    test_flood();
    test_asker_dies();
    test_prompt_dies();
    test_wait();
    return unit_done();
}
