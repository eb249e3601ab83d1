// SPDX-License-Identifier: GPL-3.0-or-later
// The journal between a played steward, kernel, vault and companion: what is heard is in the log,
// in order and once; a flood of one kind, of a million denials, leaves the others where they are;
// what leaves the device verifies; another run goes on with the same chain.
#include "abi/boot_info.h"
#include "abi/object_type.h"
#include "abi/record.h"
#include "abi/syscall.h"
#include "book.h"
#include "crypto/sign.h"
#include "export.h"
#include "format/bytes_le.h"
#include "format/journal_check.h"
#include "gen/audit.h"
#include "gen/companion.h"
#include "gen/entropy.h"
#include "gen/steward.h"
#include "gen/vault.h"
#include "hear.h"
#include "os/panic.h"
#include "os/say.h"
#include "os/syscall.h"
#include "tests/seed.h"
#include "tests/unit.h"

#define SECOND ((nsec_t)1000000000)
enum { APPS = 5, FILE_MAX = 400000, RECORDS = 64, DENIALS = 64 };

static const uint8_t device_seed[SIGN_SECRET_SIZE] = {3, 1, 4};
static struct book book;
static struct evidence_work work;
static uint8_t file[FILE_MAX];
static size_t file_size;
static nsec_t now;
static uint64_t dice;

static struct {
    struct {
        uint32_t kind, lost;
        char name[32];
        uint64_t cause, detail;
    } records[RECORDS];
    unsigned record_first, record_count;
    struct {
        uint64_t cell;
        uint32_t slot, method, more;
    } denials[DENIALS];
    unsigned denial_first, denial_count;
    uint32_t denial_lost;
    unsigned identified;
    // the companion's question, and what was answered
    uint8_t question[64], answer[4096];
    size_t question_size, answer_size;
    uint32_t type, status;
    bool asked;
    uint64_t heads;
    err_t vault;
} world;

static uint64_t draw(void)
{
    dice ^= dice << 13, dice ^= dice >> 7, dice ^= dice << 17; // xorshift (Marsaglia, 2003)
    return dice;
}

nsec_t sys_now(void)
{
    return now;
}

void say_line(const char *line)
{
    (void)line;
}

_Noreturn void panic(const char *where, int line, const char *why)
{
    fprintf(stderr, "%s:%d: %s\n", where, line, why);
    exit(1);
}

err_t steward_take_record(uint8_t name[32], uint32_t *kind, uint64_t *cause, uint64_t *detail,
                          uint64_t *time, uint32_t *lost)
{
    if (world.record_count == 0)
        return ERR_NOT_FOUND;
    unsigned i = world.record_first++ % RECORDS;
    world.record_count--;
    memcpy(name, world.records[i].name, 32);
    *kind = world.records[i].kind;
    *cause = world.records[i].cause;
    *detail = world.records[i].detail;
    *time = now;
    *lost = world.records[i].lost;
    return ERR_OK;
}

err_t steward_identify(uint64_t identity, uint8_t name[32], uint8_t publisher[32],
                       uint8_t app_id[32], uint32_t *app)
{
    world.identified++;
    memset(name, 0, 32);
    memset(publisher, 0, 32);
    memset(app_id, 0, 32);
    *app = 1;
    if (identity > 100)
        return ERR_NOT_FOUND;
    memcpy(name, "app-", 4);
    name[4] = (uint8_t)('0' + identity % 10);
    return ERR_OK;
}

err_t steward_boot_report(uint8_t profile[32], uint8_t version[32], uint8_t digest[32],
                          uint32_t *entry, uint32_t *secure_boot, uint64_t *rollback_index)
{
    memset(profile, 0, 32);
    memset(version, 0, 32);
    memcpy(version, "0.1.0", 5);
    memset(digest, 0xbb, 32);
    *entry = BOOT_UEFI;
    *secure_boot = BOOT_SECURE_ON;
    *rollback_index = 1;
    return ERR_OK;
}

err_t audit_take_denial(cap_t self, uint64_t *cell, uint32_t *type, uint32_t *slot,
                        uint32_t *method, uint32_t *reason, uint32_t *more)
{
    CHECK_EQ(self, 77);
    *type = *slot = *method = *reason = 0;
    *cell = 0;
    *more = world.denial_lost;
    if (world.denial_count == 0) {
        world.denial_lost = 0;
        return *more ? ERR_OK : ERR_NOT_FOUND;
    }
    unsigned i = world.denial_first++ % DENIALS;
    world.denial_count--;
    *cell = world.denials[i].cell;
    *type = OBJECT_ENDPOINT;
    *slot = world.denials[i].slot;
    *method = world.denials[i].method;
    *reason = ERR_DENIED;
    *more = world.denials[i].more;
    return ERR_OK;
}

err_t vault_sign_journal(const uint8_t boot_id[16], const uint8_t before[32],
                         const uint8_t last[32], const uint8_t nonce[32], uint8_t *head, size_t cap,
                         size_t *size, uint64_t first, uint64_t count, uint64_t time)
{
    if (world.vault != ERR_OK)
        return world.vault;
    struct evidence e = {
        .type = EVIDENCE_JOURNAL,
        .profile = {"vault", 5},
        .version = {"1",     1},
        .entry = BOOT_UEFI,
        .secure_boot = BOOT_SECURE_ON,
        .sequence = ++world.heads
    };
    e.journal = (struct evidence_journal){.first = first, .count = count, .time = time};
    memcpy(e.journal.boot_id, boot_id, 16);
    memcpy(e.journal.before, before, 32);
    memcpy(e.journal.last, last, 32);
    memcpy(e.nonce, nonce, 32);
    CHECK_EQ(sign_public(device_seed, e.device_key), ERR_OK);
    return evidence_sign(&e, device_seed, &work, head, cap, size);
}

err_t companion_take_log(uint8_t *payload, size_t cap, size_t *size, uint32_t *type,
                         uint32_t *number)
{
    if (!world.asked)
        return ERR_NOT_FOUND;
    CHECK(world.question_size <= cap);
    memcpy(payload, world.question, world.question_size);
    *size = world.question_size;
    *type = world.type;
    *number = 5;
    return ERR_OK;
}

err_t companion_answer_log(uint32_t number, uint32_t status, const uint8_t *payload, size_t size)
{
    CHECK_EQ(number, 5);
    CHECK(size <= sizeof world.answer);
    memcpy(world.answer, payload, size);
    world.answer_size = size;
    world.status = status;
    world.asked = false;
    return ERR_OK;
}

// ---- what happens in the played world

static void fresh(void)
{
    static const uint8_t boot_id[JOURNAL_BOOT_ID] = {0xb0};
    memset(&world, 0, sizeof world);
    now = 100 * SECOND;
    book_begin(&book, boot_id);
}

static void record(uint32_t kind, const char *name, uint64_t cause, uint64_t detail)
{
    unsigned i = (world.record_first + world.record_count++) % RECORDS;
    memset(&world.records[i], 0, sizeof world.records[i]);
    world.records[i].kind = kind;
    strncpy(world.records[i].name, name, 31);
    world.records[i].cause = cause;
    world.records[i].detail = detail;
}

// As the kernel: a ring in which one cell has eight places.
static void deny(uint64_t cell, uint32_t slot, uint32_t method)
{
    unsigned places = 0, newest = 0;
    for (unsigned n = 0; n < world.denial_count; n++)
        if (world.denials[(world.denial_first + n) % DENIALS].cell == cell) {
            newest = (world.denial_first + n) % DENIALS;
            places++;
        }
    if (places == 8) {
        world.denials[newest].more++;
        return;
    }
    if (world.denial_count == DENIALS) {
        world.denial_lost++;
        return;
    }
    unsigned i = (world.denial_first + world.denial_count++) % DENIALS;
    world.denials[i].cell = cell;
    world.denials[i].slot = slot;
    world.denials[i].method = method;
    world.denials[i].more = 0;
}

static void look(void)
{
    hear_steward(&book);
    hear_kernel(&book, 77);
    book_tick(&book, now);
}

static uint32_t ask(uint32_t type, const uint8_t *question, size_t size)
{
    memcpy(world.question, question, size);
    world.question_size = size;
    world.type = type;
    world.asked = true;
    world.answer_size = 0;
    CHECK(export_serve(&book));
    CHECK(!world.asked);
    return world.status;
}

// Fetch the log as the host does, and verify it.
static void fetch(struct journal *j)
{
    uint8_t nonce[32], offset[4];
    struct journal_check check;
    memset(nonce, 0x4e, sizeof nonce);
    CHECK_EQ(ask(LOG_HEAD, nonce, sizeof nonce), ERR_OK);
    size_t total = le32_get(world.answer);
    CHECK(total > 0 && total <= FILE_MAX);
    for (file_size = 0; file_size < total; file_size += world.answer_size - 4) {
        le32_put(offset, (uint32_t)file_size);
        if (!CHECK(ask(LOG_ENTRIES, offset, 4) == ERR_OK && world.answer_size > 4))
            return;
        CHECK_EQ(le32_get(world.answer), total);
        memcpy(file + file_size, world.answer + 4, world.answer_size - 4);
    }
    CHECK_EQ(journal_verify(file, file_size, &work, j, &check), ERR_OK);
    CHECK_MEM(j->head.nonce, nonce, sizeof nonce);
}

static bool find(const struct journal *j, uint32_t kind, const char *who, struct journal_entry *e)
{
    size_t at = 0;
    while (journal_next(j, &at, e))
        if (e->kind == kind && strcmp(e->who, who) == 0)
            return true;
    return false;
}

static void add(uint32_t kind, const char *who, const char *text)
{
    struct journal_entry e = {.kind = kind};
    journal_who(&e, who, strlen(who));
    journal_text(&e, text, strlen(text));
    book_add(&book, &e, now);
}

// ---- the tests

static void test_heard(void)
{
    static struct journal j;
    struct journal_entry e;
    fresh();
    record(RECORD_BOOT, "vault", 0, 0);
    record(RECORD_FAULT, "reader", FAULT_EXIT, 42);
    record(RECORD_RESTART, "reader", 0, 0);
    record(RECORD_NOT_STARTED, "flash", ERR_NO_MEMORY, 0);
    record(RECORD_ENDED, "wallet", 1, 0);
    record(RECORD_TAMPER, "vault", FAULT_TAMPERED, 12);
    record(99, "nobody", 0, 0);
    deny(3, 7, 34);
    deny(300, 7, 34);
    look();
    fetch(&j);
    CHECK_EQ(j.count, 8);
    CHECK(find(&j, JOURNAL_BOOT, "vault", &e) && e.sequence == 1 && strcmp(e.text, "0.1.0") == 0 &&
          e.digest[0] == 0xbb);
    CHECK(find(&j, JOURNAL_FAULT, "reader", &e) && e.number[JOURNAL_CAUSE] == FAULT_EXIT &&
          e.number[JOURNAL_DETAIL] == 42);
    CHECK(find(&j, JOURNAL_RESTART, "reader", &e) && e.sequence == 3);
    CHECK(find(&j, JOURNAL_NOT_STARTED, "flash", &e) && e.number[JOURNAL_ERROR] == ERR_NO_MEMORY);
    CHECK(find(&j, JOURNAL_ENDED, "wallet", &e) && e.number[JOURNAL_CAUSE] == 1);
    CHECK(find(&j, JOURNAL_TAMPER, "vault", &e) && e.number[JOURNAL_DETAIL] == 12);
    CHECK(find(&j, JOURNAL_DENIAL, "app-3", &e) && e.number[JOURNAL_SLOT] == 7 &&
          e.number[JOURNAL_METHOD] == 34 && e.number[JOURNAL_ERROR] == ERR_DENIED);
    CHECK(find(&j, JOURNAL_DENIAL, "?", &e));
    world.denial_lost = 12; // of many cells, for which the kernel had no place
    look();
    fetch(&j);
    CHECK(find(&j, JOURNAL_LOST, "kernel", &e) && e.number[JOURNAL_COUNT] == 12);
}

// All events of one kind and name: those that stand alone, and those that were counted.
static uint64_t counted(const struct journal *j, uint32_t kind, const char *who, size_t *entries)
{
    struct journal_entry e;
    uint64_t sum = 0;
    size_t at = 0;
    *entries = 0;
    while (journal_next(j, &at, &e))
        if (e.kind == kind && strcmp(e.who, who) == 0) {
            sum += e.present >> JOURNAL_COUNT & 1 ? e.number[JOURNAL_COUNT] : 1;
            ++*entries;
        }
    return sum;
}

// An app makes a million denials in a day, of all services and methods; another crashes all the
// time. What the person did at the beginning is still there, and nothing is left out of the counts.
static void test_flood(void)
{
    static struct journal j;
    struct journal_entry e;
    size_t entries;
    uint64_t made = 0, crashes = 0;
    fresh();
    record(RECORD_BOOT, "vault", 0, 0);
    look();
    add(JOURNAL_APPROVAL, "wallet", "payment");
    for (int minute = 0; minute < 24 * 60; minute++) {
        for (int i = 0; i < 700; i++, made++)
            deny(3, (uint32_t)(draw() % 64), (uint32_t)(draw() % 64));
        for (int i = 0; i < 3; i++, crashes++)
            record(RECORD_FAULT, "app-4", FAULT_PAGE, draw());
        if (minute == 700)
            deny(5, 1, 1); // somebody else does something once
        look();
        now += 60 * SECOND;
    }
    now += 2 * BOOK_REST; // until the last counts are told
    look();
    fetch(&j);
    CHECK(find(&j, JOURNAL_BOOT, "vault", &e) && e.sequence == 1);
    CHECK(find(&j, JOURNAL_APPROVAL, "wallet", &e) && e.sequence == 2);
    CHECK(j.count < 200);
    CHECK_EQ(counted(&j, JOURNAL_DENIAL, "app-3", &entries), made);
    CHECK(entries >= BOOK_BURST && entries <= BOOK_SHARE + 26);
    CHECK(find(&j, JOURNAL_DENIAL, "app-5", &e) && (e.present >> JOURNAL_COUNT & 1) == 0);
    CHECK_EQ(counted(&j, JOURNAL_FAULT, "app-4", &entries), crashes);
    CHECK(entries <= BOOK_SHARE + 26);
}

// A short flood: the first entries at once, the count of the rest a second later, then ever later.
static void test_pauses(void)
{
    static const nsec_t at[] = {0, 1, 3, 7, 15, 31};
    nsec_t begin;
    fresh();
    begin = now;
    for (size_t i = 0; i < sizeof at / sizeof at[0]; i++) {
        uint64_t before = book.first + book.count;
        now = begin + at[i] * SECOND - 1;
        book_tick(&book, now);
        CHECK_EQ(book.first + book.count, before);
        now++;
        book_tick(&book, now);
        CHECK_EQ(book.first + book.count, i ? before + 1 : before);
        for (unsigned n = 0; n < 100; n++) {
            deny(3, 7, 34);
            look();
        }
        CHECK_EQ(book.first + book.count, i ? before + 1 : before + BOOK_BURST);
    }
}

// More names than are told apart: they share what there is, and are counted all the same.
static void test_many_names(void)
{
    static struct journal j;
    char name[JOURNAL_NAME + 1];
    fresh();
    for (unsigned i = 0; i < 3 * BOOK_TALKERS; i++)
        for (unsigned n = 0; n < 20; n++) {
            struct journal_entry made = {.kind = JOURNAL_DENIAL};
            journal_who(&made, name, (size_t)snprintf(name, sizeof name, "app %u", i));
            book_noise(&book, &made, now);
        }
    CHECK(book.first + book.count <= 1 + BOOK_TALKERS * BOOK_BURST);
    for (int hour = 0; hour < 3; hour++) {
        now += BOOK_REST;
        book_tick(&book, now);
    }
    for (unsigned i = 0; i < BOOK_TALKERS; i++)
        CHECK_EQ(book.talkers[i].untold, 0);
    fetch(&j);
    CHECK_EQ(j.count, BOOK_ENTRIES);
    // Rested, each has all of its entries again.
    now += BOOK_SHARE * BOOK_REST;
    uint64_t next = book.first + book.count;
    for (unsigned n = 0; n < 2 * BOOK_BURST; n++) {
        struct journal_entry made = {.kind = JOURNAL_FAULT};
        journal_who(&made, "app 7", 5);
        book_noise(&book, &made, now);
    }
    CHECK_EQ(book.first + book.count, next + BOOK_BURST);
}

// The oldest leave; what is left verifies, and follows what was exported before.
static void test_bound(void)
{
    static struct journal j, before;
    static uint8_t earlier[FILE_MAX];
    static struct evidence_work other;
    struct journal_check check;
    uint64_t lost;
    bool anew;
    fresh();
    for (unsigned i = 1; i <= 3 * BOOK_ENTRIES; i++) {
        add(i % 2 ? JOURNAL_APPROVAL : JOURNAL_REFUSAL, "wallet", "payment");
        now = draw() % 5 ? now + draw() % SECOND : now - SECOND; // K3
        if (i != BOOK_ENTRIES + 100 && i % 300)
            continue;
        fetch(&j);
        CHECK_EQ(j.head.journal.first + j.count, i + 1);
        if (i != BOOK_ENTRIES + 100)
            continue;
        memcpy(earlier, file, file_size);
        CHECK_EQ(journal_verify(earlier, file_size, &other, &before, &check), ERR_OK);
    }
    fetch(&j);
    CHECK_EQ(j.count, BOOK_ENTRIES);
    CHECK_EQ(journal_compare(&before, &j, &lost, &anew, &check), ERR_OK);
    CHECK_EQ(lost, BOOK_ENTRIES - 100);
    CHECK_EQ(journal_compare(&j, &before, &lost, &anew, &check), ERR_BAD_DATA);
    CHECK_EQ(check.fault, JOURNAL_OLDER);
}

// The journal stops and another run of it begins where this one ended.
static void test_resume(void)
{
    static struct journal before, after;
    static uint8_t earlier[FILE_MAX];
    static struct evidence_work other;
    struct journal_check check;
    struct book_state state;
    uint64_t lost;
    bool anew;
    fresh();
    for (int i = 0; i < 10; i++)
        add(JOURNAL_APPROVAL, "wallet", "payment");
    fetch(&before);
    memcpy(earlier, file, file_size);
    CHECK_EQ(journal_verify(earlier, file_size, &other, &before, &check), ERR_OK);
    book_state(&book, &state);
    CHECK_EQ(state.next, 11);
    memset(&book, 0xee, sizeof book);
    CHECK_EQ(book_resume(&book, &state), ERR_OK);
    now = 0; // a clock that went back is the new run's trouble, not the log's
    add(JOURNAL_STARTED, "journal", "");
    fetch(&after);
    CHECK_EQ(after.head.journal.first, 11);
    CHECK_EQ(journal_compare(&before, &after, &lost, &anew, &check), ERR_OK);
    CHECK(lost == 0 && !anew);
    state.next = 0;
    CHECK_EQ(book_resume(&book, &state), ERR_BAD_DATA);
}

// Questions that are none, and a vault that does not sign.
static void test_questions(void)
{
    uint8_t bytes[64] = {0};
    fresh();
    CHECK_EQ(ask(LOG_ENTRIES, bytes, 4), ERR_OK); // the file of an earlier test is still there
    add(JOURNAL_APPROVAL, "wallet", "payment");
    CHECK_EQ(ask(LOG_HEAD, bytes, 31), ERR_BAD_DATA);
    CHECK_EQ(ask(LOG_HEAD, bytes, 33), ERR_BAD_DATA);
    CHECK_EQ(ask(LOG_ENTRIES, bytes, 5), ERR_BAD_DATA);
    memset(bytes, 0xff, sizeof bytes);
    CHECK_EQ(ask(LOG_ENTRIES, bytes, 4), ERR_BAD_DATA);
    CHECK_EQ(ask(34, bytes, 0), ERR_NOT_FOUND);
    world.vault = ERR_BAD_STATE;
    CHECK_EQ(ask(LOG_HEAD, bytes, 32), ERR_BAD_STATE);
    CHECK_EQ(world.answer_size, 0);
    memset(bytes, 0, sizeof bytes);
    CHECK_EQ(ask(LOG_ENTRIES, bytes, 4), ERR_BAD_STATE); // nothing is left of the file
    world.asked = false;
    CHECK(!export_serve(&book));
}

int main(int argc, char **argv)
{
    dice = test_seed(argc, argv);
    test_heard();
    test_flood();
    test_pauses();
    test_many_names();
    test_bound();
    test_resume();
    test_questions();
    return unit_done();
}
