// SPDX-License-Identifier: GPL-3.0-or-later
// For the tests of guests.c: an app to install, the steps, and all that it could leave behind.
#pragma once
#include "abi/syscall.h"
#include "fake.h"
#include "guests.h"
#include "os/ipc.h"
#include "tests/unit.h"

enum {
    INSTALLER = 7777, // its identity
    STEWARD = 1,      // the service
    APPS = 2,
    IMAGE_SIZE = 6 * PAGE_SIZE, // as fake_bundle_make lays one out
    ROUNDS = 200,
    FIRST = 1 << 1,
    SECOND = 1 << 2,
    ASKED = 1 << 3,
};

static struct fake_bundle b;
static struct bundle_view v;
static struct memory memory;
static cap_t endpoints[START_SERVICES];
static struct keeper keeper;
static struct asks asks;
static struct guests g;
static uint8_t image[IMAGE_SIZE];
static struct {
    struct plan_app app;
    struct plan_grant grants[PLAN_APP_GRANTS];
} said;
static struct guest_verdict verdict;
static struct question about;
static uint64_t sequence;
static uint32_t number;

// ---- an app, and what is there

// An app as a package would have it, of the fake's fifth image.
static inline void app_make(const char *name, uint8_t publisher)
{
    const struct bundle_entry *from = &b.entries[FAKE_APP];
    const uint32_t at = (uint32_t)from->part[BUNDLE_TEXT].offset;
    memset(&said, 0, sizeof said);
    said.app = (struct plan_app){.magic = PLAN_APP_MAGIC,
                                 .version = PLAN_VERSION,
                                 .grant_count = 2,
                                 .version_text = "1.0",
                                 .number = 1,
                                 .image = *from,
                                 .size = IMAGE_SIZE};
    for (unsigned i = 0; i < BUNDLE_PARTS; i++)
        said.app.image.part[i].offset -= at;
    said.app.image.tree.offset -= at;
    said.app.image.relocs.offset -= at;
    memcpy(said.app.code_root, from->root, sizeof said.app.code_root);
    memcpy(image, b.bytes + BUNDLE_HEADER_SIZE + at, sizeof image);
    struct plan_cell *c = &said.app.cell;
    strcpy(c->name, name);
    strcpy(c->app_id, name);
    memset(c->publisher, publisher, sizeof c->publisher);
    c->priority = 100;
    c->flags = PLAN_APP;
    c->heap_pages = 3;
    c->stack_pages = 4;
    c->slots = 128;
    said.grants[0] = (struct plan_grant){0, 3, FIRST, 0};
    said.grants[1] = (struct plan_grant){0, 5, SECOND, ASKED};
}

static inline void begin(void)
{
    const char *why;
    uint32_t culprit;
    fake_kernel_reset();
    fake_bundle_make(&b);
    *b.ceiling = (struct plan_ceiling){.apps = APPS,
                                       .pages = 2000,
                                       .heap_pages = 8,
                                       .stack_pages = 8,
                                       .priority = 120,
                                       .budget_us = 5000,
                                       .period_us = 10000};
    b.ceiling->methods[3] = FIRST;
    b.ceiling->methods[5] = SECOND | ASKED;
    CHECK_EQ(plan_read(b.bytes, FAKE_PAGES, &v, &why, &culprit), ERR_OK);
    keeper =
        (struct keeper){.endpoints = endpoints, .house = fake_house(&v, &memory, 1, endpoints)};
    keeper_begin(&keeper);
    asks = (struct asks){.keeper = &keeper};
    g = (struct guests){.keeper = &keeper, .view = &v, .asks = &asks};
    kernel.now = 1000000000;
    kernel.random = 77;
    CHECK_EQ(guests_begin(&g), ERR_OK);
    app_make("notes", 0x77);
}

// Everything that an app could leave behind.
struct count {
    uint32_t slots, objects, frames, seals, derives, running;
};

static inline struct count counted(void)
{
    uint32_t derives = 0;
    for (uint32_t i = 0; i < kernel.derive_count; i++)
        derives += kernel.derives[i].cell != CAP_SELF; // those are among the objects
    return (struct count){slots_taken(&memory.slots), kernel.objects, kernel.frame_count,
                          kernel.seal_count,          derives,        keeper_running(&keeper)};
}

static inline void expect_back(const struct count *before)
{
    const struct count now = counted();
    CHECK_EQ(now.slots, before->slots);
    CHECK_EQ(now.objects, before->objects);
    CHECK_EQ(now.frames, before->frames);
    CHECK_EQ(now.seals, before->seals);
    CHECK_EQ(now.derives, before->derives);
    CHECK_EQ(now.running, before->running);
}

// ---- the steps of an installation

static inline err_t propose(uint32_t *place)
{
    const size_t size = sizeof said.app + (size_t)said.app.grant_count * sizeof(struct plan_grant);
    verdict = (struct guest_verdict){.ceiling = 99};
    return guests_propose(&g, INSTALLER, (const uint8_t *)&said, size, place, &verdict);
}

static inline uint32_t proposed(void)
{
    uint32_t place = GUESTS;
    CHECK_EQ(propose(&place), ERR_OK);
    CHECK_EQ(verdict.ceiling, INSTALL_CEILING_NONE);
    return place;
}

static inline void load(uint32_t place)
{
    uint32_t loaded = 0;
    for (size_t at = 0; at < sizeof image; at = loaded) {
        const size_t part = sizeof image - at < 5000 ? sizeof image - at : 5000;
        if (!CHECK(guests_load(&g, INSTALLER, place, image + at, part, &loaded) == ERR_OK))
            return;
    }
    CHECK_EQ(loaded, sizeof image);
}

static inline err_t answer(enum question_answer said_so)
{
    CHECK_EQ(desk_fetch(&asks.desk, &about, &number, &sequence), ERR_OK);
    return asks_answer(&asks, sequence, said_so, number);
}

static inline uint32_t agreed(void)
{
    const uint32_t place = proposed();
    load(place);
    CHECK_EQ(guests_ask(&g, INSTALLER, place, 0), ERR_OK);
    CHECK_EQ(answer(QUESTION_YES), ERR_OK);
    return place;
}

static inline uint32_t installed(const char *name, uint8_t publisher)
{
    app_make(name, publisher);
    const uint32_t place = agreed();
    CHECK_EQ(guests_run(&g, INSTALLER, place), ERR_OK);
    CHECK_EQ(g.at[place].state, GUEST_HERE);
    return place;
}

static inline void leave(uint32_t place)
{
    CHECK_EQ(guests_ask(&g, INSTALLER, place, 0), ERR_OK);
    CHECK_EQ(answer(QUESTION_YES), ERR_OK);
    CHECK_EQ(g.at[place].state, GUEST_LEAVING);
}

static inline void removed(uint32_t place)
{
    leave(place);
    CHECK_EQ(guests_drop(&g, place), ERR_OK);
    CHECK(guests_here(&g, place) == NULL);
}

static inline const struct fake_derive *derived(const struct tenant *t, uint32_t slot)
{
    for (uint32_t i = 0; i < kernel.derive_count; i++)
        if (kernel.derives[i].cell == t->cell && kernel.derives[i].slot == slot)
            return &kernel.derives[i];
    return NULL;
}
