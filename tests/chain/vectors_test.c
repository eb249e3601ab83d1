// SPDX-License-Identifier: GPL-3.0-or-later
// The committed vectors, which an independent implementation made, through reader, vault and a
// person: the signatures are those of tests/vectors/signed.txt to the bit, and each PSBT of
// hostile.txt is refused with its own words. Run in the top folder. Randomness is zero here, as the
// vectors want it for BIP-340.
#include "chain/fake.h"
#include "chain/payment.h"
#include "chain/wallet.h"
#include "format/evidence.h"
#include "format/psbt.h"
#include "format/review.h"
#include "gen/vault.h"
#include "prompt/prompt.h"
#include "tests/unit.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { COLUMNS = 7 };

static char line[4 << 20];
static char *column[COLUMNS];
static uint8_t psbt[2 << 20];

// The next line that is no comment, cut into columns.
static bool line_next(FILE *file)
{
    while (fgets(line, sizeof line, file)) {
        if (line[0] == '#')
            continue;
        char *rest = line;
        line[strcspn(line, "\n")] = '\0';
        for (size_t i = 0; i < COLUMNS; i++)
            column[i] = rest ? strsep(&rest, "|") : NULL;
        return true;
    }
    return false;
}

static size_t hex(const char *text, size_t length, uint8_t *out)
{
    size_t size = 0;
    for (; size < length / 2; size++) {
        unsigned byte = 0;
        if (sscanf(text + 2 * size, "%2x", &byte) != 1)
            break;
        out[size] = (uint8_t)byte;
    }
    CHECK_EQ(2 * size, length);
    return size;
}

static void seed(const char *network)
{
    fake.entropy_zero = true;
    CHECK(fake_restore(network, 2));
    fake.self = FAKE_WALLET;
}

static void person_approves(void)
{
    static struct request r;
    struct refusal why;
    static const struct fake_step steps[] = {
        {"fee ",     "fee\r", false, NULL},
        {"approve ", "$\r",   false, NULL},
        {"Signed.",  NULL,    false, NULL},
    };
    CHECK_EQ(request_decode(wallet_request, wallet_request_size, &r, &why), ERR_OK);
    size_t skip = review_needs_fee_word(&r) ? 0 : 1;
    CHECK(fake_person(steps + skip, 3 - skip, 2));
}

// `expected`: signatures in hex, in the order of inputs, with commas between.
static void signatures_compare(char *expected)
{
    struct wallet_standing s = wallet_result();
    CHECK_EQ(s.state, WALLET_SIGNED);
    for (uint32_t i = 0; i < s.signatures; i++) {
        uint8_t wanted[VAULT_SIGNATURE_DATA_SIZE], made[VAULT_SIGNATURE_DATA_SIZE];
        char *text = strsep(&expected, ",");
        size_t size = 0;
        uint32_t input = 0;
        if (!CHECK(text != NULL))
            return;
        size_t length = hex(text, strlen(text), wanted);
        CHECK_EQ(vault_signature(i, made, sizeof made, &size, &input), ERR_OK);
        CHECK_EQ(input, i);
        if (CHECK(size == length))
            CHECK_MEM(made, wanted, size);
    }
    CHECK(expected == NULL);
}

static void evidence_compare(void)
{
    static uint8_t bytes[EVIDENCE_MAX];
    static struct evidence_work work;
    static struct evidence e;
    struct evidence_check check;
    uint8_t hash[32];
    size_t size = 0;
    CHECK_EQ(vault_evidence(bytes, sizeof bytes, &size), ERR_OK);
    CHECK_EQ(evidence_verify(bytes, size, &work, &e, &check), ERR_OK);
    request_hash(wallet_request, wallet_request_size, hash);
    CHECK_MEM(e.request, hash, sizeof hash);
    CHECK_EQ(e.signature_count, wallet_result().signatures);
}

// All vectors of one network.
static void signed_run(const char *network, const char *typed)
{
    FILE *file = fopen("tests/vectors/signed.txt", "r");
    unsigned count = 0;
    if (!CHECK(file != NULL))
        return;
    seed(typed);
    while (line_next(file)) {
        if (strcmp(column[1], network) != 0)
            continue;
        struct wallet_outcome o = wallet_ask(psbt, hex(column[3], strlen(column[3]), psbt));
        if (CHECK(o.err == ERR_OK && o.code == 0)) {
            person_approves();
            signatures_compare(column[4]);
            evidence_compare();
        } else {
            fprintf(stderr, "    %s: error %u, %s\n", column[0], o.err, refusal_name(o.code));
        }
        fake_screen_clear();
        count++;
    }
    fclose(file);
    CHECK(count >= 10);
}

static void test_main_network(void)
{
    signed_run("1", "main\r");
}

static void test_test_network(void)
{
    signed_run("2", "test\r");
}

// The file that `./dev run` submits is the first vector.
static void test_example(void)
{
    static uint8_t example[65536];
    FILE *vectors = fopen("tests/vectors/signed.txt", "r");
    FILE *file = fopen("examples/payment.psbt", "rb");
    if (!CHECK(file && vectors && line_next(vectors)))
        return;
    size_t size = fread(example, 1, sizeof example, file);
    CHECK_EQ(size, hex(column[3], strlen(column[3]), psbt));
    CHECK_MEM(example, psbt, size);
    fclose(file);
    fclose(vectors);
}

static void test_hostile(void)
{
    FILE *file = fopen("tests/vectors/hostile.txt", "r");
    unsigned count = 0;
    if (!CHECK(file != NULL))
        return;
    seed("test\r");
    size_t screen = fake.output_size;
    while (line_next(file)) {
        struct wallet_outcome o = wallet_ask(psbt, hex(column[4], strlen(column[4]), psbt));
        const char *called = o.code ? refusal_name(o.code) : "none";
        if (!CHECK(o.err == ERR_OK && strcmp(called, column[2]) == 0 &&
                   o.index == (uint32_t)strtoul(column[3], NULL, 10)))
            fprintf(stderr, "    %s: error %u, %s about %u\n", column[0], o.err, called, o.index);
        bool by_vault = strcmp(column[1], "vault") == 0;
        CHECK_EQ(wallet_result().state, by_vault ? WALLET_REFUSED : WALLET_NONE);
        CHECK_EQ(wallet_result().signatures, 0);
        CHECK_EQ(vault_cancel(), ERR_OK);
        count++;
    }
    CHECK(fake_person(NULL, 0, 2));
    CHECK_EQ(fake.output_size, screen);
    fclose(file);
    CHECK(count >= 60);
}

// The vault takes one seed in its life: each run in a process of its own.
static void apart(void (*scene)(void))
{
    int status = 1;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        unit_failures = 0;
        scene();
        _exit(unit_failures != 0);
    }
    CHECK(child > 0 && waitpid(child, &status, 0) == child);
    CHECK_EQ(status, 0);
}

int main(void)
{
    fake_start();
    apart(test_example);
    apart(test_main_network);
    apart(test_test_network);
    apart(test_hostile);
    return unit_done();
}
