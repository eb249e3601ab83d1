// SPDX-License-Identifier: GPL-3.0-or-later
// Against a software TPM: what opens a seal and what does not, the counter, quotes; across power
// cuts, another image, another TPM.
#include "attest.h"

#include "crypto/p256.h"
#include "crypto/sha.h"
#include "format/seal_policy.h"
#include "os/random.h"
#include "swtpm.h"
#include "tests/unit.h"

enum { OTHER_SIGNER = 1, PUBLIC_SIZE_LOW = 8 + ATTEST_POLICY_KEY + ATTEST_NAME + 1 };

static const uint8_t half[ATTEST_HALF] = "what the machine keeps";
static const uint8_t word[ATTEST_HALF] = "the word of the PIN";
static const uint8_t wrong[ATTEST_HALF] = "another word";
static const uint8_t nonce[QUOTE_NONCE] = "a nonce";
static const uint8_t device_key[32] = "a device key";

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

static void measure(uint32_t pcr, const char *what)
{
    uint8_t digest[32];
    sha256(what, strlen(what), digest);
    CHECK_EQ(pcr_extend(pcr, digest), ERR_OK);
}

// What an image of this name and signer brings along.
static struct image_facts image_of(const char *bundle, uint64_t index, uint8_t signer)
{
    struct image_facts image = {.measured = true, .rollback_index = index};
    uint8_t secret[P256_SECRET], digest[2][32], policy[32], message[32], both[64] = {0};
    static const char *const what[2] = {NULL, "cella profile vault"};
    for (int i = 0; i < 2; i++) {
        const char *text = what[i] != NULL ? what[i] : bundle;
        sha256(text, strlen(text), both + 32);
        sha256(both, sizeof both, digest[i]);
    }
    seal_policy_digest(digest[0], digest[1], policy);
    seal_policy_message(policy, message);
    CHECK_EQ(p256_derive("test", &signer, 1, secret, image.policy_key), ERR_OK);
    CHECK_EQ(p256_make(secret, message, image.policy), ERR_OK);
    return image;
}

// A start of that image, on the TPM that is there.
static struct attest boot(const char *bundle, const char *secure_boot,
                          const struct image_facts *image)
{
    struct attest a = {.tpm = ATTEST_NONE};
    const char *why;
    CHECK_EQ(wire_begin(swtpm_transmit), ERR_OK);
    measure(7, secure_boot);
    measure(11, bundle);
    measure(12, "cella profile vault");
    attest_begin(&a, image, swtpm_transmit, &why);
    CHECK_EQ(a.tpm, ATTEST_WORKS);
    return a;
}

static err_t open_with(struct attest *a, const uint8_t *blob, size_t size, const uint8_t *with)
{
    uint8_t back[ATTEST_HALF] = {0};
    err_t err = seal_open(a, blob, size, with, back);
    CHECK((err == ERR_OK) == (memcmp(back, half, sizeof back) == 0));
    return err;
}

static void seal_check(void)
{
    const struct image_facts one = image_of("bundle 1", 1, 0), two = image_of("bundle 2", 2, 0);
    struct image_facts thief = image_of("bundle 3", 2, OTHER_SIGNER),
                       none = image_of("bundle 3", 2, 0);
    uint8_t blob[ATTEST_BLOB_MAX];
    size_t size = 0;
    swtpm_new();
    struct attest a = boot("bundle 1", "on", &one);
    CHECK(a.sealing);
    CHECK_EQ(a.counter, 1);
    CHECK_EQ(seal_make(&a, half, word, blob, sizeof blob, &size), ERR_OK);
    CHECK_EQ(open_with(&a, blob, size, word), ERR_OK);
    CHECK_EQ(open_with(&a, blob, size, word), ERR_OK);
    CHECK_EQ(open_with(&a, blob, size, wrong), ERR_DENIED);
    swtpm_cut();
    a = boot("bundle 1", "on", &one);
    CHECK_EQ(open_with(&a, blob, size, word), ERR_OK);
    swtpm_cut(); // a signed update
    a = boot("bundle 2", "on", &two);
    CHECK_EQ(a.counter, 2);
    CHECK_EQ(open_with(&a, blob, size, word), ERR_OK);
    swtpm_cut(); // its keys are others
    a = boot("bundle 2", "off", &two);
    CHECK_EQ(open_with(&a, blob, size, word), ERR_REFUSED);
    swtpm_cut(); // another signer vouches for it
    a = boot("bundle 3", "on", &thief);
    CHECK(a.sealing);
    CHECK_EQ(open_with(&a, blob, size, word), ERR_REFUSED);
    memcpy(thief.policy_key, one.policy_key, sizeof thief.policy_key);
    swtpm_cut();
    a = boot("bundle 3", "on", &thief);
    CHECK(!a.sealing);
    CHECK_EQ(open_with(&a, blob, size, word), ERR_REFUSED);
    memcpy(none.policy, one.policy, sizeof none.policy); // an earlier image's signature
    swtpm_cut();
    a = boot("bundle 3", "on", &none);
    CHECK(!a.sealing);
    CHECK_EQ(open_with(&a, blob, size, word), ERR_REFUSED);
    CHECK_EQ(seal_make(&a, half, word, blob, sizeof blob, &size), ERR_BAD_STATE);
    swtpm_new(); // another machine
    a = boot("bundle 1", "on", &one);
    CHECK_EQ(open_with(&a, blob, size, word), ERR_BAD_DATA);
}

static void damage_check(void)
{
    const struct image_facts one = image_of("bundle 1", 1, 0);
    uint8_t blob[ATTEST_BLOB_MAX];
    size_t size = 0;
    swtpm_new();
    struct attest a = boot("bundle 1", "on", &one);
    CHECK_EQ(seal_make(&a, half, word, blob, sizeof blob, &size), ERR_OK);
    for (size_t i = 0; i < size; i++) {
        blob[i] ^= 0x41;
        // tpm2-tss counts the public part's size anew; the vault's record is bound to these bytes.
        CHECK((open_with(&a, blob, size, word) == ERR_OK) == (i == PUBLIC_SIZE_LOW));
        blob[i] ^= 0x41;
        CHECK(open_with(&a, blob, i, word) != ERR_OK);
    }
    CHECK_EQ(open_with(&a, blob, size, word), ERR_OK);
}

// Wrong words lock the TPM, and a restart does not unlock it.
static void lockout_check(void)
{
    const struct image_facts one = image_of("bundle 1", 1, 0);
    uint8_t blob[ATTEST_BLOB_MAX];
    size_t size = 0;
    uint32_t tries = 0;
    err_t err = ERR_DENIED;
    swtpm_new();
    struct attest a = boot("bundle 1", "on", &one);
    CHECK_EQ(seal_make(&a, half, word, blob, sizeof blob, &size), ERR_OK);
    for (; err == ERR_DENIED && tries < 64; tries++)
        err = open_with(&a, blob, size, wrong);
    CHECK_EQ(err, ERR_BUSY);
    CHECK_EQ(open_with(&a, blob, size, word), ERR_BUSY);
    swtpm_cut();
    a = boot("bundle 1", "on", &one);
    CHECK_EQ(open_with(&a, blob, size, word), ERR_BUSY);
}

// Power cuts after right words cost nothing.
static void cuts_check(void)
{
    const struct image_facts one = image_of("bundle 1", 1, 0);
    uint8_t blob[ATTEST_BLOB_MAX];
    size_t size = 0;
    swtpm_new();
    struct attest a = boot("bundle 1", "on", &one);
    CHECK_EQ(seal_make(&a, half, word, blob, sizeof blob, &size), ERR_OK);
    for (int i = 0; i < 12; i++) {
        CHECK_EQ(open_with(&a, blob, size, word), ERR_OK);
        swtpm_cut();
        a = boot("bundle 1", "on", &one);
    }
    CHECK_EQ(open_with(&a, blob, size, word), ERR_OK);
}

static void counter_undefine(void)
{
    CHECK_EQ(wire_error(Tss2_Sys_NV_UndefineSpace(wire(), TPM2_RH_OWNER, 0x01c10101,
                                                  wire_empty_password(), NULL)),
             ERR_OK);
}

static void counter_check(void)
{
    const struct image_facts one = image_of("bundle 1", 1, 0), nine = image_of("bundle 9", 9, 0);
    uint8_t blob[ATTEST_BLOB_MAX];
    size_t size = 0;
    swtpm_new();
    struct attest a = boot("bundle 1", "on", &one);
    CHECK_EQ(a.counter, 1);
    CHECK_EQ(seal_make(&a, half, word, blob, sizeof blob, &size), ERR_OK);
    swtpm_cut();
    a = boot("bundle 9", "on", &nine);
    CHECK_EQ(a.counter, 9);
    CHECK_EQ(open_with(&a, blob, size, word), ERR_OK);
    CHECK_EQ(seal_make(&a, half, word, blob, sizeof blob, &size), ERR_OK);
    // The owner removes it, and an old image starts: it has no counter, and opens nothing.
    counter_undefine();
    swtpm_cut();
    a = boot("bundle 1", "on", &one);
    CHECK_EQ(a.counter, 0);
    CHECK_EQ(open_with(&a, blob, size, word), ERR_REFUSED);
    // A newer one gets a counter again, above all that were.
    swtpm_cut();
    const struct image_facts much = image_of("bundle 50", 50, 0);
    a = boot("bundle 50", "on", &much);
    CHECK_EQ(a.counter, 50);
    CHECK_EQ(open_with(&a, blob, size, word), ERR_OK);
}

static void quote_check_made(void)
{
    const struct image_facts one = image_of("bundle 1", 1, 0);
    uint8_t bytes[QUOTE_MAX], digest[32], first[QUOTE_KEY];
    size_t size = 0;
    struct quote q;
    enum quote_refusal why;
    swtpm_new();
    struct attest a = boot("bundle 1", "on", &one);
    CHECK_EQ(quote_make(&a, nonce, bytes, sizeof bytes, &size), ERR_BAD_STATE);
    a.bound = true;
    memcpy(a.device_key, device_key, sizeof a.device_key);
    CHECK_EQ(quote_make(&a, nonce, bytes, sizeof bytes, &size), ERR_OK);
    CHECK_EQ(quote_parse(bytes, size, &q, &why), ERR_OK);
    CHECK_MEM(q.key, a.key, sizeof a.key);
    sha256(q.attest, q.attest_size, digest);
    CHECK_EQ(p256_check(q.key, digest, q.signature), ERR_OK);
    for (size_t i = 0; i < size; i++) { // a wrong signature is the only thing it does not see
        struct quote other;
        bytes[i] ^= 0x10;
        if (quote_parse(bytes, size, &other, &why) == ERR_OK) {
            sha256(other.attest, other.attest_size, digest);
            CHECK(memcmp(other.key, q.key, sizeof q.key) != 0 ||
                  p256_check(other.key, digest, other.signature) != ERR_OK);
        }
        bytes[i] ^= 0x10;
        CHECK_EQ(quote_parse(bytes, i, &other, &why), ERR_BAD_DATA);
    }
    memcpy(first, a.key, sizeof first);
    swtpm_cut();
    a = boot("bundle 1", "on", &one);
    CHECK_MEM(a.key, first, sizeof first); // the same key, made anew
    swtpm_new();
    a = boot("bundle 1", "on", &one);
    CHECK(memcmp(a.key, first, sizeof first) != 0);
}

// The cell stopped in the middle of everything: the next run has the TPM for itself.
static void restart_check(void)
{
    const struct image_facts one = image_of("bundle 1", 1, 0);
    uint8_t blob[ATTEST_BLOB_MAX], key[QUOTE_KEY];
    size_t size = 0;
    const char *why;
    swtpm_new();
    struct attest a = boot("bundle 1", "on", &one);
    for (int i = 0; i < 3; i++) {
        TPM2_HANDLE left;
        CHECK_EQ(key_attestation(&left, key), ERR_OK);
    }
    TPM2_HANDLE one_too_many;
    CHECK(key_attestation(&one_too_many, key) != ERR_OK);
    memset(&a, 0, sizeof a);
    attest_begin(&a, &one, swtpm_transmit, &why);
    CHECK_EQ(a.tpm, ATTEST_WORKS);
    CHECK(a.sealing);
    CHECK_EQ(seal_make(&a, half, word, blob, sizeof blob, &size), ERR_OK);
    CHECK_EQ(open_with(&a, blob, size, word), ERR_OK);
}

// Without a counter that it can have, and without measurements.
static void absent_check(void)
{
    struct image_facts one = image_of("bundle 1", 1, 0);
    uint8_t blob[ATTEST_BLOB_MAX];
    size_t size = 0;
    swtpm_new();
    one.measured = false;
    struct attest a = boot("bundle 1", "on", &one);
    CHECK(!a.sealing);
    CHECK_EQ(a.counter, 0);
    CHECK_EQ(seal_make(&a, half, word, blob, sizeof blob, &size), ERR_BAD_STATE);
    one.measured = true;
    one.rollback_index = 0; // below any counter's first value
    swtpm_cut();
    a = boot("bundle 1", "on", &one);
    CHECK_EQ(a.counter, 0);
    CHECK(a.sealing);
    CHECK_EQ(seal_make(&a, half, word, blob, sizeof blob, &size), ERR_OK);
    CHECK_EQ(open_with(&a, blob, size, word), ERR_OK);
}

int main(void)
{
    seal_check();
    damage_check();
    lockout_check();
    cuts_check();
    counter_check();
    quote_check_made();
    restart_check();
    absent_check();
    return unit_done();
}
