// SPDX-License-Identifier: GPL-3.0-or-later
// Endorsement against software TPMs as their maker leaves them: whose certificate is believed, and
// that a credential opens in the TPM that has both keys, and in no other.
#include "attest.h"

#include "crypto/x509.h"
#include "os/random.h"
#include "swtpm.h"
#include "tests/unit.h"

enum { SHOWN_MAX = 3072, AUTHORITIES = 2, SIGNATURE = 3072 / 8 };

static const uint8_t seed[CREDENTIAL_SEED] = "a seed", secret[CREDENTIAL_SECRET] = "a secret";
static const uint8_t entropy[64] = "for the padding";

struct authorities {
    uint8_t root[4096], issuer[4096];
    struct x509_bytes list[AUTHORITIES];
};

static struct maker {
    struct authorities ca;
    uint8_t shown[SHOWN_MAX]; // of its TPM: the key, the certificate
    size_t size;
    uint8_t attestation[QUOTE_KEY];
} one, two;

uint64_t random_word(void)
{
    static uint64_t n;
    return ++n * 0x9e3779b97f4a7c15u;
}

err_t secret_draw(uint8_t out[32])
{
    memset(out, 7, 32);
    return ERR_OK;
}

static void look(struct maker *m)
{
    const struct image_facts image = {.measured = false};
    struct attest a = {.tpm = ATTEST_NONE};
    const char *why;
    attest_begin(&a, &image, swtpm_transmit, &why);
    CHECK_EQ(a.tpm, ATTEST_WORKS);
    CHECK_EQ(endorse_show(m->shown, sizeof m->shown, &m->size), ERR_OK);
    memcpy(m->attestation, a.key, sizeof m->attestation);
}

static void maker_new(struct maker *m)
{
    swtpm_made(m->ca.root, m->ca.issuer, &m->ca.list[0].size, &m->ca.list[1].size);
    m->ca.list[0].at = m->ca.root;
    m->ca.list[1].at = m->ca.issuer;
    look(m);
}

static enum x509_fault judge(const uint8_t *certificate, size_t size,
                             const struct x509_bytes *authorities, size_t count,
                             uint8_t key[X509_KEY])
{
    const struct x509_bytes b = {certificate, size};
    enum x509_fault why = X509_GOOD;
    err_t err = x509_endorsement(&b, authorities, count, key, &why);
    CHECK_EQ(err, why == X509_GOOD ? ERR_OK : ERR_BAD_DATA);
    return why;
}

static void certificate_check(void)
{
    const uint8_t *good = one.shown + CREDENTIAL_KEY;
    const size_t size = one.size - CREDENTIAL_KEY;
    const struct x509_bytes *ca = one.ca.list;
    struct x509_bytes swapped[] =
        {
            ca[1], ca[0]
    },
                      damaged[] = {ca[0], {ca[1].at, ca[1].size - 1}};
    uint8_t key[X509_KEY] = {0}, copy[SHOWN_MAX];
    CHECK_EQ(judge(good, size, ca, 2, key), X509_GOOD);
    CHECK_MEM(key, one.shown, sizeof key);
    CHECK_EQ(judge(good, size, swapped, 2, key), X509_GOOD);
    CHECK_EQ(judge(good, size, two.ca.list, 2, key), X509_NO_ISSUER);
    CHECK_EQ(judge(good, size, ca, 0, key), X509_NO_ISSUER);
    CHECK_EQ(judge(good, size, ca, 1, key), X509_NO_ISSUER); // the root has not signed it itself
    CHECK_EQ(judge(good, size, ca + 1, 1, key), X509_NO_ROOT);
    CHECK_EQ(judge(good, size, damaged, 2, key), X509_AUTHORITY);
    CHECK_EQ(judge(ca[1].at, ca[1].size, ca, 2, key),
             X509_PURPOSE); // it signs, it endorses nothing
    memcpy(copy, good, size);
    memset(copy + size, 0xff, 64); // a larger index
    CHECK_EQ(judge(copy, size + 64, ca, 2, key), X509_GOOD);
    for (size_t i = 0; i < size; i++) {
        memset(key, 0, sizeof key);
        copy[i] ^= 0x01;
        // In front of the signature, and not signed: how many bits of its last byte do not count.
        CHECK(judge(copy, size, ca, 2, key) != X509_GOOD || i == size - SIGNATURE - 1);
        CHECK(key[0] == 0 || i == size - SIGNATURE - 1);
        copy[i] ^= 0x01;
        CHECK_EQ(judge(copy, i, ca, 2, key), X509_MALFORMED);
    }
    copy[size - 1] ^= 1; // in its issuer's signature
    CHECK_EQ(judge(copy, size, ca, 2, key), X509_FORGED);
}

static void ask(const uint8_t endorsement[X509_KEY], const uint8_t attestation[QUOTE_KEY],
                uint8_t question[CREDENTIAL_QUESTION])
{
    uint8_t name[CREDENTIAL_NAME];
    credential_name(attestation, name);
    CHECK_EQ(credential_make(name, seed, secret, question), ERR_OK);
    CHECK_EQ(x509_close(endorsement, seed, entropy, question + CREDENTIAL_SIZE), ERR_OK);
}

// The TPM that is there is the second maker's.
static void credential_check(void)
{
    uint8_t question[CREDENTIAL_QUESTION], opened[CREDENTIAL_SECRET] = {0};
    ask(two.shown, two.attestation, question);
    for (int i = 0; i < 5; i++) // nothing is left behind
        CHECK_EQ(endorse_open(question, opened), ERR_OK);
    CHECK_MEM(opened, secret, sizeof secret);
    memset(opened, 0, sizeof opened);
    for (size_t i = 0; i < sizeof question; i += 17) {
        question[i] ^= 0x20;
        CHECK(endorse_open(question, opened) != ERR_OK);
        question[i] ^= 0x20;
    }
    ask(two.shown, one.attestation, question); // the other TPM's attestation key
    CHECK_EQ(endorse_open(question, opened), ERR_BAD_DATA);
    ask(one.shown, two.attestation, question);       // the other TPM's endorsement key
    CHECK(endorse_open(question, opened) != ERR_OK); // libtpms says that it failed
    CHECK_EQ(opened[0], 0);
}

static void none_check(void)
{
    uint8_t shown[SHOWN_MAX];
    size_t size = 0;
    CHECK_EQ(endorse_show(shown, CREDENTIAL_KEY + 100, &size), ERR_TOO_SMALL);
    swtpm_new();
    CHECK_EQ(endorse_show(shown, sizeof shown, &size), ERR_NOT_FOUND);
}

int main(void)
{
    maker_new(&one);
    maker_new(&two);
    CHECK(memcmp(one.shown, two.shown, CREDENTIAL_KEY) != 0);
    certificate_check();
    credential_check();
    none_check();
    return unit_done();
}
