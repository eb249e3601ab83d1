// SPDX-License-Identifier: GPL-3.0-or-later
// Apps that come and go: every method in every state, every end, each kernel call failing, and
// everything counted before and after.
#include "guests_sample.h"

// ---- what happens if all is well

static void test_question(void)
{
    begin();
    const uint32_t place = proposed();
    load(place);
    CHECK_EQ(guests_ask(&g, INSTALLER, place, 0), ERR_OK);
    CHECK_EQ(answer(QUESTION_NO), ERR_OK);
    CHECK_EQ(about.kind, QUESTION_INSTALL);
    CHECK(strcmp(about.name, "notes") == 0 && strcmp(about.version, "1.0") == 0);
    CHECK(about.replaced[0] == '\0' && about.publisher[0] == 0x77 && about.known == 0);
    CHECK_EQ(about.pages, tenant_pages(&v, PLAN_CELLS_MAX + place));
    CHECK_EQ(about.grant_count, 2);
    CHECK(about.grants[0].service == 3 && about.grants[0].methods == FIRST);
    CHECK(about.grants[1].methods == SECOND && about.grants[1].consent == ASKED);
    CHECK_EQ(g.at[place].state, GUEST_PROPOSED);
    CHECK_EQ(g.at[place].answer, QUESTION_NO);
    CHECK_EQ(guests_run(&g, INSTALLER, place), ERR_BAD_STATE);
}

static void test_install(void)
{
    begin();
    const uint32_t starts = kernel.starts;
    const uint32_t place = installed("notes", 0x77);
    const struct tenant *t = &keeper.tenants[PLAN_CELLS_MAX + place];
    CHECK_EQ(kernel.starts, starts + 1);
    CHECK(kernel.priority == 100 && kernel.flags == 0);
    CHECK(kernel.amount == 5000000 && kernel.period == 10000000); // the profile's: it named none
    const struct fake_derive *d = derived(t, 3);
    CHECK(d != NULL && d->methods == FIRST && d->rights == RIGHT_WRITE && d->source == 1003);
    CHECK(d != NULL && plan_number(&v, d->identity) == PLAN_CELLS_MAX + place);
    CHECK(d != NULL && d->identity >= PLAN_CELLS_MAX);
    d = derived(t, 5);
    CHECK(d != NULL && d->methods == SECOND && d->rights == RIGHT_WRITE); // ASKED is not had
    CHECK(derived(t, 1) == NULL && derived(t, 7) == NULL);
    CHECK_EQ(kernel.code_root, 0x8585858585858585);
    const struct fake_seal *s = fake_sealed(t->places.code);
    CHECK(s != NULL && s->memory[0] == image[0]);
    const struct guest *here = guests_here(&g, place);
    CHECK(here != NULL && strcmp(here->version, "1.0") == 0);
}

// Coming and going, often: nothing is left, nobody is ever taken for somebody else.
static void test_rounds(void)
{
    begin();
    uint64_t last = 0;
    const struct count before = counted();
    for (unsigned i = 0; i < ROUNDS; i++) {
        const uint32_t place = installed("notes", 0x77);
        const uint64_t identity = plan_identity(&v, PLAN_CELLS_MAX + place);
        CHECK(identity > last);
        last = identity;
        if (i % 3 == 0)
            keeper_fault(&keeper, identity, (const uint64_t[4]){FAULT_PAGE, 0x1234, 0, 0});
        removed(place);
        CHECK_EQ(plan_number(&v, identity), CELLS_MAX); // it is nobody's now
        expect_back(&before);
    }
}

// ---- every method in every state; answers that are no yes; ends of all kinds

static uint32_t in_state(enum guest_state state)
{
    begin();
    if (state == GUEST_PROPOSED)
        return proposed();
    if (state == GUEST_AGREED)
        return agreed();
    const uint32_t place = state == GUEST_NONE ? 0 : installed("notes", 0x77);
    if (state == GUEST_LEAVING)
        leave(place);
    return place;
}

static void test_too_much_image(void)
{
    uint32_t out = 0;
    begin();
    const uint32_t place = proposed();
    const struct guest *guest = &g.at[place];
    CHECK_EQ(guests_load(&g, INSTALLER, place, image, guest->size - guest->loaded + 1, &out),
             ERR_TOO_LARGE);
}

static void test_states(void)
{
    enum { GONE = ERR_NOT_FOUND, WRONG = ERR_BAD_STATE };
    static const struct {
        enum guest_state state;
        int load, ask, run, drop, withdraw, asked;
    } all[] = {
        {GUEST_NONE,     GONE,   GONE,   GONE,   GONE,   GONE, GONE  },
        {GUEST_PROPOSED, ERR_OK, ERR_OK, WRONG,  ERR_OK, GONE, ERR_OK},
        {GUEST_AGREED,   WRONG,  WRONG,  ERR_OK, ERR_OK, GONE, ERR_OK},
        {GUEST_HERE,     WRONG,  ERR_OK, WRONG,  WRONG,  GONE, ERR_OK},
        {GUEST_LEAVING,  WRONG,  WRONG,  WRONG,  ERR_OK, GONE, ERR_OK},
    };
    uint32_t out;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        uint32_t place = in_state(all[i].state);
        CHECK_EQ(guests_load(&g, INSTALLER, place, image, 1, &out), all[i].load);
        CHECK_EQ(guests_asked(&g, INSTALLER, place, &out), all[i].asked);
        CHECK_EQ(guests_withdraw(&g, INSTALLER, place), all[i].withdraw);
        place = in_state(all[i].state);
        CHECK_EQ(guests_ask(&g, INSTALLER, place, 0), all[i].ask);
        CHECK_EQ(guests_withdraw(&g, INSTALLER, place),
                 all[i].ask == ERR_OK ? ERR_OK : ERR_NOT_FOUND);
        place = in_state(all[i].state);
        CHECK_EQ(guests_run(&g, INSTALLER, place), all[i].run);
        place = in_state(all[i].state);
        CHECK_EQ(guests_drop(&g, place), all[i].drop);
    }
}

static void test_answers(void)
{
    static const enum question_answer none[] = {QUESTION_NO, QUESTION_LATE, QUESTION_TROUBLE};
    begin();
    const uint32_t place = proposed();
    load(place);
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        CHECK_EQ(guests_ask(&g, INSTALLER, place, 0), ERR_OK);
        CHECK_EQ(answer(none[i]), ERR_OK);
        CHECK_EQ(g.at[place].answer, none[i]);
        CHECK_EQ(guests_run(&g, INSTALLER, place), ERR_BAD_STATE);
    }
    CHECK_EQ(guests_ask(&g, INSTALLER, place, 0), ERR_OK);
    CHECK_EQ(desk_fetch(&asks.desk, &about, &number, &sequence), ERR_OK);
    CHECK_EQ(asks_answer(&asks, sequence, QUESTION_YES, (number + 1) % DESK_NUMBERS), ERR_REFUSED);
    CHECK_EQ(g.at[place].answer, QUESTION_NO);
    kernel.now += PATIENCE_PAUSE; // that were three in a row
    CHECK_EQ(guests_ask(&g, INSTALLER, place, kernel.now + 5), ERR_OK);
    kernel.now += 6;
    asks_tick(&asks);
    CHECK_EQ(g.at[place].answer, QUESTION_LATE);
    CHECK_EQ(guests_run(&g, INSTALLER, place), ERR_BAD_STATE);
    // An installed app whose removal is refused stays.
    const uint32_t here = in_state(GUEST_HERE);
    CHECK_EQ(guests_ask(&g, INSTALLER, here, 0), ERR_OK);
    CHECK_EQ(answer(QUESTION_NO), ERR_OK);
    CHECK_EQ(about.kind, QUESTION_REMOVE);
    CHECK_EQ(guests_drop(&g, here), ERR_BAD_STATE);
}

// The installer stops, wherever it is.
static void test_death(void)
{
    begin();
    const struct count before = counted();
    for (int step = 0; step < 4; step++) {
        app_make("notes", 0x77);
        const uint32_t place = step == 3 ? agreed() : proposed();
        if (step == 1)
            load(place);
        if (step == 2)
            CHECK_EQ(guests_ask(&g, INSTALLER, place, 0), ERR_OK);
        asks_end(&asks, INSTALLER);
        guests_end(&g, INSTALLER);
        expect_back(&before);
        CHECK_EQ(asks.desk.state, DESK_EMPTY);
        CHECK_EQ(g.at[place].state, GUEST_NONE);
    }
    const uint32_t place = installed("notes", 0x77);
    leave(place);
    guests_end(&g, INSTALLER);
    CHECK_EQ(guests_drop(&g, place), ERR_BAD_STATE); // that yes went with it
    CHECK_EQ(keeper.tenants[PLAN_CELLS_MAX + place].state, TENANT_RUNNING);
    removed(place);
    expect_back(&before);
}

// What it lent is in use still.
static void test_busy(void)
{
    begin();
    const struct count before = counted();
    const uint32_t place = installed("notes", 0x77);
    leave(place);
    kernel.busy = keeper.tenants[PLAN_CELLS_MAX + place].piece;
    CHECK_EQ(guests_drop(&g, place), ERR_BUSY);
    kernel.busy = 0;
    CHECK_EQ(guests_drop(&g, place), ERR_OK);
    expect_back(&before);
    // The same to the one that is to be replaced: then neither is lost, and it can be tried again.
    (void)installed("notes", 0x77);
    const struct count one = counted();
    const uint32_t new = agreed();
    kernel.busy = keeper.tenants[PLAN_CELLS_MAX].piece;
    CHECK_EQ(guests_run(&g, INSTALLER, new), ERR_BUSY);
    kernel.busy = 0;
    CHECK_EQ(guests_run(&g, INSTALLER, new), ERR_OK);
    expect_back(&one);
}

// What one app was refused, or given, is nothing to the next one at its place.
static void test_consents(void)
{
    static const struct consent_wish wish = {5, CONSENT_RUN, ASKED, 0};
    begin();
    for (int i = 0; i < 2; i++) {
        const uint32_t place = installed("notes", 0x77);
        const uint64_t identity = plan_identity(&v, PLAN_CELLS_MAX + place);
        for (int k = 0; k < CONSENT_REFUSALS; k++) {
            CHECK_EQ(asks_request(&asks, identity, &wish, 0), REPLY_LATER);
            CHECK_EQ(answer(QUESTION_NO), ERR_OK);
        }
        CHECK_EQ(asks_request(&asks, identity, &wish, 0), ERR_DENIED);
        removed(place);
        CHECK_EQ(asks_request(&asks, identity, &wish, 0), ERR_DENIED);
        CHECK_EQ(asks_request(&asks, PLAN_CELLS_MAX + place, &wish, 0), ERR_DENIED);
    }
}

// Three in a row that lead to no yes: a pause, which doubles; a yes ends it. A failed console is
// nobody's no.
static void test_patience(void)
{
    begin();
    const uint32_t place = proposed();
    load(place);
    for (int i = 0; i < 5; i++) {
        CHECK_EQ(guests_ask(&g, INSTALLER, place, 0), ERR_OK);
        CHECK_EQ(answer(QUESTION_TROUBLE), ERR_OK);
    }
    CHECK_EQ(guests_ask(&g, INSTALLER, place, 0), ERR_OK);
    CHECK_EQ(answer(QUESTION_NO), ERR_OK);
    CHECK_EQ(guests_ask(&g, INSTALLER, place, 0), ERR_OK);
    CHECK_EQ(guests_withdraw(&g, INSTALLER, place), ERR_OK);
    CHECK_EQ(guests_ask(&g, INSTALLER, place, kernel.now + 5), ERR_OK);
    kernel.now += 5;
    asks_tick(&asks);
    nsec_t pause = PATIENCE_PAUSE;
    for (int i = 0; i < PATIENCE_DOUBLINGS + 3; i++) {
        CHECK_EQ(guests_ask(&g, INSTALLER, place, 0), ERR_DENIED);
        CHECK_EQ(asks.desk.state, DESK_EMPTY); // nobody else finds it taken
        kernel.now += pause - 1;
        CHECK_EQ(guests_ask(&g, INSTALLER, place, 0), ERR_DENIED);
        kernel.now += 1;
        CHECK_EQ(guests_ask(&g, INSTALLER, place, 0), ERR_OK);
        CHECK_EQ(answer(QUESTION_NO), ERR_OK);
        pause *= i < PATIENCE_DOUBLINGS ? 2 : 1;
    }
    // Another source is asked for all the same.
    for (int i = 0; i < 3; i++) {
        CHECK_EQ(asks_guest(&asks, plan_identity(&v, 1), &about, place, 0), ERR_OK);
        asks_end(&asks, plan_identity(&v, 1)); // it dies, and its next run asks on
    }
    CHECK_EQ(asks_guest(&asks, plan_identity(&v, 1), &about, place, 0), ERR_DENIED);
    kernel.now += pause;
    CHECK_EQ(guests_ask(&g, INSTALLER, place, 0), ERR_OK);
    CHECK_EQ(answer(QUESTION_YES), ERR_OK);
    CHECK_EQ(guests_run(&g, INSTALLER, place), ERR_OK);
    for (int i = 0; i < 3; i++) {
        CHECK_EQ(guests_ask(&g, INSTALLER, place, 0), ERR_OK);
        CHECK_EQ(answer(QUESTION_NO), ERR_OK);
    }
    CHECK_EQ(guests_ask(&g, INSTALLER, place, 0), ERR_DENIED);
}

// An update's question says what the one has that it replaces, whatever the installer says.
static void test_compare(void)
{
    begin();
    (void)installed("notes", 0x77);
    CHECK_EQ(about.grant_count, 2); // the question about that one
    CHECK(about.grants[1].methods_before == 0 && about.pages_before == 0);
    const uint32_t pages = about.pages;
    app_make("notes", 0x77);
    said.app.grant_count = 1;
    said.app.cell.heap_pages++;
    said.grants[0] = (struct plan_grant){0, 5, ASKED, SECOND};
    const uint32_t place = agreed();
    CHECK_EQ(about.kind, QUESTION_UPDATE);
    CHECK_EQ(about.pages_before, pages);
    CHECK_EQ(about.pages, pages + 1);
    CHECK(memcmp(about.code_root, said.app.code_root, sizeof about.code_root) == 0);
    CHECK_EQ(about.number, said.app.number);
    CHECK_EQ(about.grant_count, 2);
    const struct question_grant *both = &about.grants[0], *lost = &about.grants[1];
    CHECK(both->service == 5 && both->methods == ASKED && both->consent == SECOND);
    CHECK(both->methods_before == SECOND && both->consent_before == ASKED);
    CHECK(lost->service == 3 && lost->methods == 0 && lost->consent == 0);
    CHECK(lost->methods_before == FIRST && lost->consent_before == 0);
    CHECK_EQ(guests_drop(&g, place), ERR_OK);
}

// The person types that nothing of this name shall run: in any state, and an update with it.
static void test_remove(void)
{
    static const uint8_t name[BUNDLE_NAME] = "notes", other[BUNDLE_NAME] = "note";
    static const enum guest_state states[] = {GUEST_PROPOSED, GUEST_AGREED, GUEST_HERE,
                                              GUEST_LEAVING};
    begin();
    const struct count before = counted();
    CHECK_EQ(guests_remove(&g, name), ERR_NOT_FOUND);
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        const uint32_t place = in_state(states[i]);
        CHECK_EQ(guests_remove(&g, other), ERR_NOT_FOUND);
        CHECK_EQ(g.at[place].state, states[i]);
        if (states[i] == GUEST_PROPOSED)
            CHECK_EQ(guests_ask(&g, INSTALLER, place, 0), ERR_OK);
        CHECK_EQ(guests_remove(&g, name), ERR_OK);
        CHECK_EQ(g.at[place].state, GUEST_NONE);
        CHECK_EQ(asks.desk.state, DESK_EMPTY);
        CHECK_EQ(guests_run(&g, INSTALLER, place), ERR_NOT_FOUND);
        expect_back(&before);
    }
    const uint32_t here = installed("notes", 0x77), new = agreed();
    kernel.busy = keeper.tenants[PLAN_CELLS_MAX + here].piece;
    CHECK_EQ(guests_remove(&g, name), ERR_BUSY);
    CHECK_EQ(g.at[new].state, GUEST_NONE);
    CHECK_EQ(guests_run(&g, INSTALLER, new), ERR_NOT_FOUND);
    kernel.busy = 0;
    CHECK_EQ(guests_remove(&g, name), ERR_OK);
    expect_back(&before);
}

// Whichever kernel call fails: an error, and nothing left when the place is given back.
static void test_failures(void)
{
    begin();
    const uint32_t from = kernel.calls;
    (void)installed("notes", 0x77);
    const uint32_t calls = kernel.calls - from;
    for (uint32_t i = 1; i <= calls; i++) {
        begin();
        const struct count before = counted();
        uint32_t place = GUESTS;
        kernel.fail_at = kernel.calls + i;
        err_t err = propose(&place);
        if (err != ERR_OK) {
            CHECK_EQ(err, ERR_NO_MEMORY);
            expect_back(&before);
            continue;
        }
        load(place);
        CHECK_EQ(guests_ask(&g, INSTALLER, place, 0), ERR_OK);
        CHECK_EQ(answer(QUESTION_YES), ERR_OK);
        CHECK_EQ(guests_run(&g, INSTALLER, place), ERR_NO_MEMORY);
        CHECK(guests_here(&g, place) == NULL);
        CHECK_EQ(guests_drop(&g, place), ERR_OK);
        expect_back(&before);
    }
}

int main(void)
{
    test_question();
    test_install();
    test_rounds();
    test_states();
    test_too_much_image();
    test_answers();
    test_death();
    test_busy();
    test_consents();
    test_patience();
    test_compare();
    test_remove();
    test_failures();
    fake_kernel_reset();
    return unit_done();
}
