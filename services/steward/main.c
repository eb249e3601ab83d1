// SPDX-License-Identifier: GPL-3.0-or-later
// The steward: first cell, supervisor of all others. It makes what the signed plan says, answers
// who is who, and looks after what stops. It calls nobody, so nobody can hold it up.
#include "gen/cell.h"
#include "gen/frame.h"
#include "gen/steward.h"
#include "gen/thread.h"
#include "guests.h"
#include "keeper.h"
#include "os/event.h"
#include "os/panic.h"
#include "os/serve.h"
#include "os/syscall.h"
#include "voice.h"
#include <string.h>

#define BUNDLE_BASE 0x0000000060000000u // where this cell reads the bundle

static struct bundle_view view;
static struct memory memory;
static cap_t endpoints[START_SERVICES];
static struct keeper keeper;
static struct asks asks = {.keeper = &keeper};
static struct guests guests = {.keeper = &keeper, .view = &view, .asks = &asks};
static struct {
    uint32_t entry, secure_boot, measured;
    uint8_t digest[STEWARD_BOOT_REPORT_DIGEST_SIZE];
} boot;
static struct { // the journal's, whatever it means
    bool there;
    uint8_t state[STEWARD_KEEP_STATE_SIZE];
} kept;
static struct { // the wait for an event that was kept
    bool kept;
    uint64_t token;
    nsec_t deadline;
} waiter;

static const struct init_info *init_page(void)
{
    // Safety: the kernel mapped it there before this cell began.
    return (const struct init_info *)CELL_START_BASE;
}

// Answer the wait that was kept, if there is one.
static void waiter_answer(err_t answer)
{
    if (!waiter.kept)
        return;
    waiter.kept = false;
    err_t err = steward_wait_event_reply(waiter.token, answer);
    (void)err; // whoever waited is gone; the line stays
}

// If there are lines, tell those who may take them; without anybody, say them here.
static void events_announce(void)
{
    bool heard = waiter.kept;
    if (keeper.events.count == 0)
        return;
    for (uint32_t i = 0; i < view.grant_count; i++) {
        const struct plan_grant *g = &view.grants[i];
        const struct tenant *t = &keeper.tenants[g->cell];
        if (g->service != STEWARD_SERVICE || t->state != TENANT_RUNNING ||
            (g->methods >> STEWARD_METHOD_TAKE_EVENT & 1) == 0)
            continue;
        ASSERT(sys_signal(t->signal, SIGNAL_EVENT) == ERR_OK, "a tenant's signal is not there");
        heard = true;
    }
    waiter_answer(ERR_OK);
    if (heard || keeper_deadline(&keeper) != 0)
        return; // a log that is about to be started again will ask
    char text[EVENT_TEXT];
    uint32_t lost;
    for (size_t n; (n = events_take(&keeper.events, text, sizeof text - 1, &lost)) != 0;) {
        text[n] = '\0';
        voice_line(text);
    }
}

static err_t op_identify(const struct caller *who, uint64_t identity, uint8_t name[32],
                         uint8_t publisher[32], uint8_t app_id[32], uint32_t *app)
{
    (void)who;
    const struct plan_cell *c = plan_cell(&view, plan_number(&view, identity));
    if (c == NULL)
        return ERR_NOT_FOUND;
    memcpy(name, c->name, sizeof c->name);
    memcpy(publisher, c->publisher, sizeof c->publisher);
    memcpy(app_id, c->app_id, sizeof c->app_id);
    *app = (c->flags & PLAN_APP) != 0;
    return ERR_OK;
}

static err_t op_boot_report(const struct caller *who, uint8_t profile[32], uint8_t version[32],
                            uint8_t digest[32], uint32_t *entry, uint32_t *secure_boot,
                            uint64_t *rollback_index)
{
    (void)who;
    memcpy(profile, view.header->profile, sizeof view.header->profile);
    memcpy(version, view.header->version, sizeof view.header->version);
    memcpy(digest, boot.digest, sizeof boot.digest);
    *entry = boot.entry;
    *secure_boot = boot.secure_boot;
    *rollback_index = view.header->rollback_index;
    return ERR_OK;
}

static err_t op_boot_policy(const struct caller *who, uint8_t key[64], uint8_t signature[64],
                            uint32_t *measured)
{
    (void)who;
    memcpy(key, view.header->policy_key, sizeof view.header->policy_key);
    memcpy(signature, view.header->policy, sizeof view.header->policy);
    *measured = boot.measured;
    return ERR_OK;
}

static err_t op_wait_event(const struct caller *who, uint64_t deadline)
{
    (void)who;
    if (keeper.events.count != 0)
        return ERR_OK;
    if (waiter.kept)
        return ERR_BUSY;
    err_t err = ipc_keep(&waiter.token);
    if (err != ERR_OK)
        return err;
    waiter.kept = true;
    waiter.deadline = deadline;
    return REPLY_LATER;
}

static err_t op_take_event(const struct caller *who, uint8_t *text, size_t size, size_t *length,
                           uint32_t *lost)
{
    (void)who;
    *length = events_take(&keeper.events, (char *)text, size, lost);
    return ERR_OK;
}

static err_t op_take_record(const struct caller *who, uint8_t name[32], uint32_t *kind,
                            uint64_t *cause, uint64_t *detail, uint64_t *time, uint32_t *lost)
{
    (void)who;
    struct record r;
    err_t err = records_take(&keeper.records, &r, lost);
    if (err != ERR_OK)
        return err;
    memcpy(name, r.name, sizeof r.name);
    *kind = r.kind;
    *cause = r.cause;
    *detail = r.detail;
    *time = r.time;
    return ERR_OK;
}

static err_t op_keep(const struct caller *who, const uint8_t state[STEWARD_KEEP_STATE_SIZE])
{
    (void)who;
    memcpy(kept.state, state, sizeof kept.state);
    kept.there = true;
    return ERR_OK;
}

static err_t op_kept(const struct caller *who, uint8_t state[STEWARD_KEEP_STATE_SIZE])
{
    (void)who;
    if (!kept.there)
        return ERR_NOT_FOUND;
    memcpy(state, kept.state, sizeof kept.state);
    return ERR_OK;
}

static err_t op_usage(const struct caller *who, uint64_t *pages, uint64_t *slots, uint32_t *cells)
{
    (void)who;
    uint64_t used, tables, mapped;
    err_t err = cell_info(CAP_SELF, &used, &tables, &mapped);
    if (err != ERR_OK)
        return err;
    *pages = memory_free(&memory);
    *slots = slots_taken(&memory.slots);
    // What the kernel knows and the book does not would be in the way of the next one there.
    ASSERT(used <= *slots, "a slot is in use and nobody knows");
    *cells = keeper_running(&keeper);
    return ERR_OK;
}

static err_t op_audited(const struct caller *who, uint64_t pages, uint64_t period)
{
    (void)who;
    struct text t = events_add(&keeper.events);
    text_string(&t, "audit: ");
    text_decimal(&t, pages);
    text_string(&t, " pages of code and constants hashed again in ");
    text_decimal(&t, period / 1000000);
    text_string(&t, " ms");
    events_announce();
    return ERR_OK;
}

static err_t op_request(const struct caller *who, uint32_t service, uint64_t methods, uint32_t kind,
                        uint64_t expiry, uint64_t deadline, uint64_t *handle)
{
    (void)handle; // goes with the late answer
    const struct consent_wish wish = {service, kind, methods, expiry};
    return asks_request(&asks, who->identity, &wish, deadline);
}

static err_t op_propose(const struct caller *who, const uint8_t *app, size_t size, uint32_t *place,
                        uint32_t *ceiling, uint32_t *service, uint32_t *method)
{
    struct guest_verdict verdict = {.ceiling = INSTALL_CEILING_NONE};
    *place = GUESTS;
    err_t err = guests_propose(&guests, who->identity, app, size, place, &verdict);
    *ceiling = verdict.ceiling;
    *service = verdict.service;
    *method = verdict.method;
    return err;
}

static err_t op_load(const struct caller *who, uint32_t place, const uint8_t *data, size_t size,
                     uint32_t *loaded)
{
    return guests_load(&guests, who->identity, place, data, size, loaded);
}

static err_t op_ask(const struct caller *who, uint32_t place, uint64_t deadline)
{
    return guests_ask(&guests, who->identity, place, deadline);
}

static err_t op_asked(const struct caller *who, uint32_t place, uint32_t *answer)
{
    return guests_asked(&guests, who->identity, place, answer);
}

static err_t op_withdraw(const struct caller *who, uint32_t place)
{
    return guests_withdraw(&guests, who->identity, place);
}

static err_t op_run(const struct caller *who, uint32_t place)
{
    err_t err = guests_run(&guests, who->identity, place);
    events_announce();
    return err;
}

static err_t op_drop(const struct caller *who, uint32_t place)
{
    (void)who;
    err_t err = guests_drop(&guests, place);
    events_announce();
    return err;
}

static err_t op_remove(const struct caller *who, const uint8_t name[32])
{
    (void)who;
    err_t err = guests_remove(&guests, name);
    events_announce();
    return err;
}

static err_t op_installed(const struct caller *who, uint32_t place, uint8_t name[32],
                          uint8_t version[32], uint8_t publisher[32], uint32_t *pages,
                          uint32_t *runs, uint64_t *number)
{
    (void)who;
    if (place >= GUESTS)
        return ERR_BAD_ARGUMENT;
    const struct guest *guest = guests_here(&guests, place);
    if (guest == NULL)
        return ERR_NOT_FOUND;
    const uint32_t cell = PLAN_CELLS_MAX + place;
    const struct plan_cell *c = plan_cell(&view, cell);
    memcpy(name, c->name, sizeof c->name);
    memcpy(version, guest->version, sizeof guest->version);
    memcpy(publisher, c->publisher, sizeof c->publisher);
    *pages = (uint32_t)tenant_pages(&view, cell);
    *runs = keeper.tenants[cell].state == TENANT_RUNNING;
    *number = guest->version_number;
    return ERR_OK;
}

static err_t op_wait_question(const struct caller *who, uint64_t deadline, uint64_t *sequence)
{
    (void)who;
    return desk_wait(&asks.desk, deadline, sequence);
}

static err_t op_question(const struct caller *who, uint8_t *about, size_t size, size_t *length,
                         uint32_t *number, uint64_t *sequence)
{
    (void)who;
    struct question q;
    if (size < sizeof q)
        return ERR_TOO_SMALL;
    err_t err = desk_fetch(&asks.desk, &q, number, sequence);
    if (err != ERR_OK)
        return err;
    memcpy(about, &q, sizeof q);
    *length = sizeof q;
    return ERR_OK;
}

static err_t op_answer(const struct caller *who, uint64_t sequence, uint32_t answer,
                       uint32_t number)
{
    (void)who;
    return asks_answer(&asks, sequence, answer, number);
}

static void on_message(struct message *m)
{
    static const struct steward_ops ops = {
        .identify = op_identify,
        .boot_report = op_boot_report,
        .boot_policy = op_boot_policy,
        .wait_event = op_wait_event,
        .take_event = op_take_event,
        .usage = op_usage,
        .take_record = op_take_record,
        .keep = op_keep,
        .kept = op_kept,
        .audited = op_audited,
        .request = op_request,
        .propose = op_propose,
        .load = op_load,
        .ask = op_ask,
        .asked = op_asked,
        .withdraw = op_withdraw,
        .run = op_run,
        .drop = op_drop,
        .installed = op_installed,
        .wait_question = op_wait_question,
        .question = op_question,
        .answer = op_answer,
        .remove = op_remove,
    };
    if (m->method != FAULT_METHOD) {
        steward_dispatch(&ops, m);
        return;
    }
    // The kernel's message about the cell whose number is the identity. The answer to it reaches
    // nobody, because the thread that waits for it is stopped here.
    keeper_fault(&keeper, m->identity, m->w);
    asks_end(&asks, m->identity);
    guests_end(&guests, m->identity);
    events_announce();
}

static nsec_t next_deadline(void)
{
    const nsec_t all[] = {keeper_deadline(&keeper), waiter.kept ? waiter.deadline : 0,
                          asks_due(&asks)};
    nsec_t due = 0;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (all[i] != 0 && (due == 0 || all[i] < due))
            due = all[i];
    return due;
}

static void on_deadline(void)
{
    if (waiter.kept && waiter.deadline != 0 && waiter.deadline <= sys_now())
        waiter_answer(ERR_TIMED_OUT);
    keeper_tick(&keeper);
    asks_tick(&asks);
    events_announce();
}

// Set up this cell's own areas and read the plan.
static void read_bundle(void)
{
    const struct init_info *init = init_page();
    const char *why = "";
    uint32_t culprit;
    ASSERT(init->boot.magic == BOOT_INFO_MAGIC && init->boot.version == BOOT_INFO_VERSION,
           "the kernel's page is of another version");
    ASSERT(init->untyped_count <= INIT_FREE - INIT_UNTYPED, "too many pieces of memory");
    memory_begin(&memory, (uint32_t)init->untyped_count);
    boot.entry = init->boot.entry;
    boot.secure_boot = init->boot.secure_boot;
    boot.measured = init->boot.measured;
    memcpy(boot.digest, init->boot.bundle_digest, sizeof boot.digest);
    uint64_t pages = init->boot.bundle_pages;
    ASSERT(pages <= BUNDLE_PAGES_MAX + 1, "the bundle is too large");
    ASSERT(cell_reserve(CAP_SELF, BUNDLE_BASE, pages) == ERR_OK, "no tables for the bundle");
    ASSERT(frame_map(cap_first(INIT_BUNDLE), CAP_SELF, BUNDLE_BASE, ACCESS_READ) == ERR_OK,
           "the bundle cannot be mapped");
    ASSERT(cell_reserve(CAP_SELF, STEWARD_WORK_BASE, STEWARD_WORK_PAGES) == ERR_OK,
           "no tables for the work area");
    ASSERT(cell_reserve(CAP_SELF, CELL_WINDOW_BASE, CELL_WINDOW_PAGES) == ERR_OK &&
               thread_window(cap_first(INIT_THREAD), CELL_WINDOW_BASE, CELL_WINDOW_PAGES) == ERR_OK,
           "no window for what is lent to the steward");
    // Safety: mapped just now, `pages` pages.
    err_t err = plan_read((const uint8_t *)(uintptr_t)BUNDLE_BASE, pages, &view, &why, &culprit);
    ASSERT(err == ERR_OK, why);
}

// Every service has its endpoint before any cell runs, and it belongs to the steward: it stays when
// the cell that serves there stops.
static void make_endpoints(void)
{
    for (uint32_t i = 0; i < view.cell_count; i++)
        if (view.cells[i].service != 0)
            ASSERT(memory_endpoint(&memory, &endpoints[view.cells[i].service]) == ERR_OK,
                   "no memory for an endpoint");
}

// The seed left with the cell that the plan names for it, and ours was read at the start
// (os/begin.c): wipe them from the kernel's page.
static void wipe_seeds(void)
{
    struct init_info *init = (struct init_info *)(uintptr_t)STEWARD_WORK_BASE;
    const cap_t page = cap_first(INIT_START);
    err_t err = frame_unmap(page);
    if (err == ERR_OK)
        err = frame_map(page, CAP_SELF, STEWARD_WORK_BASE, ACCESS_READ | ACCESS_WRITE);
    ASSERT(err == ERR_OK, "the seeds cannot be wiped");
    wipe_bytes(init->boot.seed, sizeof init->boot.seed);
    wipe_bytes(init->boot.steward_random, sizeof init->boot.steward_random);
    err = frame_unmap(page);
    if (err == ERR_OK)
        err = frame_map(page, CAP_SELF, CELL_START_BASE, ACCESS_READ);
    ASSERT(err == ERR_OK, "the kernel's page cannot be mapped again");
}

static void make_everybody(void)
{
    const struct init_info *init = init_page();
    keeper.endpoints = endpoints;
    keeper.house = (struct house){.view = &view,
                                  .memory = &memory,
                                  .endpoints = endpoints,
                                  .tsc_hz = init->boot.tsc_hz,
                                  .seed = init->boot.seed,
                                  .seed_sources = init->boot.seed_sources};
    struct record boot_record = {.kind = RECORD_BOOT, .time = sys_now()};
    memcpy(boot_record.name, view.header->profile, sizeof boot_record.name);
    records_add(&keeper.records, &boot_record);
    keeper_begin(&keeper);
    if (guests_begin(&guests) != ERR_OK) {
        struct text none = events_add(&keeper.events);
        text_string(&none, "no memory is left for apps: none can be installed");
    }
    wipe_seeds();
    // A cell that is started again gets the zeroes that are left, and is told that nothing is in
    // them.
    keeper.house.seed_sources = 0;
    struct text t = events_add(&keeper.events);
    text_string(&t, "profile ");
    text_name(&t, view.header->profile, BUNDLE_NAME);
    text_string(&t, " version ");
    text_name(&t, view.header->version, BUNDLE_NAME);
    text_string(&t, ": ");
    text_decimal(&t, keeper_running(&keeper));
    text_string(&t, " cells, ");
    text_decimal(&t, memory_free(&memory));
    text_string(&t, " pages free");
    events_announce();
}

int main(void)
{
    static const struct server server = {
        .message = on_message, .deadline = next_deadline, .tick = on_deadline};
    read_bundle();
    make_endpoints();
    make_everybody();
    serve(endpoints[STEWARD_SERVICE], &server);
}
