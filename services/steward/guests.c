// SPDX-License-Identifier: GPL-3.0-or-later
#include "guests.h"
#include "abi/syscall.h"
#include "gen/cell.h"
#include "gen/frame.h"
#include "gen/untyped.h"
#include "image.h"
#include "os/panic.h"
#include "os/syscall.h"
#include <string.h>

enum { GUEST_FLAGS = PLAN_APP | PLAN_FPU | PLAN_SECRET, HOME_SPARE = 4 };

static uint32_t number_of(uint32_t place)
{
    return PLAN_CELLS_MAX + place;
}

static uint8_t *stage_of(uint32_t place)
{
    return (uint8_t *)((uintptr_t)GUEST_BASE + (uintptr_t)place * GUEST_IMAGE_PAGES * PAGE_SIZE);
}

static struct tenant *tenant_of(struct guests *g, uint32_t place)
{
    return &g->keeper->tenants[number_of(place)];
}

err_t guests_begin(struct guests *g)
{
    const struct plan_ceiling *c = g->view->ceiling;
    uint32_t count = c->apps == 0 ? 0 : c->apps + 1;
    err_t err = ERR_OK;
    if (count != 0)
        err = cell_reserve(CAP_SELF, GUEST_BASE, (uint64_t)count * GUEST_IMAGE_PAGES);
    for (uint32_t i = 0; i < count && err == ERR_OK; i++)
        err = memory_piece(g->keeper->house.memory, c->pages + GUEST_IMAGE_PAGES + HOME_SPARE,
                           &g->at[i].home);
    return err;
}

// ---- judging a proposal

// What could never run, whoever allowed it.
static bool cell_good(const struct plan_cell *c)
{
    static const struct plan_ports no_ports[START_DEVICES];
    static const struct plan_mmio no_mmio[START_DEVICES];
    static const uint8_t no_interrupts[START_DEVICES];
    return plan_cell_wrong(c) == NULL && plan_name_good(c->name) && plan_name_good(c->app_id) &&
           c->image == 0 && c->service == 0 && c->untyped_pages == 0 &&
           (c->flags & ~(uint32_t)GUEST_FLAGS) == 0 && (c->flags & PLAN_APP) != 0 &&
           memcmp(c->ports, no_ports, sizeof no_ports) == 0 &&
           memcmp(c->mmio, no_mmio, sizeof no_mmio) == 0 &&
           memcmp(c->interrupts, no_interrupts, sizeof no_interrupts) == 0;
}

static bool grants_good(const struct plan_grant *grants, uint32_t count)
{
    const uint64_t never = 1 | (uint64_t)1 << FAULT_METHOD;
    for (uint32_t i = 0; i < count; i++) {
        const struct plan_grant *p = &grants[i];
        if (p->cell != 0 || p->service == 0 || p->service >= START_SERVICES ||
            (p->methods | p->consent) == 0 || ((p->methods | p->consent) & never) != 0 ||
            (p->methods & p->consent) != 0 || (i > 0 && p->service <= p[-1].service))
            return false;
    }
    return true;
}

static bool app_good(const struct plan_app *app)
{
    const struct bundle_entry *e = &app->image;
    return app->magic == PLAN_APP_MAGIC && app->version == PLAN_VERSION && app->zero == 0 &&
           app->known <= 1 && app->number != 0 && app->size != 0 && app->size % PAGE_SIZE == 0 &&
           app->size <= (uint64_t)GUEST_IMAGE_PAGES * PAGE_SIZE && e->kind == BUNDLE_CELL &&
           memcmp(e->root, app->code_root, sizeof e->root) == 0 &&
           image_pages(e) <= CELL_CODE_PAGES_MAX && e->part[BUNDLE_TEXT].size != 0 &&
           // One word: what the person reads beside it are this system's words, never the app's.
           plan_word_good(app->version_text) && cell_good(&app->cell);
}

// The first thing of which it asks too much (G2).
static struct guest_verdict too_much(const struct plan_ceiling *c, const struct plan_guest *guest,
                                     uint64_t pages)
{
    const struct plan_cell *cell = &guest->cell;
    if (pages > c->pages)
        return (struct guest_verdict){.ceiling = INSTALL_CEILING_MEMORY};
    if (cell->heap_pages > c->heap_pages)
        return (struct guest_verdict){.ceiling = INSTALL_CEILING_HEAP};
    if (cell->stack_pages > c->stack_pages)
        return (struct guest_verdict){.ceiling = INSTALL_CEILING_STACK};
    if (cell->priority > c->priority)
        return (struct guest_verdict){.ceiling = INSTALL_CEILING_PRIORITY};
    if (!plan_budget_fits(c, cell))
        return (struct guest_verdict){.ceiling = INSTALL_CEILING_BUDGET};
    for (uint32_t i = 0; i < guest->grant_count; i++) {
        const struct plan_grant *p = &guest->grants[i];
        const uint64_t beyond = (p->methods | p->consent) & ~c->methods[p->service];
        if (beyond != 0)
            return (struct guest_verdict){.ceiling = INSTALL_CEILING_METHOD,
                                          .service = p->service,
                                          .method = (uint32_t)__builtin_ctzll(beyond)};
    }
    return (struct guest_verdict){.ceiling = INSTALL_CEILING_NONE};
}

static bool same_owner(const struct plan_cell *a, const struct plan_cell *b)
{
    return memcmp(a->publisher, b->publisher, sizeof a->publisher) == 0;
}

// Whether somebody of the image has this name, or this publisher: a chain's id is never one of
// those, and with the app id it names the keys in the vault (G5).
static bool of_image(const struct guests *g, const struct plan_cell *cell, bool *name)
{
    bool found = *name = false;
    for (uint32_t i = 0; i < g->view->cell_count; i++) {
        *name = *name || memcmp(g->view->cells[i].name, cell->name, sizeof cell->name) == 0;
        found = found || same_owner(&g->view->cells[i], cell);
    }
    return *name || found;
}

// What the guests that are there say to one more (G4, G5): `same`: the place of the one that it
// replaces, GUESTS if none. Errors: BUSY, DENIED.
static err_t among_guests(const struct guests *g, const struct plan_cell *cell, uint32_t *same)
{
    *same = GUESTS;
    for (uint32_t i = 0; i < GUESTS; i++) {
        const struct plan_cell *c = &g->view->guests[i].cell;
        if (g->at[i].state == GUEST_NONE)
            continue;
        if (memcmp(c->name, cell->name, sizeof c->name) != 0) {
            if (same_owner(c, cell) && memcmp(c->app_id, cell->app_id, sizeof c->app_id) == 0)
                return ERR_DENIED;
            continue;
        }
        if (!same_owner(c, cell))
            return ERR_DENIED;
        if (g->at[i].state != GUEST_HERE)
            return ERR_BUSY;
        *same = i;
    }
    return ERR_OK;
}

// A place for one more; GUESTS if as many are here as may be.
static uint32_t place_free(const struct guests *g, bool replaces)
{
    uint32_t free = GUESTS, used = 0;
    for (uint32_t i = GUESTS; i-- > 0;) {
        used += g->at[i].state != GUEST_NONE;
        if (g->at[i].state == GUEST_NONE && g->at[i].home != 0)
            free = i;
    }
    return used - replaces < g->view->ceiling->apps ? free : GUESTS;
}

// ---- taking a place, and giving it back

// Frames for the image, mapped here.
static err_t stage_make(struct guests *g, uint32_t place, uint64_t pages)
{
    struct guest *guest = &g->at[place];
    struct slots *slots = &g->keeper->house.memory->slots;
    uint32_t slot;
    err_t err = slot_take(slots, &slot);
    if (err != ERR_OK)
        return err;
    err = untyped_retype_frame(guest->home, slot, pages, &guest->stage);
    if (err == ERR_OK)
        err = frame_map(guest->stage, CAP_SELF, (uint64_t)(uintptr_t)stage_of(place),
                        ACCESS_READ | ACCESS_WRITE);
    if (err == ERR_OK)
        return err;
    slot_give(slots, slot);
    guest->stage = 0;
    return err;
}

// The home is empty again (G1). Errors: BUSY.
static err_t place_clear(struct guests *g, uint32_t place)
{
    struct guest *guest = &g->at[place];
    struct memory *memory = g->keeper->house.memory;
    struct tenant *t = tenant_of(g, place);
    err_t err = tenant_stop(memory, t);
    if (err == ERR_OK && t->piece != 0 && (g->view->guests[place].cell.flags & PLAN_SECRET) != 0)
        err = tenant_wipe(memory, t);
    if (err == ERR_OK)
        err = cell_revoke(CAP_SELF, guest->home);
    if (err != ERR_OK)
        return err;
    if (t->piece != 0)
        slot_give(&memory->slots, slot_of(t->piece));
    if (guest->stage != 0)
        slot_give(&memory->slots, slot_of(guest->stage));
    asks_end(g->asks, plan_identity(g->view, number_of(place)));
    if (asks_open(g->asks, place))
        asks_withdraw(g->asks);
    g->asks->consents[number_of(place)].refused = 0; // that was another app
    *t = (struct tenant){.state = TENANT_NONE};
    g->keeper->watches[number_of(place)] = (struct watch){.due = 0};
    g->view->guests[place].there = false;
    for (uint32_t i = 0; i < GUESTS; i++)
        if (g->at[i].replaces == place)
            g->at[i].replaces = GUESTS; // whoever comes here next was not meant
    *guest = (struct guest){.home = guest->home};
    return ERR_OK;
}

static void guest_fill(struct guests *g, uint32_t place, const struct plan_app *app,
                       const uint8_t *grants)
{
    struct plan_guest *p = &g->view->guests[place];
    *p = (struct plan_guest){.there = true,
                             .serial = ++g->serial,
                             .cell = app->cell,
                             .image = app->image,
                             .payload = stage_of(place),
                             .payload_size = app->size,
                             .grant_count = app->grant_count};
    memcpy(p->grants, grants, app->grant_count * sizeof p->grants[0]);
    if (p->cell.budget_us == 0) {
        p->cell.budget_us = g->view->ceiling->budget_us;
        p->cell.period_us = g->view->ceiling->period_us;
    }
}

err_t guests_propose(struct guests *g, uint64_t identity, const uint8_t *bytes, size_t size,
                     uint32_t *place, struct guest_verdict *verdict)
{
    struct plan_app app;
    if (size < sizeof app)
        return ERR_BAD_DATA;
    memcpy(&app, bytes, sizeof app);
    if (!app_good(&app) || app.grant_count > PLAN_APP_GRANTS ||
        size != sizeof app + app.grant_count * sizeof(struct plan_grant))
        return ERR_BAD_DATA;
    uint32_t same;
    bool name;
    const bool image = of_image(g, &app.cell, &name);
    err_t err = among_guests(g, &app.cell, &same);
    if (err != ERR_OK || (image && !name))
        return err != ERR_OK ? err : ERR_DENIED;
    const bool replaces = same < GUESTS;
    const uint32_t to = place_free(g, replaces);
    *verdict = (struct guest_verdict){.ceiling = name           ? INSTALL_CEILING_NAME
                                                 : to == GUESTS ? INSTALL_CEILING_APPS
                                                                : INSTALL_CEILING_NONE};
    if (verdict->ceiling != INSTALL_CEILING_NONE)
        return ERR_OK;
    guest_fill(g, to, &app, bytes + sizeof app);
    err = grants_good(g->view->guests[to].grants, app.grant_count) ? ERR_OK : ERR_BAD_DATA;
    if (err == ERR_OK)
        *verdict =
            too_much(g->view->ceiling, &g->view->guests[to], tenant_pages(g->view, number_of(to)));
    if (err == ERR_OK && verdict->ceiling == INSTALL_CEILING_NONE)
        err = stage_make(g, to, app.size / PAGE_SIZE);
    if (err != ERR_OK || verdict->ceiling != INSTALL_CEILING_NONE) {
        ASSERT(place_clear(g, to) == ERR_OK, "a place that nobody has used is in use");
        return err;
    }
    struct guest *guest = &g->at[to];
    guest->state = GUEST_PROPOSED;
    guest->installer = identity;
    guest->size = app.size;
    guest->replaces = replaces ? same : GUESTS;
    guest->version_number = app.number;
    guest->known = app.known;
    memcpy(guest->version, app.version_text, sizeof guest->version);
    *place = to;
    return ERR_OK;
}

// ---- the steps after it

// One's own proposal.
static err_t proposal(struct guests *g, uint64_t identity, uint32_t place, struct guest **out)
{
    if (place >= GUESTS || g->at[place].state == GUEST_NONE)
        return ERR_NOT_FOUND;
    *out = &g->at[place];
    return (*out)->state == GUEST_HERE || (*out)->installer == identity ? ERR_OK : ERR_NOT_FOUND;
}

err_t guests_load(struct guests *g, uint64_t identity, uint32_t place, const uint8_t *data,
                  size_t size, uint32_t *loaded)
{
    struct guest *guest;
    err_t err = proposal(g, identity, place, &guest);
    if (err != ERR_OK)
        return err;
    // What the person says yes to lies here already, and stays as it is.
    if (guest->state != GUEST_PROPOSED || asks_open(g->asks, place))
        return ERR_BAD_STATE;
    if (size > guest->size - guest->loaded)
        return ERR_TOO_LARGE;
    memcpy(stage_of(place) + guest->loaded, data, size);
    guest->loaded += size;
    *loaded = (uint32_t)guest->loaded;
    return ERR_OK;
}

static struct question_grant *question_grant(struct question *q, uint32_t service)
{
    uint32_t i = 0;
    while (i < q->grant_count && q->grants[i].service != service)
        i++;
    if (i == q->grant_count)
        q->grants[q->grant_count++].service = service;
    return &q->grants[i];
}
_Static_assert(2 * (int)PLAN_APP_GRANTS <= (int)QUESTION_GRANTS, "all of them are shown");

// What the one at `place`, which an update replaces, has now: from the steward's own copy of its
// plan, so nobody else's word says what is new.
static void question_compare(const struct guests *g, uint32_t place, struct question *q)
{
    const struct plan_guest *before = &g->view->guests[place];
    memcpy(q->replaced, g->at[place].version, sizeof q->replaced);
    q->pages_before = (uint32_t)tenant_pages(g->view, number_of(place));
    for (uint32_t i = 0; i < before->grant_count; i++) {
        struct question_grant *grant = question_grant(q, before->grants[i].service);
        grant->methods_before = before->grants[i].methods;
        grant->consent_before = before->grants[i].consent;
    }
}

static void question_make(const struct guests *g, uint32_t place, struct question *q)
{
    const struct guest *guest = &g->at[place];
    const struct plan_guest *p = &g->view->guests[place];
    *q = (struct question){.kind = guest->state == GUEST_HERE  ? QUESTION_REMOVE
                                   : guest->replaces == GUESTS ? QUESTION_INSTALL
                                                               : QUESTION_UPDATE,
                           .known = guest->known,
                           .pages = (uint32_t)tenant_pages(g->view, number_of(place)),
                           .grant_count = p->grant_count,
                           .number = guest->version_number};
    memcpy(q->code_root, p->image.root, sizeof q->code_root);
    memcpy(q->name, p->cell.name, sizeof q->name);
    memcpy(q->publisher, p->cell.publisher, sizeof q->publisher);
    memcpy(q->version, guest->version, sizeof q->version);
    for (uint32_t i = 0; i < p->grant_count; i++)
        q->grants[i] = (struct question_grant){.service = p->grants[i].service,
                                               .methods = p->grants[i].methods,
                                               .consent = p->grants[i].consent};
    if (guest->replaces != GUESTS)
        question_compare(g, guest->replaces, q);
}

// The one place where a guest gets further (G3): its question goes with it, so this is about it.
static void answered(void *context, uint32_t place, enum question_answer answer)
{
    struct guest *guest = &((struct guests *)context)->at[place];
    guest->answer = answer;
    if (answer == QUESTION_YES)
        guest->state = guest->state == GUEST_HERE ? GUEST_LEAVING : GUEST_AGREED;
}

err_t guests_ask(struct guests *g, uint64_t identity, uint32_t place, nsec_t deadline)
{
    struct guest *guest;
    struct question q;
    err_t err = proposal(g, identity, place, &guest);
    if (err != ERR_OK)
        return err;
    if (guest->state != GUEST_PROPOSED && guest->state != GUEST_HERE)
        return ERR_BAD_STATE;
    question_make(g, place, &q);
    err = asks_guest(g->asks, identity, &q, place, deadline);
    if (err != ERR_OK)
        return err;
    g->asks->answered = answered;
    g->asks->context = g;
    guest->answer = 0;
    return ERR_OK;
}

err_t guests_asked(struct guests *g, uint64_t identity, uint32_t place, uint32_t *answer)
{
    struct guest *guest;
    err_t err = proposal(g, identity, place, &guest);
    if (err == ERR_OK)
        *answer = guest->answer;
    return err;
}

err_t guests_withdraw(struct guests *g, uint64_t identity, uint32_t place)
{
    struct guest *guest;
    err_t err = proposal(g, identity, place, &guest);
    if (err != ERR_OK || !asks_open(g->asks, place))
        return ERR_NOT_FOUND;
    asks_withdraw(g->asks);
    guest->answer = QUESTION_NO;
    return ERR_OK;
}

static void report(struct guests *g, uint32_t place, const char *what)
{
    struct text t = events_add(&g->keeper->events);
    text_string(&t, "app ");
    text_name(&t, g->view->guests[place].cell.name, BUNDLE_NAME);
    text_string(&t, " ");
    text_name(&t, g->at[place].version, BUNDLE_NAME);
    text_string(&t, what);
}

// The memory that it lives in, out of its home.
static err_t piece_make(struct guests *g, uint32_t place)
{
    struct slots *slots = &g->keeper->house.memory->slots;
    struct tenant *t = tenant_of(g, place);
    uint32_t slot;
    err_t err = t->piece != 0 ? ERR_EXISTS : slot_take(slots, &slot);
    if (err != ERR_OK)
        return err == ERR_EXISTS ? ERR_OK : err;
    err = untyped_retype_untyped(g->at[place].home, slot, tenant_pages(g->view, number_of(place)),
                                 RIGHT_ALL, &t->piece);
    if (err != ERR_OK)
        slot_give(slots, slot);
    return err;
}

err_t guests_run(struct guests *g, uint64_t identity, uint32_t place)
{
    struct guest *guest;
    const char *step;
    err_t err = proposal(g, identity, place, &guest);
    if (err != ERR_OK)
        return err;
    if (guest->state != GUEST_AGREED || guest->loaded != guest->size)
        return ERR_BAD_STATE;
    const struct plan_guest *p = &g->view->guests[place];
    if (image_check(&p->image, p->payload, p->payload_size) != NULL)
        return ERR_BAD_DATA;
    err = piece_make(g, place);
    if (err == ERR_OK)
        err = keeper_start(g->keeper, number_of(place), &step);
    if (err != ERR_OK)
        return err;
    // Nobody else has run since, so there never are two; and one that cannot start costs nothing.
    if (guest->replaces != GUESTS)
        err = place_clear(g, guest->replaces);
    if (err != ERR_OK) {
        ASSERT(tenant_stop(g->keeper->house.memory, tenant_of(g, place)) == ERR_OK,
               "an app that never ran cannot be stopped");
        return err;
    }
    guest->replaces = GUESTS;
    guest->state = GUEST_HERE;
    report(g, place, " was installed and runs");
    return ERR_OK;
}

err_t guests_drop(struct guests *g, uint32_t place)
{
    if (place >= GUESTS || g->at[place].state == GUEST_NONE)
        return ERR_NOT_FOUND;
    if (g->at[place].state == GUEST_HERE)
        return ERR_BAD_STATE; // G3
    if (g->at[place].state == GUEST_LEAVING)
        report(g, place, " was removed");
    return place_clear(g, place);
}

// Whatever state it is in, and with what is about to replace it. Errors: BUSY.
static err_t guest_end(struct guests *g, uint32_t place)
{
    struct guest *guest = &g->at[place];
    if (guest->state == GUEST_HERE || guest->state == GUEST_LEAVING) {
        guest->state = GUEST_LEAVING; // with BUSY: it goes when the pages are back
        return guests_drop(g, place);
    }
    return place_clear(g, place);
}

err_t guests_remove(struct guests *g, const uint8_t name[BUNDLE_NAME])
{
    err_t err = ERR_NOT_FOUND;
    for (uint32_t i = 0; i < GUESTS; i++) {
        if (g->at[i].state == GUEST_NONE ||
            memcmp(g->view->guests[i].cell.name, name, BUNDLE_NAME) != 0)
            continue;
        err_t one = guest_end(g, i);
        err = err == ERR_NOT_FOUND || err == ERR_OK ? one : err;
    }
    return err;
}

const struct guest *guests_here(const struct guests *g, uint32_t place)
{
    const bool here = g->at[place].state == GUEST_HERE || g->at[place].state == GUEST_LEAVING;
    return here ? &g->at[place] : NULL;
}

void guests_end(struct guests *g, uint64_t identity)
{
    for (uint32_t i = 0; i < GUESTS; i++) {
        const struct guest *guest = &g->at[i];
        if (guest->installer != identity)
            continue;
        if (guest->state == GUEST_PROPOSED || guest->state == GUEST_AGREED)
            ASSERT(place_clear(g, i) == ERR_OK, "an app that never ran cannot be taken back");
        else if (guest->state == GUEST_LEAVING)
            g->at[i].state = GUEST_HERE; // whoever wanted it away asks again
    }
}
