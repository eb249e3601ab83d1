// SPDX-License-Identifier: GPL-3.0-or-later
// Whoever took the installer over: programs that are no apps, ask too much, bear another's name,
// run or go without a yes, are not what was shown. Argument `dies`: proposes, has the person asked,
// and crashes; the other one begins when it has. The person of tests/hostile/installer/check.py
// knows which answers are wanted.
#include "abi/consent.h"
#include "abi/plan.h"
#include "abi/start.h"
#include "format/install.h"
#include "gen/steward.h"
#include "os/ipc.h"
#include "os/syscall.h"
#include "sdk/cella.h"
#include "tests/cells/code.h"
#include "tests/cells/probe.h"
#include <string.h>

enum {
    TEXT_PAGE = 0, // of what is brought; then its tree, which is one hash
    IMAGE_SIZE = 2 * PAGE_SIZE,
    NOBODY = 99,
    NUMBERS = 10000,
    CRASH = 3,
};
#define MOMENT ((nsec_t)50000000)

static _Alignas(PAGE_SIZE) uint8_t image[IMAGE_SIZE];
static struct {
    struct plan_app app;
    struct plan_grant grant;
} said;
static uint32_t place, ceiling;

// A program whose first instruction ends it, so that the log says when it has run.
static void app_make(const char *name, uint8_t publisher)
{
    memset(image, 0x0f, PAGE_SIZE);
    image[1] = 0x0b; // ud2
    code_leaf_of(image, TEXT_PAGE, CODE_TEXT, image + PAGE_SIZE);
    memset(&said, 0, sizeof said);
    said.app = (struct plan_app){.magic = PLAN_APP_MAGIC,
                                 .version = PLAN_VERSION,
                                 .grant_count = 1,
                                 .version_text = "1.0",
                                 .number = 1,
                                 .size = IMAGE_SIZE};
    struct bundle_entry *e = &said.app.image;
    e->kind = BUNDLE_CELL;
    e->part[BUNDLE_TEXT].size = PAGE_SIZE;
    e->tree = (struct bundle_span){PAGE_SIZE, CODE_HASH};
    memcpy(e->root, image + PAGE_SIZE, sizeof e->root);
    memcpy(said.app.code_root, e->root, sizeof e->root);
    struct plan_cell *c = &said.app.cell;
    strcpy(c->name, name);
    strcpy(c->app_id, name);
    memset(c->publisher, publisher, sizeof c->publisher);
    c->priority = 50;
    c->flags = PLAN_APP;
    c->stack_pages = 1;
    c->slots = 128;
    said.grant = (struct plan_grant){.service = 3, .methods = 1 << 1};
}

static err_t propose(void)
{
    uint32_t service, method;
    ceiling = NOBODY;
    return steward_propose((const uint8_t *)&said, sizeof said, &place, &ceiling, &service,
                           &method);
}

static err_t load(void)
{
    uint32_t loaded;
    return steward_load(place, image, sizeof image, &loaded);
}

// Proposed and brought; the person has not been asked.
static void offer(const char *name, uint8_t publisher)
{
    app_make(name, publisher);
    probe(propose() == ERR_OK && ceiling == INSTALL_CEILING_NONE, "it may be proposed");
    probe_eq(load(), ERR_OK, "and brought");
}

static uint32_t answered(void)
{
    uint32_t answer = 0;
    while (steward_asked(place, &answer) == ERR_OK && answer == 0)
        cella_sleep(sys_now() + MOMENT);
    return answer;
}

static uint32_t ask(void)
{
    probe_eq(steward_ask(place, 0), ERR_OK, "the person is asked");
    return answered();
}

static void no_app(const char *what)
{
    probe_eq(propose(), ERR_BAD_DATA, what);
    app_make("decoy", 0x66);
}

static void try_no_app(void)
{
    probe_about("no app: ");
    app_make("decoy", 0x66);
    said.app.cell.service = 3;
    no_app("in the log's place");
    said.app.cell.ports[0] = (struct plan_ports){0x3f8, 8};
    no_app("with the console's line");
    said.app.cell.mmio[0].pages = 1;
    no_app("with a device's memory");
    said.app.cell.interrupts[0] = 5;
    no_app("with an interrupt");
    said.app.cell.untyped_pages = 16;
    no_app("with memory to carve");
    said.app.cell.flags = 0;
    no_app("with permissions that it can hand on");
    said.app.cell.flags |= PLAN_CELLS;
    no_app("that makes cells");
    said.app.cell.flags |= PLAN_SEED;
    no_app("with the seed");
    said.app.cell.flags |= PLAN_AUDIT;
    no_app("that audits");
    said.grant.service = UINT32_MAX;
    no_app("with a service that cannot be");
    memcpy(said.app.version_text, "\x1b[2J", 5);
    no_app("whose version clears the screen");
    strcpy(said.app.version_text, "1.0, made by Cella");
    no_app("whose version is a sentence");
    said.app.cell.name[0] = 'D';
    no_app("with a capital letter");
    said.app.size = (uint64_t)1 << 40;
    no_app("that is larger than memory");
}

static void over(uint32_t wanted, const char *what)
{
    probe(propose() == ERR_OK && ceiling == wanted, what);
    app_make("decoy", 0x66);
}

static void try_ceiling(void)
{
    probe_about("ceiling: ");
    said.app.cell.priority = 199;
    over(INSTALL_CEILING_PRIORITY, "above the services");
    said.app.cell.heap_pages = 1024;
    over(INSTALL_CEILING_MEMORY, "memory");
    said.app.cell.budget_us = said.app.cell.period_us = 1000;
    over(INSTALL_CEILING_BUDGET, "all the time there is");
    said.app.cell.budget_us = 100000, said.app.cell.period_us = 1000000;
    over(INSTALL_CEILING_BUDGET, "its share in one long stretch");
    said.grant = (struct plan_grant){.service = STEWARD_SERVICE, .methods = (uint64_t)1 << 34};
    over(INSTALL_CEILING_METHOD, "to answer questions");
    said.grant = (struct plan_grant){.service = 7, .consent = (uint64_t)1 << 34};
    over(INSTALL_CEILING_METHOD, "to ask for approving");
}

static void try_names(void)
{
    uint8_t name[32], publisher[32], app_id[32];
    uint32_t app;
    probe_about("names: ");
    app_make("vault", 0x66);
    over(INSTALL_CEILING_NAME, "the vault's");
    app_make("steward", 0x66);
    over(INSTALL_CEILING_NAME, "the steward's");
    probe_eq(steward_identify(start_page()->cell, name, publisher, app_id, &app), ERR_OK, "mine");
    memcpy(said.app.cell.publisher, publisher, sizeof publisher);
    memcpy(said.app.cell.app_id, app_id, sizeof app_id);
    probe_eq(propose(), ERR_DENIED, "the keys of an app of the image");
}

static void try_without_yes(void)
{
    uint64_t sequence = 1;
    uint32_t number = 0, denied = 0;
    size_t size = 0;
    static uint8_t about[QUESTION_SIZE];
    probe_about("no yes: ");
    offer("sneak", 0x66);
    probe_eq(steward_run(place), ERR_BAD_STATE, "run unasked");
    probe_eq(steward_ask(place, 0), ERR_OK, "the person is asked");
    probe_eq(steward_run(place), ERR_BAD_STATE, "run meanwhile");
    probe_eq(steward_question(about, sizeof about, &size, &number, &sequence), ERR_DENIED,
             "see the number");
    for (uint32_t i = 0; i < NUMBERS; i++)
        denied += steward_answer(1, QUESTION_YES, i) == ERR_DENIED;
    probe_eq(denied, NUMBERS, "say yes itself");
    probe_eq(answered(), QUESTION_NO, "the person says no");
    probe_eq(steward_run(place), ERR_BAD_STATE, "run all the same");
    probe_eq(steward_drop(place), ERR_OK, "gone");
}

// The person reads one thing; meanwhile it becomes another.
static void try_exchange(void)
{
    const uint32_t was = place;
    probe_about("exchange: ");
    offer("decoy", 0x66);
    probe_eq(steward_ask(place, 0), ERR_OK, "the person is asked");
    probe_eq(load(), ERR_BAD_STATE, "other bytes");
    cella_sleep(sys_now() + 20 * MOMENT); // so that it stands on the console
    probe_eq(steward_drop(place), ERR_OK, "taken back");
    offer("sneak", 0x66);
    probe_eq(place, was, "another one at its place");
    cella_sleep(sys_now() + 40 * MOMENT); // a yes to the first one is typed
    probe_eq(steward_run(place), ERR_BAD_STATE, "the yes was not to this one");
    probe_eq(steward_drop(place), ERR_OK, "gone");
}

// Another program than the one whose root is shown.
static void try_other_code(void)
{
    probe_about("other code: ");
    app_make("sneak", 0x66);
    probe_eq(propose(), ERR_OK, "proposed");
    image[100] ^= 1;
    probe_eq(load(), ERR_OK, "brought");
    probe_eq(ask(), QUESTION_YES, "the person says yes");
    probe_eq(steward_run(place), ERR_BAD_SIGNATURE, "its pages do not lead to its root");
    probe_eq(steward_drop(place), ERR_OK, "gone");
}

static void try_removal(void)
{
    probe_about("removal: ");
    offer("honest", 0x66);
    probe_eq(ask(), QUESTION_YES, "the person says yes");
    probe_eq(steward_run(place), ERR_OK, "it runs");
    const uint32_t honest = place;
    probe_eq(steward_drop(honest), ERR_BAD_STATE, "drop it unasked");
    app_make("honest", 0x67);
    probe_eq(propose(), ERR_DENIED, "replace it by another publisher's");
    app_make("other", 0x66);
    memcpy(said.app.cell.app_id, "honest", 7);
    probe_eq(propose(), ERR_DENIED, "take its keys");
    place = honest;
    probe_eq(ask(), QUESTION_NO, "the person keeps it");
    probe_eq(steward_drop(honest), ERR_BAD_STATE, "drop it all the same");
    probe_eq(ask(), QUESTION_YES, "the person lets it go");
    probe_eq(steward_drop(honest), ERR_OK, "gone");
    probe_eq(steward_drop(honest), ERR_NOT_FOUND, "twice");
}

// Until the person gives in: three in vain, and it has to wait, whatever it asks.
static void try_tiring(void)
{
    probe_about("tiring: ");
    offer("nag", 0x66);
    for (int i = 0; i < 3; i++)
        probe_eq(ask(), QUESTION_NO, "the person says no");
    probe_eq(steward_ask(place, 0), ERR_DENIED, "ask once more");
    probe_eq(steward_drop(place), ERR_OK, "gone");
    offer("nag2", 0x66);
    probe_eq(steward_ask(place, 0), ERR_DENIED, "ask about another one");
    probe_eq(steward_drop(place), ERR_OK, "gone");
}

static int dies(void)
{
    probe_about("dies: ");
    app_make("orphan", 0x66);
    while (propose() != ERR_OK || ceiling != INSTALL_CEILING_NONE)
        cella_sleep(sys_now() + MOMENT / 4); // the other one looks whether the place is taken
    probe_eq(load(), ERR_OK, "brought");
    probe_eq(steward_ask(place, 0), ERR_OK, "the person is asked");
    cella_sleep(sys_now() + 20 * MOMENT); // so that it stands on the console
    sys_exit(CRASH);
}

int main(void)
{
    if (strcmp(cella_argument(), "dies") == 0)
        return dies();
    app_make("first", 0x66);
    // The only place there is: it is free when nothing of the other one is left.
    while (propose() != ERR_OK || ceiling != INSTALL_CEILING_APPS)
        if (ceiling == INSTALL_CEILING_NONE && steward_drop(place) == ERR_OK)
            cella_sleep(sys_now() + MOMENT);
    while (propose() == ERR_OK && ceiling == INSTALL_CEILING_APPS)
        cella_sleep(sys_now() + MOMENT);
    probe(ceiling == INSTALL_CEILING_NONE && steward_drop(place) == ERR_OK, "its place is free");
    const struct leaks before = leaks_now();
    try_no_app();
    try_ceiling();
    try_names();
    try_without_yes();
    try_exchange();
    try_other_code();
    try_removal();
    try_tiring();
    probe_about(NULL);
    leaks_probe(&before);
    return probe_end();
}
