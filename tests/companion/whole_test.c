// SPDX-License-Identifier: GPL-3.0-or-later
// The main job without a machine: the host's commands, the link, the wallet, and the system's own
// reader, vault and prompt with a person in front of it (tests/chain/fake.c).
#include "apps/wallet/wallet.h"
#include "chain/fake.h"
#include "chain/payment.h"
#include "format/refusal.h"
#include "prompt/prompt.h"
#include "tests/companion/command.h"
#include "tests/companion/device.h"
#include "tests/unit.h"

#define STEPS(steps) steps, sizeof steps / sizeof *steps

static const uint8_t publisher[32] = {0xc0, 0xde, 0x56, 0x78, [28] = 0xce, 0x11, 0xa0, 0x01};

static void device_boot(void)
{
    static const struct fake_step steps[] = {
        {"> ",        "restore\r",        false, NULL},
        {"Network: ", "test\r",           false, NULL},
        {"words> ",   PAYMENT_WORDS "\r", false, NULL},
        {"Ready.",    NULL,               false, NULL},
    };
    fake_start();
    prompt_begin();
    CHECK(fake_person(STEPS(steps), 2));
    fake.self = FAKE_WALLET;
}

static bool answered; // the question that is open

static void person(uint32_t state, const struct fake_step *steps, size_t count)
{
    if (state == COMPANION_WAITING && !answered)
        CHECK(fake_person(steps, count, 1));
    answered = state == COMPANION_WAITING;
}

static void person_yes(uint32_t state)
{
    static const struct fake_step steps[] = {
        {"approve ", "$\r", false, NULL}
    };
    person(state, STEPS(steps));
}

static void person_no(uint32_t state)
{
    static const struct fake_step steps[] = {
        {"approve ", "no\r", false, NULL}
    };
    person(state, STEPS(steps));
}

static void person_other_number(uint32_t state)
{
    static const struct fake_step steps[] = {
        {"approve ", "&\r", false, NULL}
    };
    person(state, STEPS(steps));
}

static char sign_err[COMMAND_OUTPUT_MAX]; // what the last `wallet sign` said

static int sign(enum payment_mistake mistake, struct accident accident)
{
    struct payment payment;
    payment_make(mistake, &payment);
    file_put("in.psbt", payment.psbt, payment.size);
    remove("out.psbt");
    remove("evidence");
    accident.prepare = device_boot;
    pid_t device = device_play("link.sock", &accident);
    int code = cella("wallet sign in.psbt out.psbt --evidence evidence --device link.sock");
    memcpy(sign_err, command_err, sizeof sign_err);
    CHECK_EQ(file_there("out.psbt"), code == 0);
    CHECK_EQ(file_there("evidence"), code == 0);
    if (code == 0) {
        static const char field[] = "\"device_key\":\"";
        CHECK_EQ(cella("status --json --device link.sock"), 0);
        const char *key = strstr(command_out, field);
        if (CHECK(key != NULL))
            file_put("keys", key + sizeof field - 1, 64);
    }
    device_end(device);
    return code;
}

static void test_yes(void)
{
    char recipient[ADDRESS_TEXT_MAX];
    payment_recipient(recipient);
    CHECK_EQ(sign(PAYMENT_GOOD, (struct accident){.watch = person_yes}), 0);
    CHECK_EQ(cella("verify evidence --key keys --psbt out.psbt"), 0);
    CHECK(command_says(command_out, recipient));
    CHECK(command_says(command_out, "every amount and address"));
    CHECK_EQ(cella("verify evidence --key keys --psbt in.psbt"), 0);
    struct payment other;
    payment_make(PAYMENT_HIGH_FEE, &other);
    file_put("other.psbt", other.psbt, other.size);
    CHECK_EQ(cella("verify evidence --key keys --psbt other.psbt"), 1);
    CHECK(command_says(command_out, "ANOTHER ONE"));
}

static void test_no(void)
{
    CHECK_EQ(sign(PAYMENT_GOOD, (struct accident){.watch = person_no}), 1);
    CHECK(command_says(sign_err, "refused: The person refused it"));
    CHECK_EQ(sign(PAYMENT_GOOD, (struct accident){.watch = person_other_number}), 1);
    CHECK(command_says(sign_err, "refused: Another number was typed"));
}

// Whatever is wrong with a payment: exit 1, words of its own, no file.
static void test_mistakes(void)
{
    char seen[PAYMENT_COUNT][256] = {0};
    for (enum payment_mistake m = PAYMENT_CUT; m < PAYMENT_COUNT; m++) {
        if (!CHECK(sign(m, (struct accident){.watch = person_yes}) == 1))
            fprintf(stderr, "    mistake %d: %s\n", m, sign_err);
        CHECK(command_says(sign_err, "cella: refused: "));
        snprintf(seen[m], sizeof seen[m], "%s", sign_err);
        for (enum payment_mistake other = PAYMENT_CUT; other < m; other++)
            if (!CHECK(strcmp(seen[m], seen[other]) != 0))
                fprintf(stderr, "    mistakes %d and %d: %s\n", other, m, sign_err);
    }
}

// The link drops while the device receives, and while the person is asked.
static void test_drops(void)
{
    CHECK_EQ(sign(PAYMENT_GOOD,
                  (struct accident){
                      .watch = person_yes, .drop_after = {300, 300}
    }),
             0);
    CHECK(command_says(sign_err, "the link dropped and is back"));
    CHECK_EQ(sign(PAYMENT_GOOD, (struct accident){.watch = person_yes, .drop_waiting = true}), 0);
    CHECK_EQ(cella("verify evidence --key keys --psbt out.psbt"), 0);
    CHECK_EQ(sign(PAYMENT_GOOD, (struct accident){.watch = person_no, .drop_waiting = true}), 1);
    // The wallet is started anew in the middle: its request is given up, and comes again.
    CHECK_EQ(sign(PAYMENT_GOOD,
                  (struct accident){.watch = person_yes, .drop_after = {600}, .restart = true}),
             0);
}

int main(void)
{
    command_begin();
    payment_keys(publisher, "wallet");
    test_yes();
    test_no();
    test_mistakes();
    test_drops();
    command_finish();
    return unit_done();
}
