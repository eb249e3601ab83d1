// SPDX-License-Identifier: GPL-3.0-or-later
// The dialogue without apps: what the console says at boot, how words get in, and what an idle
// console does. Some scenes end with a seed in the vault; each of those runs in a process of its
// own.
#include "abi/boot_info.h"
#include "chain/fake.h"
#include "chain/payment.h"
#include "gen/vault.h"
#include "prompt/prompt.h"
#include "prompt/terminal.h"
#include "tests/unit.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define STEPS(steps) steps, sizeof steps / sizeof *steps

static bool seeded(void)
{
    uint32_t state = 0, network = 0, fingerprint = 0;
    CHECK_EQ(vault_status(&state, &network, &fingerprint), ERR_OK);
    return state != 0;
}

// Play `scene` in a process of its own.
static void apart(void (*scene)(void))
{
    int status = 1;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        unit_failures = 0;
        scene();
        CHECK(fake_output_clean());
        _exit(unit_failures != 0);
    }
    CHECK(child > 0 && waitpid(child, &status, 0) == child);
    CHECK_EQ(status, 0);
}

static void test_boot(void)
{
    prompt_begin();
    CHECK(fake_said("Cella 0.1.0  profile vault  bundle a0a1a2a3a4a5a6a7\r\n"));
    CHECK(fake_said("boot: UEFI, Secure Boot on\r\n"));
    CHECK(fake_said("device key "));
    CHECK(fake_said("device public key "));
    CHECK(fake_said("There is no seed on this device.\r\n"));
    size_t mark = fake.output_size;
    fake.secure_boot = BOOT_SECURE_OFF;
    prompt_begin();
    CHECK(fake_said_since(mark, "boot: UEFI, Secure Boot OFF\r\n"));
    mark = fake.output_size;
    fake.entry = BOOT_DIRECT;
    fake.secure_boot = BOOT_SECURE_NONE;
    prompt_begin();
    CHECK(fake_said_since(mark, "boot: direct (unmeasured)\r\n"));
}

// T1, whatever the rest of the prompt hands over.
static void test_escapes(void)
{
    terminal_text("a\033[2J\x80\r\177\n");
    terminal_field("b\n\007c\0d", 6);
    terminal_span("\0\t", 2);
    terminal_flush();
    CHECK(fake_said("a\\x1b[2J\\x80\\x0d\\x7f\r\nb\\x0a\\x07c\\x00\\x09"));
    CHECK(!terminal_trouble());
    fake.console_broken = true;
    terminal_text("lost");
    terminal_flush();
    CHECK(terminal_trouble()); // T3
    terminal_calm();
    CHECK(!terminal_trouble());
    terminal_discard();
    CHECK(terminal_trouble());
    fake.console_broken = false;
    terminal_number(42, 4, '0');
    terminal_number(UINT64_MAX, 1, ' ');
    terminal_flush();
    CHECK(fake_said("004218446744073709551615"));
}

static void test_no_randomness(void)
{
    fake.entropy_broken = true;
    prompt_begin();
    CHECK(fake_said("No device key: there is not enough randomness."));
    static const struct fake_step steps[] = {
        {"> ",                       "create\r",         false, NULL},
        {"Network: ",                "test\r",           false, NULL},
        {"could not make words",     "",                 false, NULL},
        {"> ",                       "restore\r",        false, NULL},
        {"Network: ",                "test\r",           false, NULL},
        {"words> ",                  PAYMENT_WORDS "\r", false, NULL},
        {"could not take the words", "cancel\r",         false, NULL},
    };
    CHECK(fake_person(STEPS(steps), 2));
    CHECK(!seeded());
}

static void test_commands(void)
{
    static const struct fake_step steps[] = {
        {"> ",                              "\r",        false, NULL},
        {"> ",                              "help\r",    false, NULL},
        {"Type `restore`",                  "\033[A\r",  false, NULL},
        {"> ",
         "rest\x7f\x7f\x7f\x7f"
         "RESTORE\r",                                    false, NULL},
        {"Type `restore`",                  "restore\r", false, NULL},
        {"Network: type `main` or `test`.", "regtest\r", false, NULL},
        {"Network: type `main` or `test`.", "cancel\r",  false, NULL},
    };
    CHECK(fake_person(STEPS(steps), 5));
    CHECK(!seeded());
}

static void test_restore(void)
{
    static char endless[400];
    memset(endless, 'a', sizeof endless - 2);
    endless[sizeof endless - 2] = '\r';
    static const char pasted[] = "\033[200~" PAYMENT_WORDS "\033[201~\r";
    static const char right[] =
        "  ABANDON  abandon abandon abandon abandon abandon abandon abandon "
        "abandon abandon abandonx\x7f  About \r";
    const struct fake_step steps[] = {
        {"> ",                                         "restore\r",             false, NULL},
        {"Network: ",                                  "test\r",                false, NULL},
        {"words> ",                                    "abandon zebro about\r", false, NULL},
        {"Wrong word 2: \"zebro\" is not in the list", NULL,                    false, NULL},
        {"words> ",                                    "abandon\r",             false, NULL},
        {"checksum does not fit",                      NULL,                    false, NULL},
        {"words> ",                                    endless,                 false, NULL},
        {"That line is too long",                      NULL,                    false, NULL},
        {"words> ",                                    pasted,                  false, NULL},
        {"or holds keys other than letters",           NULL,                    false, NULL},
        {"words> ",                                    "\r",                    false, NULL},
        {"words> ",                                    right,                   false, NULL},
        {"The seed is restored. Network: TESTNET.",    NULL,                    false, NULL},
        {"Ready.",                                     NULL,                    false, NULL},
    };
    CHECK(fake_person(STEPS(steps), 2));
    CHECK(seeded());
    // No word was echoed but the one that is none.
    CHECK(!fake_said("abandon") && !fake_said("ABANDON") && fake_said("****"));
    CHECK(!fake_lease_holds("abandon") && !fake_lease_holds("ABANDON")); // P4
}

static void test_restore_main(void)
{
    static const struct fake_step steps[] = {
        {"> ",                                      "restore\r",        false, NULL},
        {"Network: ",                               "main\r",           false, NULL},
        {"words> ",                                 PAYMENT_WORDS "\r", false, NULL},
        {"The seed is restored. Network: MAINNET.", NULL,               false, NULL},
    };
    CHECK(fake_person(STEPS(steps), 2));
    CHECK(seeded());
}

// Words, and a whole restore, may be pasted in one go: nothing typed is lost before there are
// questions.
static void test_paste(void)
{
    static const struct fake_step steps[] = {
        {"> ",                    "restore\r\ntest\r\n" PAYMENT_WORDS "\r\n", false, NULL},
        {"The seed is restored.", NULL,                                       false, NULL},
    };
    CHECK(fake_person(STEPS(steps), 2));
    CHECK(seeded());
}

static char shown[VAULT_CREATE_WORDS_SIZE];

// Read the numbered words off the screen.
static void words_read(void)
{
    const char *at = strstr(fake.output, " 1 ");
    shown[0] = '\0';
    for (int i = 1; i <= 24; i++) {
        char label[16], word[16];
        snprintf(label, sizeof label, "%2d ", i);
        CHECK((at = strstr(at, label)) != NULL);
        CHECK_EQ(sscanf(at + 3, "%15s", word), 1);
        if (i > 1)
            strcat(shown, " ");
        strcat(shown, word);
    }
}

static void type_shown(void)
{
    words_read();
    fake_type(shown);
    fake_type("\r");
}

// One word is another one.
static void type_wrong(void)
{
    char typed[VAULT_CREATE_WORDS_SIZE + 8];
    words_read();
    strcpy(typed, shown);
    char *third = strchr(strchr(typed, ' ') + 1, ' ') + 1;
    *third = *third == 'a' ? 'b' : 'a';
    fake_type(typed);
    fake_type("\r");
}

static void test_create(void)
{
    char first[16];
    static const struct fake_step steps[] = {
        {"> ",                                      "create\r", false, NULL      },
        {"Network: ",                               "test\r",   false, NULL      },
        {"Type your words to confirm.",             NULL,       false, type_wrong},
        {"Word 3 is not the one that was shown.",   NULL,       false, NULL      },
        {"words> ",                                 "\r",       false, NULL      },
        {"Word 1 is not the one",                   NULL,       false, type_shown},
        {"The seed is restored. Network: TESTNET.", NULL,       false, NULL      },
        {"Ready.",                                  NULL,       false, NULL      },
    };
    CHECK(fake_person(STEPS(steps), 2));
    CHECK(seeded());
    snprintf(first, sizeof first, " 1 %.*s", (int)strcspn(shown, " "), shown);
    CHECK(fake_said(first));
}

static void test_create_cancelled(void)
{
    static const struct fake_step steps[] = {
        {"> ",              "create\r", false, NULL      },
        {"Network: ",       "test\r",   false, NULL      },
        {"Type your words", "cancel\r", false, words_read},
        {"> ",              "create\r", false, NULL      },
        {"Network: ",       "cancel\r", false, NULL      },
    };
    CHECK(fake_person(STEPS(steps), 2));
    CHECK(!seeded());
    // The ninth word, as it stood on the screen, is nowhere any more (P4).
    char ninth[16];
    const char *word = shown;
    for (int i = 1; i < 9; i++)
        word = strchr(word, ' ') + 1;
    snprintf(ninth, sizeof ninth, " 9 %.*s", (int)strcspn(word, " "), word);
    CHECK(fake_said(ninth) && !fake_lease_holds(ninth));
}

static void test_idle(void)
{
    static const struct fake_step steps[] = {
        {"",                                   "hello\r",           false, NULL},
        {"Nothing to answer. Type `help`.",    "help\r",            false, NULL},
        {"When an app wants something signed", "\r",                false, NULL},
        {"",                                   "1234\r",            false, NULL},
        {"Nothing to answer.",                 "\033[2J\033[Hok\r", false, NULL},
        {"Nothing to answer.",                 NULL,                false, NULL},
    };
    test_restore_main();
    CHECK(fake_person(STEPS(steps), 12));
    size_t mark = fake.output_size;
    CHECK(fake_person(NULL, 0, 5));
    CHECK_EQ(mark, fake.output_size); // "Ready." once, and then nothing
    prompt_begin();                   // the prompt started again, the vault did not
    CHECK(fake_said_since(mark, "This console has started again."));
    CHECK(fake_said_since(mark, "There is a seed. Network: MAINNET."));
    CHECK(fake_person(NULL, 0, 1));
    CHECK(fake_said_since(mark, "Ready."));
}

// A vault that was started again has lost the seed: the prompt says so and begins anew.
static void test_vault_restarts(void)
{
    static const struct fake_step steps[] = {
        {"The vault has started again: its seed is gone.", NULL, false, NULL},
        {"There is no seed on this device.",               NULL, false, NULL},
        {"> ",                                             "\r", false, NULL},
    };
    test_restore_main();
    fake.vault_fresh = true;
    CHECK(fake_person(STEPS(steps), 2));
}

// A vault that was given up: said once, and whoever has a lower priority gets on.
static void test_vault_gone(void)
{
    static const char said[] = "The vault does not run any more. Restart the device.";
    test_restore_main();
    fake.vault_gone = true;
    nsec_t before = fake.now;
    size_t mark = fake.output_size;
    CHECK(fake_person(NULL, 0, 4));
    CHECK(fake.now - before >= 4 * (nsec_t)PROMPT_LOOK_MS * 1000000);
    CHECK(fake_said_since(mark, said));
    mark = fake.output_size;
    CHECK(fake_person(NULL, 0, 4));
    CHECK(!fake_said_since(mark, said));
}

static void test_console_fails(void)
{
    test_restore_main();
    fake.console_broken = true;
    CHECK(fake_person(NULL, 0, 5));
    fake.console_broken = false;
    static const struct fake_step steps[] = {
        {"",                   "hello\r", false, NULL},
        {"Nothing to answer.", NULL,      false, NULL},
    };
    CHECK(fake_person(STEPS(steps), 3));
}

// ---- what survives power-off

// Restore the test words and keep them under 271828.
static void seed_keep(void)
{
    static const struct fake_step steps[] = {
        {"> ",                               "restore\r",        false, NULL},
        {"Network: ",                        "test\r",           false, NULL},
        {"words> ",                          PAYMENT_WORDS "\r", false, NULL},
        {"Choose a PIN of 6 to 12 digits",   NULL,               false, NULL},
        {"new PIN> ",                        "123456\r",         false, NULL},
        {"again> ",                          "123456\r",         false, NULL},
        {"A PIN has 6 to 12 digits",         NULL,               false, NULL},
        {"new PIN> ",                        "271828\r",         false, NULL},
        {"again> ",                          "271829\r",         false, NULL},
        {"These two differ.",                NULL,               false, NULL},
        {"new PIN> ",                        "271828\r",         false, NULL},
        {"again> ",                          "271828\r",         false, NULL},
        {"The seed is kept under this PIN.", NULL,               false, NULL},
        {"Ready.",                           NULL,               false, NULL},
    };
    fake.flash = true;
    fake_power_on();
    CHECK(fake_person(STEPS(steps), 2));
    CHECK(seeded());
}

static void test_pin(void)
{
    static const struct fake_step steps[] = {
        {"PIN> ",                       "\r",       false, NULL},
        {"Type the digits of your PIN", NULL,       false, NULL},
        {"PIN> ",                       "271829\r", false, NULL},
        {"Wrong PIN. 9 more",           NULL,       false, NULL},
        {"PIN> ",                       "wipe\r",   false, NULL},
        {"Type `wipe` once more",       "no\r",     false, NULL},
        {"Nothing was wiped.",          NULL,       false, NULL},
        {"PIN> ",                       "271828\r", false, NULL},
        {"The seed is open.",           NULL,       false, NULL},
        {"Ready.",                      "words\r",  false, NULL},
        {"PIN> ",                       "271828\r", false, NULL},
        {" 1 abandon",                  NULL,       false, NULL},
        {"12 about",                    "pin\r",    false, NULL},
        {"old PIN> ",                   "271829\r", false, NULL},
        {"new PIN> ",                   "314159\r", false, NULL},
        {"again> ",                     "314159\r", false, NULL},
        {"Wrong PIN. 9 more",           "pin\r",    false, NULL},
        {"old PIN> ",                   "271828\r", false, NULL},
        {"new PIN> ",                   "314159\r", false, NULL},
        {"again> ",                     "314159\r", false, NULL},
        {"The PIN is changed.",         NULL,       false, NULL},
    };
    static const struct fake_step again[] = {
        {"PIN> ",             "271828\r", false, NULL},
        {"Wrong PIN.",        NULL,       false, NULL},
        {"PIN> ",             "314159\r", false, NULL},
        {"The seed is open.", NULL,       false, NULL},
        {"Ready.",            NULL,       false, NULL},
    };
    seed_keep();
    fake_power_on();
    CHECK(!seeded());
    fake_screen_clear();
    prompt_begin();
    CHECK(fake_said("A seed is kept on this device, under a PIN alone"));
    CHECK(fake_said("10 tries are left."));
    CHECK(fake_person(STEPS(steps), 16));
    CHECK(seeded());
    CHECK(!fake_said("271828") && !fake_said("314159")); // never echoed
    CHECK(!fake_lease_holds("314159"));                  // P4
    fake_power_on();
    fake_screen_clear();
    prompt_begin();
    CHECK(fake_person(STEPS(again), 3));
    CHECK(seeded());
}

static void test_pin_limit(void)
{
    seed_keep();
    fake_power_on();
    prompt_begin();
#define WRONG                                                                                      \
    {"PIN> ", "999999\r", false, NULL},                                                            \
    {                                                                                              \
        "Wrong PIN. ", NULL, false, NULL                                                           \
    }
    static const struct fake_step steps[] = {
        WRONG,
        WRONG,
        WRONG,
        WRONG,
        WRONG,
        WRONG,
        WRONG,
        WRONG,
        WRONG,
        {"PIN> ",                            "999999\r",  false, NULL},
        {"one too many",                     NULL,        false, NULL},
        {"There is no seed on this device.", "restore\r", false, NULL},
        {"Network: ",                        "cancel\r",  false, NULL},
    };
    CHECK(fake_person(STEPS(steps), 11));
    CHECK(!seeded());
    fake_power_on();
    size_t mark = fake.output_size;
    prompt_begin();
    CHECK(fake_said_since(mark, "There is no seed on this device."));
}

static void test_wipe(void)
{
    static const struct fake_step steps[] = {
        {"",                                 "wipe\r", false, NULL},
        {"Type `wipe` once more",            "wipe\r", false, NULL},
        {"Everything is wiped.",             NULL,     false, NULL},
        {"There is no seed on this device.", NULL,     false, NULL},
    };
    seed_keep();
    CHECK(fake_person(STEPS(steps), 1));
    CHECK(!seeded());
    fake_power_on();
    CHECK(!seeded());
}

// A vault that crashed is opened again with the PIN, without the words.
static void test_pin_after_crash(void)
{
    static const struct fake_step steps[] = {
        {"The vault has started again: its seed is gone.", NULL,       false, NULL},
        {"A seed is kept on this device",                  NULL,       false, NULL},
        {"PIN> ",                                          "271828\r", false, NULL},
        {"The seed is open.",                              NULL,       false, NULL},
        {"Ready.",                                         NULL,       false, NULL},
    };
    seed_keep();
    fake_power_on();
    CHECK(fake_person(STEPS(steps), 3));
    CHECK(seeded());
}

static void test_skip(void)
{
    static const struct fake_step steps[] = {
        {"> ",                          "restore\r",        false, NULL},
        {"Network: ",                   "test\r",           false, NULL},
        {"words> ",                     PAYMENT_WORDS "\r", false, NULL},
        {"new PIN> ",                   "skip\r",           false, NULL},
        {"kept in memory only",         NULL,               false, NULL},
        {"Ready.",                      "words\r",          false, NULL},
        {"No seed is kept under a PIN", "pin\r",            false, NULL},
        {"Choose a PIN",                "cancel\r",         false, NULL},
        {"kept in memory only",         NULL,               false, NULL},
    };
    fake.flash = true;
    fake_power_on();
    CHECK(fake_person(STEPS(steps), 4));
    CHECK(seeded());
}

int main(void)
{
    fake_start();
    apart(test_boot);
    apart(test_escapes);
    apart(test_no_randomness);
    apart(test_commands);
    apart(test_restore);
    apart(test_restore_main);
    apart(test_paste);
    apart(test_create);
    apart(test_create_cancelled);
    apart(test_idle);
    apart(test_vault_restarts);
    apart(test_vault_gone);
    apart(test_console_fails);
    apart(test_pin);
    apart(test_pin_limit);
    apart(test_wipe);
    apart(test_pin_after_crash);
    apart(test_skip);
    return unit_done();
}
