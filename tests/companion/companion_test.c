// SPDX-License-Identifier: GPL-3.0-or-later
// The host's commands against a played device (device.c), as a person calls them: exit code, what
// is printed, which files appear.
#include "apps/wallet/wallet.h"
#include "format/fingerprint.h"
#include "format/psbt.h"
#include "tests/companion/command.h"
#include "tests/companion/device.h"
#include "tests/companion/signer.h"
#include "tests/unit.h"
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SIGN = 60000 };

#define NONCE "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static void payment_put(const char *name, uint64_t amount, size_t padding)
{
    size_t size;
    const uint8_t *psbt = signer_payment(amount, padding, &size);
    file_put(name, psbt, size);
}

static void files_forget(void)
{
    unlink("out.psbt");
    unlink("evidence");
}

// Sign in.psbt against a device with this accident; 0 and files, or none.
static int sign_with(struct accident accident, const char *options)
{
    files_forget();
    pid_t device = device_play("link.sock", &accident);
    int code =
        cella("wallet sign in.psbt out.psbt --evidence evidence --device link.sock%s", options);
    device_end(device);
    CHECK_EQ(file_there("out.psbt"), code == 0);
    CHECK_EQ(file_there("evidence"), code == 0);
    return code;
}

static void key_enroll(void)
{
    FILE *f = fopen("keys", "w");
    signer_play();
    for (size_t i = 0; f && i < sizeof services.key; i++)
        fprintf(f, "%02x", services.key[i]);
    if (f)
        fclose(f);
}

static void test_status(void)
{
    pid_t device = device_play("link.sock", &(struct accident){.prepare = signer_play});
    char fingerprint[FINGERPRINT_TEXT];
    fingerprint_text(services.key, fingerprint);
    CHECK_EQ(cella("status --device link.sock"), 0);
    CHECK(command_says(command_out, "running, idle"));
    CHECK(command_says(command_out, fingerprint));
    CHECK(command_says(command_out, "73c5da0a"));
    CHECK_EQ(cella("status --json --device link.sock"), 0);
    CHECK(command_says(command_out, "\"network\":\"test\""));
    // BIP-84's and BIP-86's own words, on the test network; computed with an independent library.
    CHECK_EQ(cella("wallet address --device link.sock"), 0);
    CHECK(command_says(command_out,
                       "tb1q6rz28mcfaxtmd6v789l9rrlrusdprr9pqcpvkl\n  path m/84'/1'/0'/0/0"));
    CHECK_EQ(cella("wallet address --kind p2tr --index 0 --json --device link.sock"), 0);
    CHECK(command_says(command_out,
                       "tb1p8wpt9v4frpf3tkn0srd97pksgsxc5hs52lafxwru9kgeephvs7rqlqt9zj"));
    CHECK_EQ(cella("wallet xpub --kind p2tr --device link.sock"), 0);
    CHECK(command_says(command_out, services.xpub[1]));
    CHECK_EQ(cella("wallet address --account 1 --device link.sock"), 2); // the played one has one
    device_end(device);
}

static void test_usage(void)
{
    static const char *const wrong[] = {"wallet",
                                        "wallet fly",
                                        "wallet sign one",
                                        "wallet sign a b c",
                                        "wallet sign a b --nonce 12",
                                        "wallet address --kind p2pkh",
                                        "wallet address --index -1",
                                        "wallet address --index",
                                        "wallet xpub --index 1",
                                        "status now",
                                        "status --jsn",
                                        "status --json=1",
                                        "verify",
                                        "status --timeout never",
                                        "wallet sign no-such-file out.psbt",
                                        "verify no-such-file",
                                        "wallet sign in.psbt no/such/folder",
                                        "verify evidence --key no-such-key"};
    CHECK_EQ(sign_with((struct accident){.prepare = signer_play}, ""), 0); // makes the files
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        if (!CHECK(cella("%s", wrong[i]) == 2) || !command_says(command_err, " - "))
            fprintf(stderr, "    of: %s\n", wrong[i]);
        CHECK(command_says(command_err, "cella: "));
        CHECK(command_out[0] == 0);
    }
}

static void slow_person(void)
{
    signer_play();
    services.thinking = 3;
}

static void test_sign(void)
{
    CHECK_EQ(sign_with((struct accident){.prepare = slow_person}, ""), 0);
    CHECK(command_says(command_out, "signed 2 of 2 inputs"));
    CHECK(command_says(command_err, "waiting for the person"));
    CHECK_EQ(cella("verify evidence --key keys"), 0);
    CHECK(command_says(command_out, "continuity"));
    CHECK(command_says(command_out, "a quote (--quote) would show"));
    CHECK_EQ(cella("verify evidence --key keys --psbt out.psbt"), 0);
    CHECK(command_says(command_out, "every amount and address"));
    CHECK_EQ(cella("verify evidence --key keys --psbt in.psbt --json"), 0);
    CHECK(command_says(command_out, "\"psbt\":\"equal\""));
    CHECK_EQ(cella("verify evidence"), 1);
    CHECK(command_says(command_out, "unanchored"));
    file_put("other-keys", "# a friend's\n" NONCE "\n", 2 + 64 + 13);
    CHECK_EQ(cella("verify evidence --key other-keys"), 1);
    CHECK(command_says(command_out, "none of those enrolled"));
    CHECK_EQ(cella("verify evidence --key " NONCE), 1);
    file_put("bad-keys", "12345\n", 6);
    CHECK_EQ(cella("verify evidence --key bad-keys"), 2);
    payment_put("other.psbt", SIGN + 1, 0);
    CHECK_EQ(cella("verify evidence --key keys --psbt other.psbt"), 1);
    CHECK(command_says(command_out, "0.00060000"));
    CHECK(command_says(command_out, "0.00060001"));
    CHECK_EQ(cella("verify evidence --key keys --psbt keys"), 1);
    CHECK(command_says(command_err, "This is no PSBT"));
}

static void test_evidence_damaged(void)
{
    char bytes[COMMAND_OUTPUT_MAX];
    struct stat s;
    CHECK_EQ(sign_with((struct accident){.prepare = signer_play}, ""), 0);
    CHECK_EQ(stat("evidence", &s), 0);
    FILE *f = fopen("evidence", "rb");
    size_t size = f ? fread(bytes, 1, sizeof bytes, f) : 0;
    if (f)
        fclose(f);
    CHECK_EQ(size, s.st_size);
    for (size_t at = 0; at < size; at += size / 16) {
        bytes[at] ^= 4;
        file_put("damaged", bytes, size);
        bytes[at] ^= 4;
        CHECK_EQ(cella("verify damaged --key keys"), 1);
        CHECK(command_says(command_err, "damaged is no valid evidence"));
    }
}

static void test_base64(void)
{
    CHECK_EQ(system("base64 in.psbt > in.b64"), 0);
    files_forget();
    pid_t device = device_play("link.sock", &(struct accident){.prepare = signer_play});
    CHECK_EQ(cella("wallet sign in.b64 out.b64 --device link.sock --nonce " NONCE), 0);
    CHECK_EQ(cella("wallet sign in.psbt out.psbt --device link.sock --nonce " NONCE), 0);
    device_end(device);
    CHECK_EQ(system("base64 -d out.b64 | cmp - out.psbt"), 0);
    file_put("cut.b64", "cHNidP8BA", 9);
    CHECK_EQ(cella("wallet sign cut.b64 out2 --device link.sock"), 2);
    CHECK(command_says(command_err, "base64"));
}

// Refusals: each with its own words, exit 1, and no file.
static void person_no(void)
{
    signer_play();
    services.verdict = SERVICES_REFUSED;
    services.result.code = 80;
}

static void offer_no(void)
{
    signer_play();
    services.offer = (struct services_fault){.code = 42, .index = 1};
}

static void test_refusals(void)
{
    CHECK_EQ(sign_with((struct accident){.prepare = person_no}, ""), 1);
    CHECK(command_says(command_err, "The person refused it on the device"));
    CHECK_EQ(sign_with((struct accident){.prepare = offer_no}, ""), 1);
    CHECK(command_says(command_err, "Input 2 claims this wallet's fingerprint"));
    CHECK(rename("in.psbt", "good.psbt") == 0);
    file_put("in.psbt", "psbt\xff is not all", 17);
    CHECK_EQ(sign_with((struct accident){.prepare = signer_play}, ""), 1);
    CHECK(command_says(command_err, "refused: "));
    file_put("in.psbt", "", 0);
    CHECK_EQ(sign_with((struct accident){.prepare = signer_play}, ""), 1);
    CHECK(command_says(command_err, "ends too early"));
    CHECK_EQ(truncate("in.psbt", (1 << 20) + 1), 0);
    CHECK_EQ(sign_with((struct accident){.prepare = signer_play}, ""), 1);
    CHECK(command_says(command_err, "over 1 MiB"));
    CHECK(rename("good.psbt", "in.psbt") == 0);
}

static void no_seed(void)
{
    signer_play();
    services.seed = 0;
}

static void vault_busy(void)
{
    signer_play();
    services.offer.error = ERR_BUSY;
}

static void reader_dead(void)
{
    signer_play();
    services.finish.error = ERR_PEER_DEAD;
}

static void test_unable(void)
{
    CHECK_EQ(sign_with((struct accident){.prepare = no_seed}, ""), 2);
    CHECK(command_says(command_err, "has no seed"));
    CHECK_EQ(sign_with((struct accident){.prepare = vault_busy}, ""), 2);
    CHECK(command_says(command_err, "busy with another request"));
    CHECK_EQ(sign_with((struct accident){.prepare = reader_dead}, ""), 2);
    CHECK(command_says(command_err, "a program of the device stopped"));
    unlink("link.sock");
    CHECK_EQ(cella("status --device link.sock"), 2);
    CHECK(command_says(command_err, "no device is running"));
    device_end(device_play("link.sock", &(struct accident){0}));
    CHECK_EQ(cella("status --device link.sock"), 2); // a socket that nobody listens at
    CHECK(command_says(command_err, "no device is running"));
    pid_t device = device_play("link.sock", &(struct accident){.prepare = signer_play});
    int lock = open("link.sock.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    CHECK(flock(lock, LOCK_EX | LOCK_NB) == 0);
    CHECK_EQ(cella("status --device link.sock"), 2);
    CHECK(command_says(command_err, "taken by another program"));
    close(lock);
    CHECK_EQ(cella("status --device link.sock"), 0);
    device_end(device);
    CHECK_EQ(sign_with((struct accident){.silent = true}, " --timeout 2"), 2);
    CHECK(command_says(command_err, "does not answer"));
    CHECK_EQ(sign_with((struct accident){.nonsense = true, .prepare = signer_play}, " --timeout 3"),
             2);
    CHECK(command_says(command_err, "makes no sense"));
    CHECK_EQ(sign_with((struct accident){.drop_after = {700}, .gone = true, .prepare = signer_play},
                       " --timeout 2"),
             2);
    CHECK(command_says(command_err, "no device is running"));
}

// A link with accidents that ends in a signature all the same.
static void test_accidents(void)
{
    static const struct accident accidents[] = {
        {.drop_after = {60000, 1, 90000, 200000}},
        {.drop_after = {100000, 100000},          .restart = true},
        {.noise = true                                      },
        {.twice = true},
        {.damage = 60                                      },
        {.swallow = 70},
        {.slow_ms = 3                                      },
    };
    payment_put("in.psbt", SIGN, 400000);
    for (size_t i = 0; i < sizeof accidents / sizeof accidents[0]; i++) {
        struct accident a = accidents[i];
        a.prepare = slow_person;
        if (!CHECK(sign_with(a, "") == 0))
            fprintf(stderr, "    accident %zu: %s\n", i, command_err);
        CHECK_EQ(cella("verify evidence --key keys --psbt out.psbt"), 0);
    }
    payment_put("in.psbt", SIGN, 0);
    struct accident a = {.drop_waiting = true, .prepare = slow_person};
    CHECK_EQ(sign_with(a, ""), 0);
    CHECK(command_says(command_err, "the link dropped and is back"));
    a.restart = true; // the device forgets: it is asked again
    CHECK_EQ(sign_with(a, ""), 0);
}

static uint8_t other_signature[64];

static void (*take)(void);
static void take_and_spoil(void)
{
    take();
    services.signatures[1].bytes = (struct services_bytes){other_signature, 64};
}

static void signature_spoiled(void)
{
    signer_play();
    take = services.finished;
    services.finished = take_and_spoil;
}

static void take_and_forge(void)
{
    static uint8_t copy[COMMAND_OUTPUT_MAX];
    take();
    memcpy(copy, services.evidence.data, services.evidence.size);
    copy[services.evidence.size - 1] ^= 1;
    services.evidence.data = copy;
}

static void evidence_forged(void)
{
    signer_play();
    take = services.finished;
    services.finished = take_and_forge;
}

static void take_and_redirect(void)
{
    services.nonce[0] ^= 1; // what it signs is another request with another nonce
    take();
}

static void nonce_replaced(void)
{
    signer_play();
    take = services.finished;
    services.finished = take_and_redirect;
}

static enum signer_lie lie; // for the playing process

static void lie_begin(void)
{
    signer_play();
    signer_lie = lie;
}

// A device whose evidence speaks about something else than its signatures: the files are not
// written, and who gets such evidence by another way finds it out.
static void test_lies(void)
{
    for (lie = SIGNER_NONCE; lie <= SIGNER_SIGNATURE; lie++) {
        CHECK_EQ(sign_with((struct accident){.prepare = lie_begin}, ""), 1);
        CHECK(command_says(command_err, "evidence is about another request"));
        size_t size;
        const uint8_t *psbt = signer_payment(SIGN, 0, &size);
        lie_begin();
        memcpy(services.psbt, psbt, size);
        services.psbt_size = size;
        services.finished();
        file_put("lie", services.evidence.data, services.evidence.size);
        CHECK_EQ(cella("verify lie --key keys"), 0); // nobody can know
        CHECK_EQ(cella("verify lie --key keys --psbt in.psbt"), 1);
        CHECK(command_says(command_out, lie == SIGNER_SIGNATURE ? "input 2 does not fit"
                                                                : "is not what was signed"));
    }
    signer_lie = SIGNER_HONEST;
}

static void test_liar(void)
{
    CHECK_EQ(sign_with((struct accident){.prepare = signature_spoiled}, ""), 1);
    CHECK(command_says(command_err, "the signature for input 2 does not fit"));
    CHECK_EQ(sign_with((struct accident){.prepare = evidence_forged}, ""), 1);
    CHECK(command_says(command_err, "evidence is not valid"));
    CHECK_EQ(sign_with((struct accident){.prepare = nonce_replaced}, ""), 1);
    CHECK(command_says(command_err, "evidence is about another request"));
}

static void patient_person(void)
{
    signer_play();
    services.thinking = 1000000;
}

static void test_interrupt(void)
{
    char line[] = "wallet sign in.psbt out.psbt --device link.sock";
    files_forget();
    pid_t device = device_play("link.sock", &(struct accident){.prepare = patient_person});
    pid_t command = command_start(line);
    command_await("waiting");
    kill(command, SIGINT);
    CHECK_EQ(command_end(command), 1);
    CHECK(
        command_says(command_err, "given up - nothing was signed; the device forgot the request"));
    CHECK(!file_there("out.psbt"));
    CHECK_EQ(cella("status --device link.sock"), 0);
    CHECK(command_says(command_out, "idle"));
    device_end(device);
}

// Another request is with the person: the second host is told so.
static void test_busy(void)
{
    char line[] = "wallet sign in.psbt out.psbt --device link.sock";
    payment_put("other.psbt", SIGN + 1, 0);
    pid_t device = device_play("link.sock", &(struct accident){.prepare = patient_person});
    pid_t command = command_start(line);
    command_await("waiting");
    kill(command, SIGKILL); // no last word
    (void)command_end(command);
    CHECK_EQ(cella("wallet sign other.psbt out2.psbt --device link.sock"), 2);
    CHECK(command_says(command_err, "busy with another request"));
    device_end(device);
}

// A socket deep in a folder tree: its path does not fit into a socket's address.
static void test_long_path(void)
{
    char deep[512] = "", path[1024], here[256];
    CHECK(getcwd(here, sizeof here) != NULL);
    for (int i = 0; i < 8; i++) {
        strcat(deep, i ? "/a-folder-with-a-long-name" : "a-folder-with-a-long-name");
        CHECK_EQ(mkdir(deep, 0700), 0);
    }
    CHECK_EQ(chdir(deep), 0);
    pid_t device = device_play("link.sock", &(struct accident){.prepare = signer_play});
    CHECK_EQ(chdir(here), 0);
    snprintf(path, sizeof path, "%s/%s/link.sock", here, deep);
    CHECK_EQ(cella("status --device %s", path), 0);
    device_end(device);
}

int main(void)
{
    command_begin();
    key_enroll();
    payment_put("in.psbt", SIGN, 0);
    test_status();
    test_usage();
    test_sign();
    test_evidence_damaged();
    test_base64();
    test_refusals();
    test_unable();
    test_accidents();
    test_liar();
    test_lies();
    test_interrupt();
    test_busy();
    test_long_path();
    command_finish();
    return unit_done();
}
