// SPDX-License-Identifier: GPL-3.0-or-later
// `cella log` against a played device, as a person calls it: exit code, what is printed, which
// files appear; accidents on the link, and devices that show old, foreign or changed logs.
#include "abi/boot_info.h"
#include "crypto/sign.h"
#include "format/bytes_le.h"
#include "format/evidence.h"
#include "format/journal.h"
#include "tests/companion/command.h"
#include "tests/companion/device.h"
#include "tests/companion/line.h"
#include "tests/companion/signer.h"
#include "tests/unit.h"

enum { ENTRIES = 300, FILE_MAX = 1 << 17, HEAD = 32 };

static const uint8_t secret[SIGN_SECRET_SIZE] = {5, 5};
static uint8_t log_bytes[FILE_MAX];
static size_t log_size;
static uint64_t last = ENTRIES, heads = 1;

// What this device does with a question for its log.
static enum {
    PLAY_HONEST,
    PLAY_OLD,     // its head answers another question
    PLAY_CHANGED, // an entry was changed on the way
    PLAY_UNSIGNED,
    PLAY_RESTARTS, // the journal stops after the head
    PLAY_NOBODY,
    PLAY_NONSENSE,
} play;

static void log_make(const uint8_t nonce[EVIDENCE_NONCE])
{
    static struct evidence_work work;
    static uint8_t entries[FILE_MAX];
    uint8_t bytes[JOURNAL_ENTRY_MAX], head[2048];
    size_t size, used = 0, head_size = 0;
    struct evidence e = {
        .type = EVIDENCE_JOURNAL,
        .profile = {"vault",                5},
        .version = {          "1",                     1 },
        .entry = BOOT_UEFI,
        .secure_boot = BOOT_SECURE_ON,
        .sequence = heads,
        .journal = { .first = 1, .count = last,  .time = 1000000000000}
    };
    journal_chain_start(e.journal.boot_id, e.journal.before);
    memcpy(e.journal.last, e.journal.before, sizeof e.journal.last);
    memcpy(e.nonce, nonce, sizeof e.nonce);
    for (uint64_t n = 1; n <= last; n++) {
        struct journal_entry entry = {
            .sequence = n, .time = n * 1000000, .kind = n % 2 ? JOURNAL_APPROVAL : JOURNAL_FAULT};
        journal_who(&entry, "wallet", 6);
        journal_text(&entry, "payment", 7);
        CHECK_EQ(journal_entry_put(&entry, bytes, &size), ERR_OK);
        journal_chain(e.journal.last, bytes, size);
        used += journal_file_entry(entries + used, size);
        memcpy(entries + used, bytes, size);
        used += size;
    }
    CHECK_EQ(sign_public(secret, e.device_key), ERR_OK);
    CHECK_EQ(evidence_sign(&e, secret, &work, head, sizeof head, &head_size), ERR_OK);
    log_size = journal_file_begin(log_bytes, head, head_size, last);
    memcpy(log_bytes + log_size, entries, used);
    log_size += used;
}

static err_t log_answer(uint8_t type, const uint8_t *data, size_t size, struct wallet_answer *out)
{
    static const uint8_t old[EVIDENCE_NONCE] = {1};
    out->length = 4;
    if (play == PLAY_NOBODY)
        return ERR_NOT_FOUND;
    if (type == HEAD) {
        if (play == PLAY_UNSIGNED)
            return ERR_BAD_STATE;
        log_make(play == PLAY_OLD || size != EVIDENCE_NONCE ? old : data);
        if (play == PLAY_CHANGED)
            log_bytes[log_size - 1] ^= 1;
        le32_put(out->data, (uint32_t)log_size);
        return ERR_OK;
    }
    if (play == PLAY_RESTARTS)
        return ERR_BAD_STATE;
    size_t at = le32_get(data), left = log_size - at;
    size_t piece = left < LINK_PAYLOAD_MAX - 4 ? left : LINK_PAYLOAD_MAX - 4;
    le32_put(out->data, play == PLAY_NONSENSE ? UINT32_MAX : (uint32_t)log_size);
    memcpy(out->data + 4, log_bytes + at, piece);
    out->length = 4 + piece;
    return ERR_OK;
}

static void prepare(void)
{
    signer_play();
    line_log = log_answer;
}

static int log_with(struct accident accident, const char *options)
{
    accident.prepare = prepare;
    pid_t device = device_play("link.sock", &accident);
    int code = cella("log%s --device link.sock", options);
    device_end(device);
    return code;
}

static void key_enroll(void)
{
    uint8_t key[SIGN_PUBLIC_SIZE];
    char text[2 * SIGN_PUBLIC_SIZE + 1];
    CHECK_EQ(sign_public(secret, key), ERR_OK);
    for (size_t i = 0; i < sizeof key; i++)
        sprintf(text + 2 * i, "%02x", key[i]);
    file_put("keys", text, sizeof text - 1);
}

static void test_fetch(void)
{
    CHECK_EQ(log_with((struct accident){0}, " --key keys --save a.log"), 0);
    CHECK(command_says(command_out, "log         whole"));
    CHECK(command_says(command_out, "this key is enrolled (keys)"));
    CHECK(command_says(command_out, "entries     1 to 300"));
    CHECK(command_says(command_out, "wallet was allowed by the person: payment"));
    CHECK(file_there("a.log"));
    CHECK_EQ(cella("log verify a.log --key keys"), 0);
    CHECK_EQ(cella("log verify a.log --key keys --json"), 0);
    CHECK(command_says(command_out, "\"count\":300"));
    CHECK_EQ(cella("log verify a.log"), 1);
    CHECK(command_says(command_out, "unanchored: "));
    CHECK(command_says(command_out, "This proves nothing yet"));
    CHECK_EQ(log_with(
                 (struct accident){
                     .drop_after = {60, 200}
    },
                 " --key keys"),
             0);
    CHECK_EQ(log_with((struct accident){.damage = 3, .noise = true}, " --key keys"), 0);
}

static void test_since(void)
{
    last = ENTRIES + 5;
    heads = 2;
    CHECK_EQ(log_with((struct accident){0}, " --key keys --since a.log --save b.log"), 0);
    CHECK(command_says(command_out, "since       a.log: this is what became of it, and nothing"));
    CHECK_EQ(cella("log verify a.log --since b.log --key keys"), 1);
    CHECK(command_says(command_err, "a.log: it is older than the log given with --since"));
    // In the older one's place, but not before it was compared, and not instead of what it is not.
    CHECK_EQ(log_with((struct accident){0}, " --key keys --since b.log --save b.log"), 0);
    last = ENTRIES;
    CHECK_EQ(log_with((struct accident){0}, " --key keys --since b.log --save b.log"), 1);
    CHECK_EQ(cella("log verify b.log --since a.log --key keys"), 0);
    CHECK(command_says(command_out, "entries     1 to 305"));
    CHECK(!file_there("c.log"));
    CHECK_EQ(cella("log verify a.log --since c.log --key keys"), 2);
}

static void test_lies(void)
{
    static const struct {
        int play, code;
        const char *says;
    } lies[] = {
        {PLAY_OLD,      1, "was not signed just now"                          },
        {PLAY_CHANGED,  1, "an entry was changed after it was signed"         },
        {PLAY_UNSIGNED, 2, "the device does not sign this log"                },
        {PLAY_RESTARTS, 2, "journal started again meanwhile - run `cella log`"},
        {PLAY_NOBODY,   2, "no program of the device answers this"            },
        {PLAY_NONSENSE, 2, "the device's answer makes no sense"               },
    };
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        play = (unsigned)lies[i].play;
        CHECK_EQ(log_with((struct accident){0}, " --key keys --save no.log"), lies[i].code);
        CHECK(command_says(command_err, lies[i].says));
        CHECK(!file_there("no.log"));
    }
    play = PLAY_HONEST;
}

static void test_usage(void)
{
    static const char *const wrong[] = {"log verify", "log verify a b", "log check a.log",
                                        "log verify a.log --save b.log"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        CHECK_EQ(cella("%s", wrong[i]), 2);
        CHECK(command_says(command_err, "usage: cella log"));
    }
    CHECK_EQ(cella("log --device nobody.sock"), 2);
    CHECK(command_says(command_err, "no device is running"));
    file_put("text", "hello", 5);
    CHECK_EQ(cella("log verify text"), 1);
    CHECK(command_says(command_err, "text: this is not an event log"));
    CHECK_EQ(cella("verify a.log"), 1);
    CHECK_EQ(cella("log verify a.log --key keys --nonce 00"), 2);
    CHECK(command_says(command_err, "go with --quote - "));
    CHECK_EQ(cella("log --tpm keys"), 2);
    CHECK(command_says(command_err, "go with --quote - "));
}

int main(void)
{
    command_begin();
    key_enroll();
    test_fetch();
    test_since();
    test_lies();
    test_usage();
    command_finish();
    return unit_done();
}
