// SPDX-License-Identifier: GPL-3.0-or-later
// Quotes as a TPM makes them, and each thing that can be wrong with one; the names of what differs.
#include "crypto/p256.h"
#include "crypto/sha.h"
#include "quote_check.h"
#include "tests/unit.h"

enum { CLOCK_AND_FIRMWARE = 25, REFUSALS = 14 };

static const uint8_t nonce[QUOTE_NONCE] = "the verifier's nonce",
                     device_key[32] = "the device's key";
static uint8_t secret[P256_SECRET], key[QUOTE_KEY];
static bool seen[REFUSALS];

// What may be wrong while the TPM's words are made.
struct spoilt {
    uint32_t magic, type;
    uint16_t mask;
    uint8_t alg;
    uint32_t extra; // bytes behind
};

static void put(struct quote *q, const void *data, size_t size)
{
    memcpy(q->attest + q->attest_size, data, size);
    q->attest_size += (uint32_t)size;
}

static void put_number(struct quote *q, uint32_t value, size_t size)
{
    uint8_t bytes[4];
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(value >> 8 * (size - 1 - i));
    put(q, bytes, size);
}

static void quote_build(struct quote *q, const struct spoilt *s)
{
    static const uint8_t zero[CLOCK_AND_FIRMWARE];
    uint8_t digest[QUOTE_DIGEST];
    struct sha256 sha;
    memset(q, 0, sizeof *q);
    memcpy(q->nonce, nonce, sizeof nonce);
    memcpy(q->device_key, device_key, sizeof device_key);
    memcpy(q->key, key, sizeof key);
    for (uint32_t i = 0; i < QUOTE_REGISTERS; i++)
        if ((QUOTE_MASK >> i & 1) != 0)
            memset(q->registers[i], (int)(0x10 + i), QUOTE_DIGEST);
    put_number(q, s->magic, 4);
    put_number(q, s->type, 2);
    put_number(q, 4, 2);
    put_number(q, 0x01020304, 4);
    put_number(q, QUOTE_DIGEST, 2);
    quote_binding(nonce, device_key, digest);
    put(q, digest, sizeof digest);
    put(q, zero, sizeof zero);
    put_number(q, 1, 4);
    put_number(q, s->alg, 2);
    put_number(q, 3, 1);
    put_number(q, s->mask & 0xff, 1);
    put_number(q, s->mask >> 8, 1);
    put_number(q, 0, 1);
    sha256_init(&sha);
    for (uint32_t i = 0; i < QUOTE_REGISTERS; i++)
        if ((QUOTE_MASK >> i & 1) != 0)
            sha256_update(&sha, q->registers[i], QUOTE_DIGEST);
    sha256_final(&sha, digest);
    put_number(q, QUOTE_DIGEST, 2);
    put(q, digest, sizeof digest);
    put(q, zero, s->extra);
    sha256(q->attest, q->attest_size, digest);
    CHECK_EQ(p256_make(secret, digest, q->signature), ERR_OK);
}

static const struct spoilt whole = {0xff544347, 0x8018, QUOTE_MASK, 0x0b, 0};

static struct quote good(void)
{
    struct quote q;
    quote_build(&q, &whole);
    return q;
}

static uint32_t verify(const struct quote *q, const uint8_t *asked, const uint8_t *enrolled,
                       const uint8_t *device, int more)
{
    uint8_t bytes[QUOTE_MAX + 1] = {0};
    size_t size = 0;
    struct quote out;
    enum quote_refusal why = QUOTE_IS_GOOD;
    CHECK_EQ(quote_write(q, bytes, sizeof bytes, &size), ERR_OK);
    err_t err =
        quote_verify(bytes, (size_t)((long)size + more), asked, enrolled, device, &out, &why);
    CHECK_EQ(err == ERR_OK, why == QUOTE_IS_GOOD);
    CHECK(strlen(quote_refusal_text(why)) > 0);
    seen[why] = true;
    return why;
}

static uint32_t verify_spoilt(const struct spoilt *s)
{
    struct quote q;
    quote_build(&q, s);
    return verify(&q, nonce, key, device_key, 0);
}

static void form_check(void)
{
    struct quote q = good();
    const uint8_t junk[QUOTE_MAX] = "not a quote";
    struct quote out;
    enum quote_refusal why;
    CHECK_EQ(verify(&q, nonce, key, device_key, 0), QUOTE_IS_GOOD);
    CHECK_EQ(verify(&q, nonce, key, NULL, 0), QUOTE_IS_GOOD);
    CHECK_EQ(verify(&q, nonce, key, NULL, -1), QUOTE_IS_SHORT);
    CHECK_EQ(verify(&q, nonce, key, NULL, 1), QUOTE_IS_LONG);
    CHECK_EQ(quote_parse(junk, sizeof junk, &out, &why), ERR_BAD_DATA);
    CHECK_EQ(why, QUOTE_IS_NOT_QUOTE);
    seen[why] = true;
    CHECK_EQ(quote_parse(junk, 0, &out, &why), ERR_BAD_DATA);
    CHECK_EQ(why, QUOTE_IS_SHORT);
    struct spoilt s = whole;
    s.magic = 0x12345678; // anything that a restricted key would never sign
    CHECK_EQ(verify_spoilt(&s), QUOTE_IS_NOT_TPM);
    s = whole;
    s.type = 0x8017; // a certificate of another key
    CHECK_EQ(verify_spoilt(&s), QUOTE_IS_NOT_QUOTED);
    s = whole;
    s.extra = 1;
    CHECK_EQ(verify_spoilt(&s), QUOTE_IS_MALFORMED);
    s = whole;
    s.mask = QUOTE_MASK & ~(1 << 11);
    CHECK_EQ(verify_spoilt(&s), QUOTE_IS_SELECTION);
    s = whole;
    s.alg = 0x04; // the SHA-1 bank
    CHECK_EQ(verify_spoilt(&s), QUOTE_IS_SELECTION);
}

static void content_check(void)
{
    struct quote q = good();
    uint8_t other[QUOTE_KEY] = {0}, theirs[P256_SECRET];
    memcpy(q.nonce, "replayed", 8);
    CHECK_EQ(verify(&q, q.nonce, key, device_key, 0), QUOTE_IS_BINDING);
    q = good(); // an old quote, whole, for somebody who asked anew
    memcpy(other, nonce, 32);
    other[0] ^= 1;
    CHECK_EQ(verify(&q, other, key, device_key, 0), QUOTE_IS_NONCE);
    q.device_key[0] ^= 1;
    CHECK_EQ(verify(&q, nonce, key, device_key, 0), QUOTE_IS_BINDING);
    q = good();
    memcpy(other, device_key, 32);
    other[5] ^= 1;
    CHECK_EQ(verify(&q, nonce, key, other, 0), QUOTE_IS_DEVICE_KEY);
    q.registers[11][0] ^= 1;
    CHECK_EQ(verify(&q, nonce, key, device_key, 0), QUOTE_IS_REGISTERS);
    q = good();
    q.registers[10][0] ^= 1; // one that nobody signed
    CHECK_EQ(verify(&q, nonce, key, device_key, 0), QUOTE_IS_REGISTERS);
    q = good();
    q.signature[40] ^= 1;
    CHECK_EQ(verify(&q, nonce, key, device_key, 0), QUOTE_IS_SIGNATURE);
    q = good(); // the clock is signed too
    q.attest[60] ^= 1;
    CHECK_EQ(verify(&q, nonce, key, device_key, 0), QUOTE_IS_SIGNATURE);
    q = good(); // a second TPM, honest about itself, and one that claims to be the first
    CHECK_EQ(p256_derive("other", "tpm", 3, theirs, other), ERR_OK);
    CHECK_EQ(verify(&q, nonce, other, device_key, 0), QUOTE_IS_KEY);
    uint8_t digest[QUOTE_DIGEST];
    sha256(q.attest, q.attest_size, digest);
    CHECK_EQ(p256_make(theirs, digest, q.signature), ERR_OK);
    CHECK_EQ(verify(&q, nonce, key, device_key, 0), QUOTE_IS_SIGNATURE);
}

// Which component differs, and that nothing less than all that is needed counts as attested.
static void compare_check(void)
{
    static const uint32_t needed[] = {4, 7, 11, 12, 13};
    static struct prediction p;
    static struct quote_verdict v;
    v.quote = good();
    for (uint32_t i = 0; i < QUOTE_REGISTERS; i++) {
        p.known[i] = true;
        memcpy(p.value[i], v.quote.registers[i], QUOTE_DIGEST);
    }
    quote_compare(&v, &p);
    CHECK(quote_good(&v));
    for (uint32_t i = 0; i < QUOTE_REGISTERS; i++) {
        const bool asked = (QUOTE_MASK >> i & 1) != 0;
        p.value[i][31] ^= 1;
        quote_compare(&v, &p);
        CHECK_EQ(quote_good(&v), !asked);
        CHECK_EQ(v.differs[i], asked);
        CHECK_EQ(quote_grown(&v), i == 13);
        CHECK_EQ(v.differs[(i + 1) % QUOTE_REGISTERS], false);
        p.value[i][31] ^= 1;
    }
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
        CHECK(quote_component(needed[i]) != NULL);
        p.known[needed[i]] = false;
        quote_compare(&v, &p);
        CHECK(!quote_good(&v));
        p.known[needed[i]] = true;
    }
    CHECK(quote_component(1) == NULL);
    // A direct boot leaves our registers at zero.
    memset(v.quote.registers[11], 0, QUOTE_DIGEST);
    memset(v.quote.registers[12], 0, QUOTE_DIGEST);
    quote_compare(&v, &p);
    CHECK(!quote_good(&v) && v.differs[11] && v.differs[12]);
    v.differs[13] = true;
    CHECK(!quote_grown(&v));
}

int main(void)
{
    CHECK_EQ(p256_derive("test", "tpm", 3, secret, key), ERR_OK);
    form_check();
    content_check();
    compare_check();
    for (uint32_t i = 0; i < REFUSALS; i++)
        CHECK(seen[i]); // each message has its bad quote
    CHECK(quote_refusal_text(REFUSALS)[0] == 0);
    return unit_done();
}
