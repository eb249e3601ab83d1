// SPDX-License-Identifier: GPL-3.0-or-later
// The main job, without the machine: a payment goes from an app through reader and vault to the
// person and comes back as signatures and evidence; and everything that must not get that far does
// not.
#include "abi/boot_info.h"
#include "chain/fake.h"
#include "chain/payment.h"
#include "chain/wallet.h"
#include "format/evidence.h"
#include "format/psbt_request.h"
#include "format/review.h"
#include "format/spend.h"
#include "gen/reader.h"
#include "gen/vault.h"
#include "prompt/prompt.h"
#include "tests/unit.h"

#define STEPS(steps) steps, sizeof steps / sizeof *steps

static struct payment payment;

static void ask(enum payment_mistake mistake)
{
    payment_make(mistake, &payment);
    struct wallet_outcome o = wallet_ask(payment.psbt, payment.size);
    CHECK_EQ(o.err, ERR_OK);
    CHECK_EQ(o.code, 0);
    CHECK_EQ(wallet_result().state, WALLET_WAITING);
}

// ---- bad input: each with its own words

static const struct {
    enum payment_mistake mistake;
    uint32_t code, index;
} refusals[] = {
    {PAYMENT_CUT,                REFUSAL_TRUNCATED,        0},
    {PAYMENT_TRAILING,           REFUSAL_TRAILING,         0},
    {PAYMENT_HALVES_SWAPPED,     REFUSAL_MAGIC,            0},
    {PAYMENT_DUPLICATE_KEY,      REFUSAL_DUPLICATE_KEY,    0},
    {PAYMENT_COIN_TYPE,          REFUSAL_NETWORK,          0},
    {PAYMENT_NO_PREVIOUS,        REFUSAL_PREVIOUS_MISSING, 0},
    {PAYMENT_OTHER_PREVIOUS,     REFUSAL_PREVIOUS_WRONG,   0},
    {PAYMENT_BROKEN_PREVIOUS,    REFUSAL_PREVIOUS_BAD,     0},
    {PAYMENT_NO_SUCH_OUTPUT,     REFUSAL_PREVIOUS_OUTPUT,  0},
    {PAYMENT_AMOUNT,             REFUSAL_AMOUNT_MISMATCH,  0},
    {PAYMENT_SCRIPT,             REFUSAL_SCRIPT_MISMATCH,  0},
    {PAYMENT_NO_PATH,            REFUSAL_PATH_MISSING,     0},
    {PAYMENT_FOREIGN_KEY,        REFUSAL_NOT_OURS,         0},
    {PAYMENT_STOLEN_FINGERPRINT, REFUSAL_KEY_MISMATCH,     0},
    {PAYMENT_SIGHASH,            REFUSAL_SIGHASH,          0},
    {PAYMENT_OVERSPENT,          REFUSAL_OVERSPENT,        0},
    {PAYMENT_SIGNED,             REFUSAL_SIGNED,           0},
    {PAYMENT_DUPLICATE_INPUT,    REFUSAL_DUPLICATE_INPUT,  1},
    {PAYMENT_FALSE_CHANGE,       REFUSAL_CHANGE_MISMATCH,  1},
};

static void test_refusals(void)
{
    const size_t count = sizeof refusals / sizeof *refusals;
    size_t mark = fake.output_size;
    for (size_t i = 0; i < count; i++) {
        payment_make(refusals[i].mistake, &payment);
        struct wallet_outcome o = wallet_ask(payment.psbt, payment.size);
        if (!CHECK(o.err == ERR_OK && o.code == refusals[i].code && o.index == refusals[i].index))
            fprintf(stderr, "    mistake %d: error %u, refusal %u about %u\n", refusals[i].mistake,
                    o.err, o.code, o.index);
        CHECK(refusal_sentence(o.code) != NULL);
        for (size_t j = 0; j < i; j++) // its own words
            CHECK(refusals[j].code != refusals[i].code);
    }
    CHECK_EQ(count, PAYMENT_COUNT - 2);
    CHECK(fake_person(NULL, 0, 3));
    CHECK_EQ(fake.output_size, mark); // none of it reached the person
    CHECK_EQ(reader_begin(1, NETWORK_TEST, PSBT_MAX + 1, wallet_nonce), ERR_TOO_LARGE);
}

// ---- the main job

// The signatures are right for the transaction in the PSBT, and nothing else is in the way of
// broadcasting.
static void signatures_check(uint32_t count)
{
    static struct psbt psbt;
    static struct request r;
    struct refusal why;
    struct sighash_shared shared;
    uint32_t state, network, fingerprint;
    CHECK_EQ(vault_status(&state, &network, &fingerprint), ERR_OK);
    CHECK_EQ(psbt_parse(payment.psbt, payment.size, &psbt, &why), ERR_OK);
    CHECK_EQ(psbt_to_request(&psbt, fingerprint, network, wallet_nonce, &r, &why), ERR_OK);
    sighash_share(&r, &shared);
    CHECK_EQ(count, r.input_count);
    for (uint32_t i = 0; i < count; i++) {
        uint8_t bytes[VAULT_SIGNATURE_DATA_SIZE], key[SECP_PUBLIC_SIZE] = {0};
        size_t size = 0;
        uint32_t input = 99;
        CHECK_EQ(vault_signature(i, bytes, sizeof bytes, &size, &input), ERR_OK);
        CHECK_EQ(input, i);
        if (r.inputs[i].path.kind == COIN_P2WPKH) {
            struct psbt_field field;
            CHECK(psbt_field_find(psbt.inputs[i], PSBT_IN_BIP32_DERIVATION, &field));
            memcpy(key, field.key.at, sizeof key);
        }
        CHECK_EQ(spend_check_signature(&r, &shared, i, key, (struct span){bytes, size}), ERR_OK);
        bytes[10] ^= 1;
        CHECK(spend_check_signature(&r, &shared, i, key, (struct span){bytes, size}) != ERR_OK);
    }
}

// The evidence verifies and says what happened; its text is what stood on the screen.
static void evidence_check(uint64_t sequence)
{
    static uint8_t bytes[EVIDENCE_MAX];
    static struct evidence_work work;
    static struct evidence e;
    static char screen[2 * EVIDENCE_TEXT];
    struct evidence_check check;
    uint8_t key[32], hash[32];
    size_t size = 0, used = 0;
    CHECK_EQ(vault_evidence(bytes, sizeof bytes, &size), ERR_OK);
    if (!CHECK(evidence_verify(bytes, size, &work, &e, &check) == ERR_OK))
        return;
    CHECK_EQ(vault_device_key(key), ERR_OK);
    CHECK_MEM(e.device_key, key, 32);
    request_hash(wallet_request, wallet_request_size, hash);
    CHECK_MEM(e.request, hash, 32);
    CHECK_MEM(e.nonce, wallet_nonce, 32);
    CHECK_EQ(e.sequence, sequence);
    CHECK_EQ(e.entry, fake.entry);
    CHECK_EQ(e.secure_boot, fake.secure_boot);
    CHECK_EQ(e.entropy_test, fake.entropy_test != 0);
    CHECK_EQ(e.bundle[31], 0xa0 + 31);
    CHECK(e.app.length == 6 && memcmp(e.app.text, "wallet", 6) == 0);
    CHECK(e.app_id.length == 6 && memcmp(e.app_id.text, "wallet", 6) == 0);
    CHECK_EQ(e.publisher[0], 0xc0);
    for (uint32_t i = 0; i < e.signature_count; i++) {
        uint8_t signature[VAULT_SIGNATURE_DATA_SIZE];
        uint32_t input;
        CHECK_EQ(vault_signature(i, signature, sizeof signature, &size, &input), ERR_OK);
        CHECK(e.signatures[i].input == input && e.signatures[i].length == size);
        CHECK_MEM(e.signatures[i].bytes, signature, size);
    }
    for (size_t i = 0; i < e.text.length; i++) {
        if (e.text.text[i] == '\n')
            screen[used++] = '\r';
        screen[used++] = e.text.text[i];
    }
    screen[used] = '\0';
    CHECK(fake_said(screen));
}

// The one entry since `count` that the event log has of an answer. It was written before the vault
// was told.
static void recorded(unsigned count, bool approved, const char *text)
{
    const struct fake_entry *e = &fake_journal.entries[count % FAKE_ENTRIES];
    if (!CHECK(fake_journal.count == count + 1))
        return;
    CHECK(e->approved == approved && strcmp(e->app, "wallet") == 0);
    if (!CHECK(strcmp(e->text, text) == 0))
        fprintf(stderr, "    the log says: %s\n", e->text);
    uint8_t hash[REQUEST_HASH_SIZE];
    request_hash(wallet_request, wallet_request_size, hash);
    CHECK_MEM(e->digest, hash, sizeof hash);
    CHECK_EQ(e->approvals + approved, fake_journal.approvals);
}

static void test_payment(void)
{
    unsigned entries = fake_journal.count;
    char address[ADDRESS_TEXT_MAX];
    static const struct fake_step steps[] = {
        {"---- request 1 ----",                     NULL,  false, NULL},
        {"TESTNET",                                 NULL,  false, NULL},
        {"---- end of request 1 ----",              NULL,  false, NULL},
        {"To sign, type the number ",               NULL,  false, NULL},
        {". Anything else refuses.\r\napprove 1> ", "$\r", false, NULL},
        {"Signed.\r\n",                             NULL,  false, NULL},
        {"Ready.\r\n",                              NULL,  false, NULL},
    };
    ask(PAYMENT_GOOD);
    CHECK(fake_person(STEPS(steps), 2));
    CHECK_EQ(fake.discards, 1);
    recorded(entries, true, "payment");
    payment_recipient(address);
    CHECK(fake_said(address));
    CHECK(fake_said("0.00300000") && fake_said("0.00001000"));
    CHECK(fake_said("wallet"));
    CHECK_EQ(wallet_result().state, WALLET_SIGNED);
    signatures_check(wallet_result().signatures);
    evidence_check(1);
    CHECK(fake_output_clean());
}

static void test_direct_boot_evidence(void)
{
    static const struct fake_step steps[] = {
        {"approve 2> ", "$\r", false, NULL},
        {"Signed.",     NULL,  false, NULL}
    };
    fake.entry = BOOT_DIRECT;
    fake.secure_boot = BOOT_SECURE_NONE;
    fake.entropy_test = 1;
    ask(PAYMENT_GOOD);
    CHECK(fake_person(STEPS(steps), 2));
    evidence_check(2);
    fake.entry = BOOT_UEFI;
    fake.secure_boot = BOOT_SECURE_ON;
    fake.entropy_test = 0;
}

// ---- every other answer

static void refused(const struct fake_step *steps, size_t count, uint32_t code)
{
    unsigned entries = fake_journal.count, told = fake_journal.approvals;
    ask(PAYMENT_GOOD);
    CHECK(fake_person(steps, count, 2));
    CHECK_EQ(wallet_result().state, WALLET_REFUSED);
    CHECK_EQ(wallet_result().code, code);
    CHECK_EQ(fake_journal.approvals - told, code == REFUSAL_WRONG_NUMBER);
    fake_journal.approvals = told;
    recorded(entries, false,
             code == REFUSAL_WRONG_NUMBER       ? "payment: another number"
             : code == REFUSAL_PERSON_TIMED_OUT ? "payment: no answer"
             : code == REFUSAL_UNAVAILABLE      ? "payment: the console had trouble"
                                                : "payment");
    CHECK_EQ(wallet_result().signatures, 0);
}

// The same with one step of the person's and what follows from it.
static void refused_when(uint32_t code, const char *expect, const char *keys, bool early,
                         void (*act)(void))
{
    const struct fake_step steps[] = {
        {expect,      keys, early, act },
        {"Refused: ", NULL, false, NULL},
        {"Ready.",    NULL, false, NULL},
    };
    refused(STEPS(steps), code);
}

static void flood(void)
{
    fake.console_lost = 5;
}

static void console_dies(void)
{
    fake.console_broken = true;
}

static void test_answers(void)
{
    static const char *const no[] = {
        "no\r",
        "\r",
        "yes\r",
        "y\r",
        "$$\r",
        " $\r",
        "$ \r",
        "fee\r",
        "$\033\r",
        "\033[A$\r",
        "\033[200~$\033[201~\r",
        "\x02$\r",
        "number\r",
        "approve\r",
        "0\r",
        "\xf0\x9f\x91\x8d$\r",
    };
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        refused_when(REFUSAL_PERSON_SAID_NO, "approve ", no[i], false, NULL);
    refused_when(REFUSAL_WRONG_NUMBER, "approve ", "&\r", false, NULL);
    refused_when(REFUSAL_UNAVAILABLE, "approve ", "$\r", false, flood);
    // Corrected while typing is still typed.
    static const struct fake_step corrected[] = {
        {"approve ", "7\x7f$9\b\r", false, NULL},
        {"Signed.",  NULL,          false, NULL}
    };
    ask(PAYMENT_GOOD);
    CHECK(fake_person(STEPS(corrected), 2));
    CHECK_EQ(wallet_result().state, WALLET_SIGNED);
}

// What was typed before the last line stood there is no answer, not even the right number.
static void test_type_ahead(void)
{
    const char *const early[] = {"$\r", "$\r$\r$\r", "y\r\n\r\n$\r", "$"};
    const char *const lines[] = {"To sign, type the number ", "Anything else refuses."};
    nsec_t before = fake.now;
    for (size_t i = 0; i < 4; i++)
        for (size_t j = 0; j < 2; j++)
            refused_when(REFUSAL_PERSON_TIMED_OUT, lines[j], early[i], true, NULL);
    CHECK(fake.now - before >= 8ull * PROMPT_PATIENCE_SECONDS * 1000000000);
    // Half of it before, half after.
    static const struct fake_step halves[] = {
        {"To sign, type the number ", "$",  true,  NULL},
        {"approve ",                  "\r", false, NULL},
        {"Refused: ",                 NULL, false, NULL}
    };
    refused(STEPS(halves), REFUSAL_PERSON_SAID_NO);
    // A person at the keyboard while nothing is asked.
    static const struct fake_step idle[] = {
        {"", "1234\r\n0000\r\n", false, NULL}
    };
    CHECK(fake_person(STEPS(idle), 1));
    refused_when(REFUSAL_PERSON_SAID_NO, "approve ", "no\r", false, NULL);
}

static void test_time_out(void)
{
    fake_pause();
    fake.at_once = true;
    nsec_t before = fake.now;
    refused_when(REFUSAL_PERSON_TIMED_OUT, "approve ", "", false, NULL);
    fake.at_once = false;
    CHECK(fake.now - before >= (nsec_t)PROMPT_PATIENCE_SECONDS * 1000000000);
    CHECK(fake.now - before < (nsec_t)(PROMPT_PATIENCE_SECONDS + 5) * 1000000000);
    refused_when(REFUSAL_PERSON_TIMED_OUT, "approve ", "$", false, NULL); // no Enter
}

static void test_console_dies(void)
{
    static const struct fake_step steps[] = {
        {"approve ", "$\r", false, console_dies}
    };
    ask(PAYMENT_GOOD);
    CHECK(fake_person(STEPS(steps), 2));
    fake.console_broken = false;
    CHECK_EQ(wallet_result().state, WALLET_REFUSED);
    CHECK_EQ(wallet_result().code, REFUSAL_UNAVAILABLE);
}

// A log that does not work: the person is told, and the answer counts.
static void test_no_log(void)
{
    static const struct fake_step steps[] = {
        {"approve ",                     "$\r", false, NULL},
        {"This is NOT in the event log", NULL,  false, NULL},
        {"Signed.",                      NULL,  false, NULL}
    };
    fake_journal.broken = true;
    ask(PAYMENT_GOOD);
    CHECK(fake_person(STEPS(steps), 2));
    CHECK_EQ(wallet_result().state, WALLET_SIGNED);
    fake_journal.broken = false;
}

// ---- the fee word

static void test_fee(void)
{
    static const struct fake_step yes[] = {
        {"The fee is high. To go on, type `fee`.", NULL,      false, NULL},
        {"fee ",                                   "fee\r\n", false, NULL},
        {"To sign, type the number ",              NULL,      false, NULL},
        {"approve ",                               "$\r",     false, NULL},
        {"Signed.",                                NULL,      false, NULL},
    };
    ask(PAYMENT_HIGH_FEE);
    CHECK(fake_person(STEPS(yes), 2));
    CHECK_EQ(wallet_result().state, WALLET_SIGNED);
    signatures_check(wallet_result().signatures);
    static const char *const no[] = {"no\r", "\r", "Fee\r", "fee \r", "1234\r", "fee\033[m\r"};
    for (size_t i = 0; i < 6; i++) {
        const struct fake_step steps[] = {
            {"fee ",      no[i], false, NULL},
            {"Refused: ", NULL,  false, NULL}
        };
        size_t mark = fake.output_size;
        ask(PAYMENT_HIGH_FEE);
        CHECK(fake_person(STEPS(steps), 2));
        CHECK_EQ(wallet_result().code, REFUSAL_PERSON_SAID_NO);
        CHECK(!fake_said_since(mark, "To sign, type the number")); // the number never stood there
    }
    // Word and number in one go: the number came too early.
    static const struct fake_step hasty[] = {
        {"fee ",      "fee\r0000\r", false, NULL},
        {"Refused: ", NULL,          false, NULL}
    };
    ask(PAYMENT_HIGH_FEE);
    CHECK(fake_person(STEPS(hasty), 2));
    CHECK_EQ(wallet_result().code, REFUSAL_PERSON_TIMED_OUT);
}

// ---- withdrawn while the person looks

static void wallet_cancels(void)
{
    uint64_t self = fake.self;
    fake.self = FAKE_WALLET;
    CHECK_EQ(vault_cancel(), ERR_OK);
    fake.self = self;
}

// Takes the question back and asks another one in its place.
static void wallet_swaps(void)
{
    uint64_t self = fake.self;
    fake.self = FAKE_WALLET;
    CHECK_EQ(vault_cancel(), ERR_OK);
    ask(PAYMENT_HIGH_FEE);
    fake.self = self;
}

static void test_withdrawn(void)
{
    static const struct fake_step gone[] = {
        {"approve ",  "",   false, wallet_cancels},
        {"Refused: ", NULL, false, NULL          },
        {"Ready.",    NULL, false, NULL          }
    };
    fake_pause();
    fake.at_once = true;
    nsec_t before = fake.now;
    ask(PAYMENT_GOOD);
    CHECK(fake_person(STEPS(gone), 2));
    fake.at_once = false;
    CHECK(fake.now - before < 10ull * 1000000000); // noticed at once, not after ten minutes
    CHECK_EQ(wallet_result().state, 0);
    // The right number for a question that is not the pending one any more signs nothing.
    static const struct fake_step swap[] = {
        {"approve ",         "$\r",  false, wallet_swaps},
        {"Refused: ",        NULL,   false, NULL        },
        {"The fee is high.", "no\r", false, NULL        },
        {"Refused: ",        NULL,   false, NULL        }
    };
    ask(PAYMENT_GOOD);
    CHECK(fake_person(STEPS(swap), 3));
    CHECK_EQ(wallet_result().state, WALLET_REFUSED);
    CHECK_EQ(wallet_result().signatures, 0);
}

// ---- hostile apps

// An app whose name would fake the end of a dialogue: it stays a piece of one line, escaped.
static void test_forged_name(void)
{
    static const struct fake_step steps[] = {
        {"approve ",  "no\r", false, NULL},
        {"Refused: ", NULL,   false, NULL}
    };
    uint8_t publisher[32];
    size_t mark = fake.output_size;
    memset(publisher, FAKE_OTHER_PUBLISHER, sizeof publisher);
    payment_keys(publisher, "wallet");
    fake.self = FAKE_OTHER;
    ask(PAYMENT_GOOD);
    CHECK(fake_person(STEPS(steps), 2));
    CHECK(fake_said_since(mark, "x\\x0d\\x0aSigned.\\x0d\\x0a\\x1b[2J> "));
    CHECK(!fake_said_since(mark, "\r\nSigned."));
    CHECK(fake_output_clean());
    CHECK_EQ(vault_cancel(), ERR_OK);
    fake.self = FAKE_WALLET;
}

// The wallet announces one payment and submits another: the console shows what would be signed.
static void test_switched_payment(void)
{
    static const struct fake_step steps[] = {
        {"approve ",  "no\r", false, NULL},
        {"Refused: ", NULL,   false, NULL}
    };
    char address[ADDRESS_TEXT_MAX], text[ADDRESS_TEXT_MAX];
    static struct request r;
    static uint8_t evil[REQUEST_MAX];
    struct refusal why;
    uint8_t script[ADDRESS_SCRIPT_MAX];
    static const uint8_t thief[PROGRAM_MAX] = {0x66, 0x66};
    size_t size = 0, mark = fake.output_size;
    struct wallet_outcome o = {0};
    payment_make(PAYMENT_GOOD, &payment);
    CHECK_EQ(wallet_ask(payment.psbt, payment.size).code, 0);
    CHECK_EQ(vault_cancel(), ERR_OK);
    CHECK_EQ(request_decode(wallet_request, wallet_request_size, &r, &why), ERR_OK);
    coin_script(COIN_P2WPKH, thief, script, &size);
    r.outputs[0].script = (struct span){script, size};
    CHECK_EQ(address_of_script(r.outputs[0].script, NETWORK_TEST, text), ERR_OK);
    CHECK_EQ(request_encode(&r, evil, sizeof evil, &size, &why), ERR_OK);
    CHECK_EQ(
        reader_begin(payment_fingerprint(), NETWORK_TEST, (uint32_t)payment.size, wallet_nonce),
        ERR_OK);
    CHECK_EQ(reader_append(payment.psbt, payment.size), ERR_OK);
    uint32_t length, previous = 0;
    CHECK_EQ(reader_finish(&o.code, &o.index, &length, &previous), ERR_OK);
    CHECK_EQ(vault_offer(evil, size, &o.code, &o.index), ERR_OK);
    o = wallet_bring(previous);
    CHECK_EQ(o.code, 0);
    fake_pause();
    CHECK_EQ(vault_ask(&o.code, &o.index), ERR_OK);
    CHECK(fake_person(STEPS(steps), 2));
    payment_recipient(address);
    CHECK(fake_said_since(mark, text));
    CHECK(!fake_said_since(mark, address));
    CHECK_EQ(reader_end(), ERR_OK);
}

int main(void)
{
    static const uint8_t publisher[32] = {0xc0, 0xde, 0x56, 0x78, [28] = 0xce, 0x11, 0xa0, 0x01};
    fake_start();
    payment_keys(publisher, "wallet");
    CHECK(fake_restore("test\r", 2));
    fake.self = FAKE_WALLET;
    test_refusals();
    test_payment();
    test_direct_boot_evidence();
    test_answers();
    test_type_ahead();
    test_time_out();
    test_console_dies();
    test_no_log();
    test_fee();
    test_withdrawn();
    test_switched_payment();
    test_forged_name();
    return unit_done();
}
