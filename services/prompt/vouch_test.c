// SPDX-License-Identifier: GPL-3.0-or-later
// What the person sees of a program that nobody vouches for, and what counts as a yes. The real
// vault signs.
#include "chain/fake.h"
#include "chain/payment.h"
#include "format/chain.h"
#include "gen/vault.h"
#include "prompt/prompt.h"
#include "prompt/vouch.h"
#include "tests/unit.h"

#define STEPS(steps) steps, sizeof steps / sizeof *steps

enum { VOUCHED = 2, REFUSED = 3 }; // abi/vault.idl, `vouched`

static uint32_t state(size_t *total)
{
    static uint8_t bytes[1 << 16];
    size_t size = 0;
    uint32_t all = 0, out = 9;
    CHECK_EQ(vault_vouched(0, bytes, sizeof bytes, &size, &all, &out), ERR_OK);
    *total = all;
    return out;
}

static void offer(uint64_t version, uint64_t minimum, bool revoked)
{
    uint8_t value[VAULT_OFFER_PROGRAM_VALUE_SIZE];
    size_t size = 0;
    uint32_t code = 9;
    const struct program_register program = {
        .name = "hello",
        .version = version,
        .architecture = PROGRAM_X86_64,
        .size = 4096,
        .code_root = {0xc0, 0xde},
        .package_root = {0xfa, 0xce},
        .minimum = minimum,
        .revoked = revoked
    };
    fake_pause();
    CHECK_EQ(program_encode(&program, value, sizeof value, &size), ERR_OK);
    CHECK_EQ(vault_offer_program(value, size, &code), ERR_OK);
    CHECK_EQ(code, CHAIN_GOOD);
}

// An offer, and these steps; the state it leads to.
static uint32_t asked(uint64_t version, const struct fake_step *steps, size_t count)
{
    size_t before, after;
    (void)state(&before);
    offer(version, 0, false);
    CHECK(fake_person(steps, count, 2));
    const uint32_t out = state(&after);
    CHECK((after > before) == (out == VOUCHED));
    return out;
}

static void test_yes(void)
{
    static const struct fake_step steps[] = {
        {"NOBODY vouches for the program hello, version number 1\r\n", NULL,  false, NULL},
        {"package face0000",                                           NULL,  false, NULL},
        {"code    c0de0000",                                           NULL,  false, NULL},
        {"nobody can revoke it",                                       NULL,  false, NULL},
        {"vouch 1> ",                                                  "$\r", false, NULL},
        {"Signed.",                                                    NULL,  false, NULL},
    };
    CHECK_EQ(asked(1, STEPS(steps)), VOUCHED);
    CHECK_EQ(vouch_serve(), ERR_NOT_FOUND); // asked once
    const struct fake_entry *e = &fake_journal.entries[fake_journal.count - 1];
    CHECK(e->approved && strcmp(e->app, "hello") == 0 && e->digest[0] == 0xfa);
    CHECK(strcmp(e->text, "vouch for version 1") == 0);
    CHECK_EQ(e->approvals + 1, fake_journal.approvals); // written before it took effect
}

static void test_no(void)
{
    static const struct fake_step no[] = {
        {"vouch ",   "no\r", false, NULL},
        {"Refused.", NULL,   false, NULL},
    };
    static const struct fake_step wrong[] = {
        {"vouch ",   "&\r", false, NULL},
        {"Refused.", NULL,  false, NULL},
    };
    static const struct fake_step early[] = {
        {"Anything else refuses.", "$\r", true,  NULL}, // before it could be read
        {"vouch ",                 "\r",  false, NULL},
        {"Refused.",               NULL,  false, NULL},
    };
    CHECK_EQ(asked(2, STEPS(no)), REFUSED);
    CHECK(!fake_journal.entries[fake_journal.count - 1].approved);
    CHECK_EQ(asked(2, STEPS(wrong)), REFUSED);
    CHECK(!fake_journal.entries[fake_journal.count - 1].approved);
    CHECK_EQ(asked(2, STEPS(early)), REFUSED);
}

static void take_back(void)
{
    CHECK_EQ(vault_withdraw_program(), ERR_OK);
}

static void test_taken_back(void)
{
    static const struct fake_step steps[] = {
        {"vouch ",                      NULL, false, take_back},
        {"The question was taken back", NULL, false, NULL     },
    };
    const unsigned written = fake_journal.count;
    CHECK_EQ(asked(2, STEPS(steps)), 0);
    CHECK_EQ(fake_journal.count, written);
}

// The right number, and the question is gone when it comes: what stands in the event log as a yes
// is followed by a no.
static void test_too_late(void)
{
    static const struct fake_step steps[] = {
        {"vouch ",                      "$\r", false, take_back},
        {"The question was taken back", NULL,  false, NULL     },
    };
    const unsigned written = fake_journal.count;
    CHECK_EQ(asked(2, STEPS(steps)), 0);
    CHECK_EQ(fake_journal.count, written + 2);
    CHECK(fake_journal.entries[written].approved && !fake_journal.entries[written + 1].approved);
    CHECK(strcmp(fake_journal.entries[written + 1].text, "vouch for version 2") == 0);
}

static void test_refusing(void)
{
    static const struct fake_step steps[] = {
        {"Refuse the program hello, version number 3, and all older ones", NULL,  false, NULL},
        {"vouch ",                                                         "$\r", false, NULL},
        {"Signed.",                                                        NULL,  false, NULL},
    };
    size_t total;
    offer(3, 0, true);
    CHECK(fake_person(STEPS(steps), 2));
    CHECK_EQ(state(&total), VOUCHED);
}

// A minimum refuses what is below it, whoever publishes that: it is signed, so it is shown.
static void test_minimum(void)
{
    static const struct fake_step steps[] = {
        {"No version of it below 4 may run here any more, whoever publishes it.\r\n", NULL,  false,
         NULL                                                                                           },
        {"vouch ",                                                                    "$\r", false, NULL},
        {"Signed.",                                                                   NULL,  false, NULL},
    };
    size_t total;
    offer(5, 4, false);
    CHECK(fake_person(STEPS(steps), 2));
    CHECK_EQ(state(&total), VOUCHED);
}

int main(void)
{
    fake_start();
    CHECK(fake_restore("test\r", 3));
    test_yes();
    test_no();
    test_taken_back();
    test_too_late();
    test_refusing();
    test_minimum();
    CHECK(fake_output_clean());
    return unit_done();
}
