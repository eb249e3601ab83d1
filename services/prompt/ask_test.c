// SPDX-License-Identifier: GPL-3.0-or-later
// What the person sees of an app that is to be installed, replaced, or is taken back. The vault and
// the device's own chain are the real ones.
#include "chain/fake.h"
#include "chain/payment.h"
#include "format/register.h"
#include "gen/vault.h"
#include "prompt/prompt.h"
#include "tests/unit.h"

#define STEPS(steps) steps, sizeof steps / sizeof *steps

// Numbers of abi/*.idl.
enum { VAULT = 7, LOG = 3, STATUS = 1, ACCOUNT = 2, OFFER = 3, WRITE = 1 };
#define BIT(n) (UINT64_C(1) << (n))

static const char words[] = "Nobody but YOU vouches for it";
static const uint8_t code_root[32] = {0xc0, 0xde};

static void seed(void)
{
    static const struct fake_step steps[] = {
        {"> ",        "apps\r",           false, NULL},
        {"No app is", "restore\r",        false, NULL},
        {"Network: ", "test\r",           false, NULL},
        {"words> ",   PAYMENT_WORDS "\r", false, NULL},
        {"Ready.",    NULL,               false, NULL},
    };
    prompt_begin();
    CHECK(fake_person(STEPS(steps), 4));
}

static struct question *question(uint32_t kind)
{
    struct question *q = &fake_steward.question;
    *q = (struct question){
        .kind = kind,
        .name = "hello",
        .version = "2.0",
        .publisher = {0x77 },
        .code_root = { 0xc0, 0xde},
        .number = 2,
        .pages = 10
    };
    if (kind == QUESTION_UPDATE) {
        strcpy(q->replaced, "1.0");
        q->pages_before = 10;
    }
    fake_steward.open = true;
    return q;
}

// It is shown; the person says no.
static void shown(const char *title)
{
    const struct fake_step steps[] = {
        {title,     NULL,   false, NULL},
        {"allow ",  "no\r", false, NULL},
        {"Refused", NULL,   false, NULL},
    };
    fake_screen_clear();
    CHECK(fake_person(STEPS(steps), 2));
    CHECK_EQ(fake_steward.answer, QUESTION_NO);
}

static void test_install(void)
{
    struct question *q = question(QUESTION_INSTALL);
    q->grant_count = 1;
    q->grants[0] = (struct question_grant){.service = VAULT, .methods = BIT(STATUS)};
    shown("Install the app hello, version 2.0\r\n");
    CHECK(fake_said("publisher 420f 22f0 ") && fake_said(", NEW: no app of this publisher"));
    CHECK(fake_said("It gets 40 KiB of memory.\r\nIt may:\r\n  vault status:"));
    CHECK(!fake_said("Nothing new") && !fake_said("In all") && !fake_said(words));
}

static void test_nothing_new(void)
{
    struct question *q = question(QUESTION_UPDATE);
    q->grant_count = 2;
    q->grants[0] = (struct question_grant){
        .service = VAULT, .methods = BIT(STATUS), .methods_before = BIT(STATUS) | BIT(OFFER)};
    q->grants[1] = (struct question_grant){.service = LOG, .consent_before = BIT(WRITE)};
    shown("Replace the app hello, version 1.0, by version 2.0\r\n");
    CHECK(fake_said(", the same as before\r\nNothing new is asked for.\r\nIt may no longer:\r\n"
                    "  vault offer:"));
    CHECK(fake_said("It may no longer ask you for:\r\n  log write:"));
    CHECK(fake_said("In all it gets 40 KiB of memory.\r\nIn all it may:\r\n  vault status:"));
    CHECK(!fake_said("NEW"));
}

static void test_new(void)
{
    struct question *q = question(QUESTION_UPDATE);
    q->grant_count = 2;
    q->grants[0] = (struct question_grant){.service = LOG, .consent = BIT(WRITE)};
    q->grants[1] = (struct question_grant){.service = VAULT,
                                           .methods = BIT(STATUS) | BIT(OFFER),
                                           .consent = BIT(ACCOUNT),
                                           .methods_before = BIT(STATUS),
                                           .consent_before = BIT(ACCOUNT)};
    q->pages = 11;
    shown("NEW in this version: 44 KiB of memory, not 40 KiB.\r\n"
          "NEW in this version, it may:\r\n  vault offer:");
    CHECK(fake_said("NEW in this version, it may ask you later for:\r\n  log write:"));
    CHECK(fake_said("In all it gets 44 KiB of memory.\r\nIn all it may:\r\n  vault status:"));
    CHECK(!fake_said("Nothing new") && !fake_said("no longer"));
    // From asking to doing without asking is new, too.
    q = question(QUESTION_UPDATE);
    q->grant_count = 1;
    q->grants[0] = (struct question_grant){
        .service = VAULT, .methods = BIT(ACCOUNT), .consent_before = BIT(ACCOUNT)};
    shown("NEW in this version, it may:\r\n  vault account:");
    q = question(QUESTION_UPDATE);
    q->pages_before = 9;
    shown("NEW in this version: 40 KiB of memory, not 36 KiB.\r\n");
    CHECK(fake_said("It may call nobody.") && !fake_said("Nothing new"));
}

static struct program_register program(uint64_t version)
{
    return (struct program_register){
        .name = "hello",
        .version = version,
        .architecture = PROGRAM_X86_64,
        .size = 4096,
        .code_root = {0xc0, 0xde},
        .package_root = {0xfa, 0xce}
    };
}

static uint32_t offer(uint64_t version)
{
    uint8_t value[VAULT_OFFER_PROGRAM_VALUE_SIZE];
    size_t size = 0;
    uint32_t code = 9;
    const struct program_register p = program(version);
    CHECK_EQ(program_encode(&p, value, sizeof value, &size), ERR_OK);
    CHECK_EQ(vault_offer_program(value, size, &code), ERR_OK);
    return code;
}

static void own_id(uint8_t id[32])
{
    uint8_t value[REGISTER_VALUE];
    size_t size;
    CHECK_EQ(vault_own_program(0, id, value, sizeof value, &size), ERR_OK);
}

static uint32_t word(const uint8_t publisher[32], const char *name, uint8_t first, uint64_t version)
{
    uint8_t padded[32] = {0}, root[32] = {first, 0xde};
    uint32_t out = 9;
    memcpy(padded, name, strlen(name));
    CHECK_EQ(vault_own_word(publisher, padded, root, version, &out), ERR_OK);
    return out;
}

// A program of nobody's: on the person's word, and what a false word looks like.
static void test_own(void)
{
    static const struct fake_step yes[] = {
        {"vouch ",  "$\r", false, NULL},
        {"Signed.", NULL,  false, NULL},
    };
    uint8_t id[32];
    CHECK_EQ(offer(2), 0);
    CHECK(fake_person(STEPS(yes), 2));
    own_id(id);
    memcpy(question(QUESTION_INSTALL)->publisher, id, 32);
    shown(words);
    CHECK(!fake_said("publisher ") || fake_said("it has no publisher"));
    CHECK(!fake_said("NEW: no app"));
    CHECK_EQ(word(id, "hello", 0xc0, 2), 1);
    CHECK_EQ(word(id, "hello", 0xc1, 2), 2);
    CHECK_EQ(word(id, "hello", 0xc0, 1), 2);
    CHECK_EQ(word(id, "other", 0xc0, 2), 2);
    CHECK_EQ(word(code_root, "hello", 0xc0, 2), 0);
    struct question *q = question(QUESTION_INSTALL);
    memcpy(q->publisher, id, 32);
    q->code_root[1] = 0; // other code under the same name
    shown("It is offered as YOURS, and you did NOT vouch for it: refuse.");
    CHECK(!fake_said(words));
    q = question(QUESTION_REMOVE);
    memcpy(q->publisher, id, 32);
    q->code_root[1] = 0;
    shown(words);
}

static void app(unsigned place, const char *name, const uint8_t publisher[32], bool runs)
{
    memset(&fake_steward.apps[place], 0, sizeof fake_steward.apps[place]);
    strcpy(fake_steward.apps[place].name, name);
    strcpy(fake_steward.apps[place].version, "2.0");
    memcpy(fake_steward.apps[place].publisher, publisher, 32);
    fake_steward.apps[place].number = 2;
    fake_steward.apps[place].runs = runs;
}

static void command(const char *typed, const char *said)
{
    const struct fake_step steps[] = {
        {"",   typed, false, NULL},
        {said, NULL,  false, NULL},
    };
    fake_screen_clear();
    CHECK(fake_person(STEPS(steps), 2));
}

static void test_apps(void)
{
    static const uint8_t somebody[32] = {0x77};
    uint8_t id[32];
    own_id(id);
    app(0, "hello", id, true);
    app(1, "notes", somebody, false);
    command("apps\r", "Installed:\r\n  hello 2.0, runs, nobody but you vouches for it\r\n"
                      "  notes 2.0, has stopped, publisher 420f 22f0 ");
    CHECK(
        fake_said("Your word, until this device is switched off:\r\n  hello, version number 2\r"));
}

static void test_refuse(void)
{
    uint8_t id[32];
    own_id(id);
    const unsigned written = fake_journal.count;
    command("refuse\r", "Nothing to answer.");
    command("refuse \r", "Type `refuse` and the name");
    command("refuse 0123456789012345678901234567890123\r", "Type `refuse` and the name");
    command("refuse nobody\r", "No program of this name is installed");
    command("refuse hello \r", "No program of this name is installed");
    CHECK_EQ(fake_journal.count, written);
    fake_steward.busy = 3; // what it lent is in use for a moment
    command("refuse hello\r", "Refused: hello up to version number 2. It has been stopped");
    CHECK_EQ(fake_journal.count, written + 1);
    const struct fake_entry *e = &fake_journal.entries[written];
    CHECK(e->approved && strcmp(e->app, "hello") == 0);
    CHECK(strcmp(e->text, "refuse all up to version 2") == 0);
    CHECK_EQ(word(id, "hello", 0xc0, 2), 2);
    CHECK(offer(2) != 0); // and it is not asked about again
    // Somebody else's: nothing was said of it before, and nothing else stands in its way now.
    command("refuse notes\r", "Refused: notes up to version number 2. It has been stopped");
    command("apps\r", "No app is installed.\r\nYour word");
    CHECK(fake_said("  hello, refused up to version number 2\r\n"
                    "  notes, refused up to version number 2\r\n"));
    command("refuse hello\r", "Refused: hello up to version number 2. It was not installed.");
    fake_steward.busy = 1000;
    command("refuse hello\r", "It could NOT be stopped: restart the device.");
    fake_steward.busy = 0;
}

// The device's chain has room for so much, and less for what is offered than for refusals.
static void test_full(void)
{
    static const uint8_t somebody[32] = {0x77};
    char line[32], name[8] = "app0";
    unsigned said = 0;
    for (char c = 'a'; said < 100; c++, said++) {
        name[3] = c;
        app(0, name, somebody, true);
        (void)snprintf(line, sizeof line, "refuse %s\r", name);
        command(line, "It has been stopped and removed.\r\n");
        if (fake_said("There is no room to remember that"))
            break;
    }
    CHECK(said > 20 && said < 32); // a chain speaks of 32 programs
}

static void test_no_seed(void)
{
    static const uint8_t somebody[32] = {0x77};
    static const struct fake_step steps[] = {
        {"> ",                  "refuse notes\r", false, NULL},
        {"stopped and removed", NULL,             false, NULL},
        {"There is no seed",    "apps\r",         false, NULL},
        {"No app is",           NULL,             false, NULL},
    };
    CHECK_EQ(vault_forget(), ERR_OK);
    prompt_begin();
    app(0, "notes", somebody, true);
    CHECK(fake_person(STEPS(steps), 3));
}

int main(void)
{
    fake_start();
    seed();
    test_install();
    test_nothing_new();
    test_new();
    test_own();
    test_apps();
    test_refuse();
    test_full();
    test_no_seed();
    CHECK(fake_output_clean());
    return unit_done();
}
