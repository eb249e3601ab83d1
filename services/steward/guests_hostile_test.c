// SPDX-License-Identifier: GPL-3.0-or-later
// An installer that somebody has taken over: what it proposes is no app, asks too much, bears
// another's name, or is not what was shown.
#include "guests_sample.h"

// ---- what the profile does not allow, and what is no app

struct ceiling_case {
    uint32_t ceiling, service, method;
};

static void too_much(struct ceiling_case wanted)
{
    uint32_t place = GUESTS;
    const struct count before = counted();
    CHECK_EQ(propose(&place), ERR_OK);
    CHECK_EQ(verdict.ceiling, wanted.ceiling);
    CHECK(verdict.service == wanted.service && verdict.method == wanted.method);
    CHECK_EQ(place, GUESTS);
    expect_back(&before);
    app_make("notes", 0x77);
}

static void test_ceilings(void)
{
    begin();
    struct plan_cell *c = &said.app.cell;
    c->heap_pages = 9;
    too_much((struct ceiling_case){.ceiling = INSTALL_CEILING_HEAP});
    c->stack_pages = 9;
    too_much((struct ceiling_case){.ceiling = INSTALL_CEILING_STACK});
    c->priority = 121;
    too_much((struct ceiling_case){.ceiling = INSTALL_CEILING_PRIORITY});
    c->budget_us = 5001, c->period_us = 10000;
    too_much((struct ceiling_case){.ceiling = INSTALL_CEILING_BUDGET});
    c->budget_us = 1000, c->period_us = 1999;
    too_much((struct ceiling_case){.ceiling = INSTALL_CEILING_BUDGET});
    c->budget_us = 10000, c->period_us = 20000; // the same share, in stretches twice as long
    too_much((struct ceiling_case){.ceiling = INSTALL_CEILING_BUDGET});
    said.grants[0].methods |= 1 << 4;
    too_much((struct ceiling_case){INSTALL_CEILING_METHOD, 3, 4});
    said.grants[1].consent |= 1 << 7; // nor what it would only ask for
    too_much((struct ceiling_case){INSTALL_CEILING_METHOD, 5, 7});
    said.grants[1].service = 6;
    too_much((struct ceiling_case){INSTALL_CEILING_METHOD, 6, 2});
    said.grants[0] = (struct plan_grant){0, STEWARD, (uint64_t)1 << 34, 0}; // answer
    too_much((struct ceiling_case){INSTALL_CEILING_METHOD, STEWARD, 34});
    memset(c->name, 0, sizeof c->name);
    strcpy(c->name, "log");
    too_much((struct ceiling_case){.ceiling = INSTALL_CEILING_NAME});
    strcpy(c->name, "steward");
    too_much((struct ceiling_case){.ceiling = INSTALL_CEILING_NAME});
    const uint32_t place = proposed();
    const uint32_t pages = (uint32_t)tenant_pages(&v, PLAN_CELLS_MAX + place);
    CHECK_EQ(guests_drop(&g, place), ERR_OK);
    b.ceiling->pages = pages - 1;
    too_much((struct ceiling_case){.ceiling = INSTALL_CEILING_MEMORY});
    b.ceiling->pages = pages;
    (void)installed("notes", 0x77); // exactly as much as there is
    (void)installed("other", 0x77);
    app_make("third", 0x77);
    too_much((struct ceiling_case){.ceiling = INSTALL_CEILING_APPS});
}

static void not_an_app(void)
{
    uint32_t place = GUESTS;
    const struct count before = counted();
    CHECK_EQ(propose(&place), ERR_BAD_DATA);
    CHECK_EQ(place, GUESTS);
    expect_back(&before);
    app_make("notes", 0x77);
}

// One field that is wrong, and the proposal as it was again.
#define WRONG(field, value)                                                                        \
    do {                                                                                           \
        said.field = (value);                                                                      \
        not_an_app();                                                                              \
    } while (0)

static void test_no_app(void)
{
    begin();
    WRONG(app.magic, 1);
    WRONG(app.version, PLAN_VERSION - 1);
    WRONG(app.zero, 1);
    WRONG(app.known, 2);
    WRONG(app.number, 0);
    WRONG(app.size, 0);
    WRONG(app.size, IMAGE_SIZE - 1);
    WRONG(app.size, (uint64_t)(GUEST_IMAGE_PAGES + 1) * PAGE_SIZE);
    WRONG(app.size, UINT64_MAX - PAGE_SIZE + 1);
    WRONG(app.version_text[0], '\0');
    WRONG(app.version_text[0], '\x1b'); // would move the cursor
    WRONG(app.version_text[1], '\n');
    WRONG(app.version_text[1], ' '); // "1.0 is what you wanted" is no version
    WRONG(app.version_text[BUNDLE_NAME - 1], 'x');
    WRONG(app.code_root[31], 0);
    WRONG(app.image.kind, BUNDLE_PLAN);
    WRONG(app.image.bss_pages, UINT32_MAX);
    WRONG(app.image.part[BUNDLE_TEXT].size, 0);
    WRONG(app.cell.name[0], '\x9b');
    WRONG(app.cell.name[0], '\n');
    WRONG(app.cell.name[0], ' ');
    WRONG(app.cell.name[0], '\0');
    WRONG(app.cell.name[31], 'x');
    WRONG(app.cell.name[0], 'N'); // `Vault` is no other name than `vault` to who reads it
    WRONG(app.cell.name[0], '-');
    WRONG(app.cell.name[1], '.');
    WRONG(app.cell.app_id[0], 'N');
    WRONG(app.cell.app_id[0], '\0');
    WRONG(app.cell.image, 3);
    WRONG(app.cell.service, 3); // it would answer in the log's place
    WRONG(app.cell.priority, 0);
    WRONG(app.cell.priority, STEWARD_PRIORITY);
    WRONG(app.cell.untyped_pages, 1);
    WRONG(app.cell.stack_pages, 0);
    WRONG(app.cell.slots, 64);
    WRONG(app.cell.heap_pages, UINT32_MAX);
    WRONG(app.cell.argument[255], 'x');
    WRONG(app.cell.ports[3].count, 1);
    WRONG(app.cell.mmio[0].pages, 1);
    WRONG(app.cell.interrupts[0], 5);
    WRONG(app.cell.flags, 0); // no app: its capabilities would have GRANT
    for (uint32_t bit = 0; bit < 32; bit++)
        if ((1u << bit & (PLAN_APP | PLAN_FPU | PLAN_SECRET)) == 0)
            WRONG(app.cell.flags, PLAN_APP | 1u << bit);
    WRONG(app.grant_count, PLAN_APP_GRANTS + 1);
    WRONG(grants[0].cell, 1);
    WRONG(grants[0].service, 0);
    WRONG(grants[0].service, START_SERVICES);
    WRONG(grants[0].service, UINT32_MAX);
    WRONG(grants[0].methods, 0);
    WRONG(grants[0].methods, FIRST | 1);
    WRONG(grants[0].methods, FIRST | (uint64_t)1 << FAULT_METHOD);
    WRONG(grants[0].consent, (uint64_t)1 << FAULT_METHOD);
    WRONG(grants[0].consent, FIRST);
    WRONG(grants[1].service, 3); // twice the same
    WRONG(grants[1].service, 2); // not in order
    uint32_t place;
    CHECK_EQ(
        guests_propose(&g, INSTALLER, (const uint8_t *)&said, sizeof said.app, &place, &verdict),
        ERR_BAD_DATA); // fewer grants than it says
    CHECK_EQ(guests_propose(&g, INSTALLER, (const uint8_t *)&said, 7, &place, &verdict),
             ERR_BAD_DATA);
}

// ---- an installer that somebody has taken over

static void denied(err_t wanted)
{
    uint32_t place = GUESTS;
    const struct count before = counted();
    CHECK_EQ(propose(&place), wanted);
    CHECK_EQ(place, GUESTS);
    expect_back(&before);
}

static void test_names(void)
{
    begin();
    app_make("mine", 0); // whose app id would be that of the image's app
    strcpy(said.app.cell.app_id, "app");
    denied(ERR_DENIED); // G5
    const uint32_t first = installed("notes", 0x77);
    app_make("notes", 0x78);
    denied(ERR_DENIED); // G4
    app_make("notes2", 0x77);
    strcpy(said.app.cell.app_id, "notes");
    denied(ERR_DENIED); // G5: its keys
    app_make("notes", 0x77);
    const uint32_t second = proposed();
    denied(ERR_BUSY); // one update at a time, wherever it lies
    CHECK_EQ(guests_drop(&g, second), ERR_OK);
    leave(first);
    denied(ERR_BUSY);
    CHECK_EQ(guests_drop(&g, first), ERR_OK);
    app_make("notes", 0x78); // with another app's keys, as its id shows
    CHECK_EQ(guests_drop(&g, proposed()), ERR_OK);
}

static void test_update(void)
{
    begin();
    const uint32_t old = installed("notes", 0x77);
    const struct count before = counted();
    const uint64_t identity = plan_identity(&v, PLAN_CELLS_MAX + old);
    (void)installed("other", 0x77); // as many as there may be: an update still has a place
    const struct count full = counted();
    strcpy(said.app.version_text, "2.0");
    strcpy(said.app.cell.name, "notes");
    strcpy(said.app.cell.app_id, "notes");
    said.app.number = 2;
    const uint32_t new = agreed();
    CHECK(about.kind == QUESTION_UPDATE && strcmp(about.replaced, "1.0") == 0 && new != old);
    CHECK_EQ(g.at[old].state, GUEST_HERE); // it runs until the new one does
    CHECK_EQ(guests_run(&g, INSTALLER, new), ERR_OK);
    CHECK_EQ(g.at[old].state, GUEST_NONE);
    CHECK_EQ(plan_number(&v, identity), CELLS_MAX);
    CHECK(guests_here(&g, new)->version_number == 2);
    expect_back(&full);
    removed(new);
    for (uint32_t i = 0; i < GUESTS; i++)
        if (guests_here(&g, i) != NULL)
            removed(i);
    CHECK(counted().slots < before.slots);
}

// A yes to replacing an app is none to removing whoever came to its place since.
static void test_stale(void)
{
    begin();
    const uint32_t old = installed("notes", 0x77);
    app_make("notes", 0x77);
    const uint32_t new = agreed();
    removed(old);
    const uint32_t other = installed("other", 0x78);
    CHECK_EQ(other, old);
    CHECK_EQ(guests_run(&g, INSTALLER, new), ERR_OK);
    CHECK_EQ(g.at[other].state, GUEST_HERE); // G3
    CHECK_EQ(g.at[new].state, GUEST_HERE);
}

// What was shown is what runs: after it was said and brought, nothing of it can be changed.
static void test_exchange(void)
{
    begin();
    uint32_t loaded;
    const uint32_t place = proposed();
    load(place);
    CHECK_EQ(guests_load(&g, INSTALLER, place, image, 1, &loaded), ERR_TOO_LARGE);
    CHECK_EQ(guests_load(&g, INSTALLER, place, image, SIZE_MAX, &loaded), ERR_TOO_LARGE);
    CHECK_EQ(guests_load(&g, INSTALLER, GUESTS, image, 1, &loaded), ERR_NOT_FOUND);
    CHECK_EQ(guests_load(&g, INSTALLER, UINT32_MAX, image, 1, &loaded), ERR_NOT_FOUND);
    CHECK_EQ(guests_load(&g, INSTALLER + 1, place, image, 0, &loaded), ERR_NOT_FOUND);
    CHECK_EQ(guests_ask(&g, INSTALLER + 1, place, 0), ERR_NOT_FOUND);
    CHECK_EQ(guests_run(&g, INSTALLER + 1, place), ERR_NOT_FOUND);
    CHECK_EQ(guests_ask(&g, INSTALLER, place, 0), ERR_OK);
    CHECK_EQ(guests_ask(&g, INSTALLER, place, 0), ERR_BUSY);
    const uint32_t other = (app_make("other", 0x77), proposed());
    CHECK_EQ(guests_ask(&g, INSTALLER, other, 0), ERR_BUSY); // one question
    CHECK_EQ(guests_run(&g, INSTALLER, other), ERR_BAD_STATE);
    // Its proposal is taken back while the person reads: the yes is to nobody.
    CHECK_EQ(desk_fetch(&asks.desk, &about, &number, &sequence), ERR_OK);
    CHECK_EQ(guests_drop(&g, place), ERR_OK);
    app_make("evil", 0x79);
    CHECK_EQ(proposed(), place);
    CHECK_EQ(asks_answer(&asks, sequence, QUESTION_YES, number), ERR_NOT_FOUND);
    CHECK_EQ(guests_run(&g, INSTALLER, place), ERR_BAD_STATE);
    CHECK_EQ(g.at[place].state, GUEST_PROPOSED);
}

// An image whose numbers lead out of what was brought.
static void test_image(void)
{
    static const struct bundle_span far = {IMAGE_SIZE - BUNDLE_ALIGN, PAGE_SIZE};
    begin();
    const struct count before = counted();
    for (int i = 0; i < 7; i++) {
        app_make("notes", 0x77);
        struct bundle_entry *e = &said.app.image;
        if (i < BUNDLE_PARTS)
            e->part[i].offset = far.offset;
        else if (i == BUNDLE_PARTS)
            e->tree = far;
        else if (i == BUNDLE_PARTS + 1)
            e->relocs.offset = 1;
        else
            e->start = UINT32_MAX;
        const uint32_t place = agreed();
        CHECK_EQ(guests_run(&g, INSTALLER, place), ERR_BAD_DATA);
        CHECK_EQ(guests_drop(&g, place), ERR_OK);
        expect_back(&before);
    }
}

int main(void)
{
    test_ceilings();
    test_no_app();
    test_names();
    test_update();
    test_stale();
    test_exchange();
    test_image();
    fake_kernel_reset();
    return unit_done();
}
