// SPDX-License-Identifier: GPL-3.0-or-later
// Somebody on the wires between this cell and a software TPM: who listens learns nothing of what is
// sealed and can try no words; who changes answers, or puts a key of his own in the storage key's
// place, is noticed.
#include "attest.h"

#include "crypto/agree.h"
#include "crypto/p256.h"
#include "crypto/sha.h"
#include "format/seal_policy.h"
#include "os/random.h"
#include "swtpm.h"
#include "tests/unit.h"

enum {
    HEARD_MAX = 1 << 20,
    HEAD = 10,
    CREATE = 0x153,
    UNSEAL = 0x15e,
    START_SESSION = 0x176,
    NONCE = 16,
};

static const uint8_t half[ATTEST_HALF] = "what the machine keeps, 32 bytes";
static const uint8_t word[ATTEST_HALF] = "the word of the PIN, in 32 bytes";

static struct {
    uint8_t all[HEARD_MAX]; // both ways, in order
    size_t size;
    uint8_t unseal[256]; // the last such command, and the nonce that its session began with
    size_t unseal_size;
    uint8_t nonce[NONCE];
    uint32_t sessions;
} heard;

// What is done to answers: to those of one command a bit is flipped, or this key becomes that.
static struct {
    uint32_t code;
    size_t at; // 0: nothing
    const uint8_t *find, *replace;
} change;

uint64_t random_word(void)
{
    static uint64_t n;
    return ++n * 0x9e3779b97f4a7c15u;
}

err_t secret_draw(uint8_t out[32])
{
    for (size_t i = 0; i < 32; i += 8) {
        const uint64_t w = random_word();
        memcpy(out + i, &w, 8);
    }
    return ERR_OK;
}

static void hear(const uint8_t *bytes, size_t size)
{
    CHECK(heard.size + size <= sizeof heard.all);
    memcpy(heard.all + heard.size, bytes, size);
    heard.size += size;
}

static bool was_heard(const uint8_t *bytes, size_t size)
{
    return memmem(heard.all, heard.size, bytes, size) != NULL;
}

static uint32_t code_of(const uint8_t *command)
{
    return (uint32_t)command[8] << 8 | command[9];
}

static err_t wires(const uint8_t *command, size_t size, uint8_t *response, size_t cap,
                   size_t *length)
{
    hear(command, size);
    err_t err = swtpm_transmit(command, size, response, cap, length);
    if (err)
        return err;
    if (change.at && change.code == code_of(command) && change.at <= *length)
        response[change.at - 1] ^= 0x04;
    uint8_t *found =
        change.find != NULL ? memmem(response, *length, change.find, AGREE_PUBLIC / 2) : NULL;
    if (found != NULL) { // the other coordinate stands behind it, with its length
        memcpy(found, change.replace, AGREE_PUBLIC / 2);
        memcpy(found + AGREE_PUBLIC / 2 + 2, change.replace + AGREE_PUBLIC / 2, AGREE_PUBLIC / 2);
    }
    hear(response, *length);
    if (code_of(command) == START_SESSION && *length == HEAD + 4 + 2 + NONCE) {
        memcpy(heard.nonce, response + HEAD + 4 + 2, NONCE);
        heard.sessions++;
    }
    if (code_of(command) == UNSEAL && size <= sizeof heard.unseal) {
        memcpy(heard.unseal, command, size);
        heard.unseal_size = size;
    }
    return ERR_OK;
}

static struct attest boot(void)
{
    struct image_facts image = {.measured = true, .rollback_index = 1};
    struct attest a = {.tpm = ATTEST_NONE};
    uint8_t secret[P256_SECRET], digest[2][32], policy[32], message[32], both[64] = {0};
    const char *why;
    CHECK_EQ(wire_begin(wires), ERR_OK);
    for (uint32_t i = 0; i < 2; i++) {
        uint8_t what[32];
        sha256(&i, sizeof i, what);
        CHECK_EQ(pcr_extend(BOOT_PCR_BUNDLE + i, what), ERR_OK);
        memcpy(both + 32, what, sizeof what);
        sha256(both, sizeof both, digest[i]);
    }
    seal_policy_digest(digest[0], digest[1], policy);
    seal_policy_message(policy, message);
    CHECK_EQ(p256_derive("test", "x", 1, secret, image.policy_key), ERR_OK);
    CHECK_EQ(p256_make(secret, message, image.policy), ERR_OK);
    attest_begin(&a, &image, wires, &why);
    CHECK_EQ(a.tpm, ATTEST_WORKS);
    CHECK(a.sealing);
    memset(&heard, 0, sizeof heard);
    return a;
}

static void key_look(uint8_t point[AGREE_PUBLIC])
{
    struct storage s;
    CHECK_EQ(key_storage(&s), ERR_OK);
    wire_flush(s.handle);
    memcpy(point, s.point, AGREE_PUBLIC);
}

// Is the proof in the recorded command one that whoever guesses the word can make again?
static bool word_can_be_tried(const uint8_t *blob)
{
    const uint8_t *public = blob + 8 + ATTEST_POLICY_KEY + ATTEST_NAME;
    const uint8_t *session = heard.unseal + HEAD + 4 + 4;
    const size_t public_size = (size_t) public[0] << 8 | public[1];
    uint8_t hashed[4 + ATTEST_NAME] = {0, 0, UNSEAL >> 8, UNSEAL & 0xff, 0, 0x0b}, proof[32];
    uint8_t message[32 + NONCE + NONCE + 1];
    CHECK_EQ(heard.unseal_size, HEAD + 4 + 4 + 4 + 2 + NONCE + 1 + 2 + 32);
    sha256(public + 2, public_size, hashed + 6);
    sha256(hashed, sizeof hashed, message);
    memcpy(message + 32, session + 4 + 2, NONCE);
    memcpy(message + 32 + NONCE, heard.nonce, NONCE);
    message[32 + NONCE + NONCE] = session[4 + 2 + NONCE];
    hmac_sha256(word, sizeof word, message, sizeof message, proof);
    return memcmp(proof, heard.unseal + heard.unseal_size - sizeof proof, sizeof proof) == 0;
}

static void listen_check(void)
{
    uint8_t blob[ATTEST_BLOB_MAX], back[ATTEST_HALF] = {0}, point[AGREE_PUBLIC];
    size_t size = 0;
    swtpm_new();
    struct attest a = boot();
    CHECK_EQ(seal_make(&a, half, word, blob, sizeof blob, &size), ERR_OK);
    CHECK_EQ(seal_open(&a, blob, size, word, back), ERR_OK);
    CHECK_MEM(back, half, sizeof half);
    CHECK(!was_heard(half, sizeof half));
    CHECK(!was_heard(word, sizeof word));
    CHECK(!was_heard(half, 8));
    CHECK(!word_can_be_tried(blob));
    key_look(point);
    CHECK(was_heard(point, sizeof point / 2)); // what is said openly is heard
    CHECK(heard.sessions >= 3);
}

// Every byte of the two answers that matter.
static void answers_check(void)
{
    uint8_t blob[ATTEST_BLOB_MAX], other[ATTEST_BLOB_MAX], back[ATTEST_HALF] = {0};
    size_t size = 0, other_size = 0;
    swtpm_new();
    struct attest a = boot();
    CHECK_EQ(seal_make(&a, half, word, blob, sizeof blob, &size), ERR_OK);
    change.code = UNSEAL;
    for (change.at = 1; change.at <= HEAD + 4 + 2 + 32 + 2 + NONCE + 1 + 2 + 32; change.at++) {
        err_t err = seal_open(&a, blob, size, word, back);
        CHECK(err != ERR_OK && (change.at <= HEAD || err == ERR_DEVICE));
        CHECK(memcmp(back, half, sizeof half) != 0);
        heard.size = 0;
    }
    change.at = 0;
    CHECK_EQ(seal_open(&a, blob, size, word, back), ERR_OK); // the next one is a new one
    memset(back, 0, sizeof back);
    change.code = CREATE;
    for (change.at = 1; change.at <= 300; change.at++) {
        CHECK(seal_make(&a, half, word, other, sizeof other, &other_size) != ERR_OK);
        CHECK_EQ(other_size, 0);
        heard.size = 0;
    }
    change.at = 0;
    CHECK_EQ(seal_open(&a, blob, size, word, back), ERR_OK); // nothing of it was left, or counted
    CHECK_MEM(back, half, sizeof half);
}

// Somebody says that the storage key is one of his.
static void key_check(void)
{
    uint8_t blob[ATTEST_BLOB_MAX], back[ATTEST_HALF] = {0};
    uint8_t point[AGREE_PUBLIC], mine[AGREE_PUBLIC], secret[P256_SECRET];
    size_t size = 0;
    swtpm_new();
    struct attest a = boot();
    key_look(point);
    CHECK_EQ(p256_derive("test", "on the wires", 12, secret, mine), ERR_OK);
    change.replace = mine;
    change.find = point;
    // Who only has a key, and not the TPM's, does not get through a first seal either.
    CHECK(seal_make(&a, half, word, blob, sizeof blob, &size) != ERR_OK);
    CHECK(!a.known);
    change.find = NULL;
    CHECK_EQ(seal_make(&a, half, word, blob, sizeof blob, &size), ERR_OK);
    change.find = point;
    heard.sessions = 0;
    CHECK_EQ(seal_open(&a, blob, size, word, back), ERR_BAD_DATA);
    CHECK_EQ(heard.sessions, 0); // it got nothing to work on
    CHECK_EQ(seal_make(&a, half, word, blob, sizeof blob, &size), ERR_DEVICE);
    CHECK_EQ(heard.sessions, 1); // which asks for the policy only
    mine[5] ^= 1;                // no point of the curve
    a.known = false;
    CHECK_EQ(seal_make(&a, half, word, blob, sizeof blob, &size), ERR_DEVICE);
    change.find = NULL;
    CHECK_EQ(seal_open(&a, blob, size, word, back), ERR_OK);
    CHECK_MEM(back, half, sizeof half);
}

int main(void)
{
    listen_check();
    answers_check();
    key_check();
    return unit_done();
}
