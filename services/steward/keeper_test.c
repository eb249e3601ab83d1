// SPDX-License-Identifier: GPL-3.0-or-later
#include "abi/syscall.h"
#include "fake.h"
#include "keeper.h"
#include "os/panic.h"
#include "tests/unit.h"

static struct fake_bundle b;
static struct bundle_view v;
static struct memory memory;
static cap_t endpoints[START_SERVICES];
static struct keeper k;

static const uint64_t crash[4] = {FAULT_PAGE, 0x1234, 0x10, 6}, done[4] = {FAULT_EXIT},
                      failed[4] = {FAULT_EXIT, 0, 1}, panicked[4] = {FAULT_EXIT, 0, EXIT_PANIC};

static void begin(void)
{
    const char *why;
    uint32_t culprit;
    fake_kernel_reset();
    fake_bundle_make(&b);
    CHECK_EQ(plan_read(b.bytes, FAKE_PAGES, &v, &why, &culprit), ERR_OK);
    k = (struct keeper){.endpoints = endpoints, .house = fake_house(&v, &memory, 2, endpoints)};
    kernel.now = 1000;
    keeper_begin(&k);
    CHECK_EQ(keeper_running(&k), 4);
    CHECK_EQ(keeper_deadline(&k), 0);
    CHECK_EQ(k.events.count, 0);
}

static void expect(const char *line)
{
    char text[EVENT_TEXT];
    uint32_t lost;
    size_t length = events_take(&k.events, text, sizeof text, &lost);
    if (!CHECK(length == strlen(line) && memcmp(text, line, length) == 0))
        fprintf(stderr, "    said: %.*s\n", (int)length, text);
}

// What the journal gets to hear: the next record, of that kind and cell.
static void heard(uint32_t kind, const char *name, uint64_t cause, uint64_t detail)
{
    struct record r = {0};
    uint32_t lost = 7;
    CHECK_EQ(records_take(&k.records, &r, &lost), ERR_OK);
    CHECK(r.kind == kind && strcmp(r.name, name) == 0 && lost == 0);
    CHECK_EQ(r.cause, cause);
    CHECK_EQ(r.detail, detail);
    CHECK_EQ(r.time, kernel.now);
}

static void test_records(void)
{
    static const uint64_t tampered[4] = {FAULT_TAMPERED, 0x1234, 12};
    struct record r;
    uint32_t lost;
    begin();
    keeper_fault(&k, FAKE_LOG, failed);
    heard(RECORD_FAULT, "log", FAULT_EXIT, 1);
    kernel.now += KEEPER_DELAY;
    keeper_tick(&k);
    heard(RECORD_RESTART, "log", 0, 0);
    keeper_fault(&k, FAKE_LOG, done); // as it should
    heard(RECORD_ENDED, "log", 0, 0);
    keeper_fault(&k, FAKE_APP, failed); // a secret cell: its status is nobody's business
    heard(RECORD_FAULT, "app", FAULT_EXIT, 0);
    heard(RECORD_ENDED, "app", 0, 0);
    keeper_fault(&k, FAKE_CONSOLE, tampered);
    heard(RECORD_TAMPER, "console", FAULT_TAMPERED, 12);
    kernel.now += KEEPER_DELAY;
    kernel.fail_at = kernel.calls + 5;
    keeper_tick(&k);
    CHECK_EQ(records_take(&k.records, &r, &lost), ERR_OK);
    CHECK(r.kind == RECORD_NOT_STARTED && strcmp(r.name, "console") == 0 &&
          r.cause == ERR_NO_MEMORY);
    CHECK_EQ(records_take(&k.records, &r, &lost), ERR_NOT_FOUND);
    for (uint64_t i = 0; i < RECORD_COUNT + 3; i++)
        records_add(&k.records, &(struct record){.kind = RECORD_BOOT, .detail = i});
    CHECK_EQ(records_take(&k.records, &r, &lost), ERR_OK);
    CHECK(lost == 3 && r.detail == 3);
    CHECK_EQ(records_take(&k.records, &r, &lost), ERR_OK);
    CHECK(lost == 0 && r.detail == 4);
}

static void test_app(void)
{
    begin();
    keeper_fault(&k, FAKE_APP, (const uint64_t[4]){FAULT_PAGE, 0x1234, 0, 0});
    expect("cell app stopped: page fault at code+0x1234");
    CHECK_EQ(keeper_running(&k), 3);
    uint32_t revokes = kernel.revokes;
    CHECK_EQ(keeper_deadline(&k), kernel.now); // a secret cell: its memory is wiped
    keeper_tick(&k);
    CHECK_EQ(kernel.revokes, revokes + 1);
    CHECK_EQ(keeper_running(&k), 3);
    CHECK_EQ(keeper_deadline(&k), 0);  // it stays stopped
    keeper_fault(&k, FAKE_APP, crash); // what is said of a stopped cell means nothing
    keeper_fault(&k, 0, crash);
    keeper_fault(&k, FAKE_CELLS, crash);
    CHECK_EQ(k.events.count, 0);
}

static void test_restart(void)
{
    begin();
    keeper_fault(&k, FAKE_LOG, crash);
    expect("cell log stopped: page fault, write to 0x10 (a null pointer) at code+0x1234; it is "
           "started again");
    CHECK_EQ(keeper_running(&k), 3);
    CHECK_EQ(keeper_deadline(&k), 1000 + KEEPER_DELAY);
    keeper_tick(&k); // not yet
    CHECK_EQ(keeper_running(&k), 3);
    kernel.now += KEEPER_DELAY;
    keeper_tick(&k);
    CHECK_EQ(keeper_running(&k), 4);
    CHECK_EQ(keeper_deadline(&k), 0);
    CHECK_EQ(endpoints[3], 1003);
}

static void test_give_up(void)
{
    begin();
    for (int i = 0; i < RESTARTS_MAX; i++) {
        nsec_t before = kernel.now;
        keeper_fault(&k, FAKE_LOG, panicked);
        expect("cell log stopped: exit with status 255 (panic); it is started again");
        kernel.now = keeper_deadline(&k);
        CHECK_EQ(kernel.now - before, KEEPER_DELAY << i);
        keeper_tick(&k);
        CHECK_EQ(keeper_running(&k), 4);
    }
    uint32_t revokes = kernel.revokes;
    keeper_fault(&k, FAKE_LOG, panicked);
    expect("cell log stopped: exit with status 255 (panic); too often, so nobody serves in its "
           "place");
    CHECK_EQ(keeper_deadline(&k), 0);
    CHECK_EQ(endpoints[3], 0);
    CHECK_EQ(kernel.revokes, revokes + 2); // its piece and its endpoint
    // A client that starts after that does without.
    keeper_fault(&k, FAKE_CONSOLE, crash);
    kernel.now = keeper_deadline(&k);
    keeper_tick(&k);
    CHECK_EQ(keeper_running(&k), 3);
}

// A crash counts for ten seconds: as many as are forgiven, at that rate, go on for ever.
static void test_calm(void)
{
    begin();
    for (int i = 0; i < 10 * RESTARTS_MAX; i++) {
        nsec_t crashed = kernel.now;
        keeper_fault(&k, FAKE_LOG, crash);
        CHECK_EQ(keeper_deadline(&k),
                 crashed + (KEEPER_DELAY << (i < RESTARTS_MAX ? i : RESTARTS_MAX - 1)));
        kernel.now = keeper_deadline(&k);
        keeper_tick(&k);
        CHECK_EQ(keeper_running(&k), 4);
        kernel.now = crashed + (KEEPER_CALM + RESTARTS_MAX - 1) / RESTARTS_MAX;
    }
    begin();
    for (int i = 0; i < RESTARTS_MAX; i++) {
        keeper_fault(&k, FAKE_LOG, crash);
        kernel.now = keeper_deadline(&k);
        keeper_tick(&k);
    }
    kernel.now = 1000 + KEEPER_CALM - 1; // the first is not forgiven yet
    keeper_fault(&k, FAKE_LOG, crash);
    CHECK_EQ(keeper_deadline(&k), 0);
    CHECK_EQ(endpoints[3], 0);
}

static void test_exit(void)
{
    begin();
    keeper_fault(&k, FAKE_LOG, done);
    expect("cell log stopped: exit with status 0; nobody serves in its place");
    CHECK_EQ(keeper_deadline(&k), 0);
    CHECK_EQ(endpoints[3], 0);
    keeper_fault(&k, FAKE_CONSOLE, failed);
    expect("cell console stopped: exit with status 1; it is started again");
    CHECK_EQ(keeper_deadline(&k), kernel.now + KEEPER_DELAY);
    keeper_fault(&k, FAKE_ENTROPY, crash); // the plan does not restart it
    expect("cell entropy stopped: page fault, write to 0x10 (a null pointer) at code+0x1234; "
           "nobody serves in its place");
    CHECK_EQ(endpoints[5], 0);
}

// An app that the plan restarts is started again like anybody else.
static void test_app_again(void)
{
    begin();
    b.cells[FAKE_APP].flags |= PLAN_RESTART;
    for (int i = 0; i < RESTARTS_MAX; i++) {
        keeper_fault(&k, FAKE_APP, failed);
        expect("cell app stopped: exit; it is started again");
        kernel.now = keeper_deadline(&k);
        keeper_tick(&k);
        CHECK_EQ(keeper_running(&k), 4);
    }
    keeper_fault(&k, FAKE_APP, failed);
    expect("cell app stopped: exit; too often, so it is given up");
    CHECK_EQ(keeper_running(&k), 3);
}

static void test_refused(void)
{
    begin();
    keeper_fault(&k, FAKE_LOG, crash);
    expect("cell log stopped: page fault, write to 0x10 (a null pointer) at code+0x1234; it is "
           "started again");
    kernel.now += KEEPER_DELAY;
    kernel.fail_at = kernel.calls + 5;
    keeper_tick(&k);
    CHECK_EQ(k.events.count, 1);
    CHECK(strstr(k.events.text[k.events.first], "cell log was not started (") != NULL);
    CHECK(strstr(k.events.text[k.events.first], "): out of memory") != NULL);
    CHECK_EQ(endpoints[3], 0);
    CHECK_EQ(keeper_running(&k), 3);
}

int main(void)
{
    test_records();
    test_app();
    test_restart();
    test_give_up();
    test_calm();
    test_exit();
    test_app_again();
    test_refused();
    fake_kernel_reset();
    return unit_done();
}
