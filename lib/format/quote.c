// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/quote.h"

#include <string.h>

#include "crypto/sha.h"
#include "format/bytes_le.h"

// TPM 2.0 Library Specification, part 2: TPMS_ATTEST (10.12.8), big-endian.
enum {
    TPM_GENERATED = 0xff544347,
    ATTEST_QUOTE = 0x8018,
    SHA256_ALG = 0x000b,
    CLOCK_SIZE = 8 + 4 + 4 + 1, // clock, resets, restarts, safe
    FIRMWARE_SIZE = 8,
    SELECT_SIZE = 3,
};

struct reader {
    const uint8_t *at;
    size_t left;
    bool bad;
};

static const uint8_t *take(struct reader *r, size_t size)
{
    const uint8_t *at = r->at;
    if (r->bad || r->left < size) {
        r->bad = true;
        return NULL;
    }
    r->at += size;
    r->left -= size;
    return at;
}

static uint32_t take_number(struct reader *r, size_t size)
{
    uint32_t value = 0;
    const uint8_t *at = take(r, size);
    for (size_t i = 0; at != NULL && i < size; i++)
        value = value << 8 | at[i];
    return value;
}

// A sized field; NULL and size 0 if it does not fit.
static const uint8_t *take_sized(struct reader *r, size_t *size)
{
    size_t length = take_number(r, 2);
    const uint8_t *at = take(r, length);
    *size = at != NULL ? length : 0;
    return at;
}

const char *quote_refusal_text(uint32_t refusal)
{
    switch (refusal) {
#define QUOTE_REFUSAL(name, number, sentence)                                                      \
    case number:                                                                                   \
        return sentence;
#include "format/quote_refusal.def"
#undef QUOTE_REFUSAL
    default:
        return "";
    }
}

void quote_binding(const uint8_t nonce[QUOTE_NONCE], const uint8_t device_key[32],
                   uint8_t out[QUOTE_DIGEST])
{
    struct sha256 sha;
    sha256_init(&sha);
    sha256_update(&sha, QUOTE_DOMAIN, sizeof QUOTE_DOMAIN - 1);
    sha256_update(&sha, nonce, QUOTE_NONCE);
    sha256_update(&sha, device_key, 32);
    sha256_final(&sha, out);
}

err_t quote_write(const struct quote *q, uint8_t *out, size_t cap, size_t *size)
{
    const size_t total = QUOTE_HEAD + (size_t)q->attest_size;
    const struct {
        const void *at;
        size_t size;
    } parts[] = {
        {QUOTE_MAGIC,   8                   },
        {q->nonce,      sizeof q->nonce     },
        {q->device_key, sizeof q->device_key},
        {q->key,        sizeof q->key       },
        {q->registers,  sizeof q->registers },
        {q->signature,  sizeof q->signature },
    };
    if (q->attest_size > QUOTE_ATTEST_MAX || cap < total)
        return ERR_TOO_SMALL;
    uint8_t *at = out;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        memcpy(at, parts[i].at, parts[i].size);
        at += parts[i].size;
    }
    le32_put(at, q->attest_size);
    memcpy(at + 4, q->attest, q->attest_size);
    *size = total;
    return ERR_OK;
}

// What SHA-256 over the quoted registers is.
static void registers_digest(const struct quote *q, uint8_t out[QUOTE_DIGEST])
{
    struct sha256 sha;
    sha256_init(&sha);
    for (uint32_t i = 0; i < QUOTE_REGISTERS; i++)
        if ((QUOTE_MASK >> i & 1) != 0)
            sha256_update(&sha, q->registers[i], QUOTE_DIGEST);
    sha256_final(&sha, out);
}

// Nobody signed the registers that are not quoted: there is nothing in them.
static bool others_zero(const struct quote *q)
{
    uint8_t seen = 0;
    for (uint32_t i = 0; i < QUOTE_REGISTERS; i++)
        for (uint32_t k = 0; (QUOTE_MASK >> i & 1) == 0 && k < QUOTE_DIGEST; k++)
            seen |= q->registers[i][k];
    return seen == 0;
}

static enum quote_refusal attest_judge(const struct quote *q)
{
    struct reader r = {q->attest, q->attest_size, false};
    uint8_t wanted[QUOTE_DIGEST];
    size_t signer = 0, extra = 0, digest = 0;
    if (take_number(&r, 4) != TPM_GENERATED)
        return QUOTE_IS_NOT_TPM;
    if (take_number(&r, 2) != ATTEST_QUOTE)
        return QUOTE_IS_NOT_QUOTED;
    (void)take_sized(&r, &signer); // the key's qualified name: the signature says whose it is
    const uint8_t *bound = take_sized(&r, &extra);
    (void)take(&r, CLOCK_SIZE);
    (void)take(&r, FIRMWARE_SIZE);
    const uint32_t count = take_number(&r, 4), hash = take_number(&r, 2), n = take_number(&r, 1);
    const uint8_t *select = take(&r, SELECT_SIZE);
    const uint8_t *values = take_sized(&r, &digest);
    if (r.bad || r.left != 0)
        return QUOTE_IS_MALFORMED;
    quote_binding(q->nonce, q->device_key, wanted);
    if (extra != sizeof wanted || memcmp(bound, wanted, sizeof wanted) != 0)
        return QUOTE_IS_BINDING;
    if (count != 1 || hash != SHA256_ALG || n != SELECT_SIZE || select[0] != (QUOTE_MASK & 0xff) ||
        select[1] != QUOTE_MASK >> 8 || select[2] != 0)
        return QUOTE_IS_SELECTION;
    registers_digest(q, wanted);
    if (digest != sizeof wanted || memcmp(values, wanted, sizeof wanted) != 0 || !others_zero(q))
        return QUOTE_IS_REGISTERS;
    return QUOTE_IS_GOOD;
}

err_t quote_parse(const uint8_t *data, size_t size, struct quote *out, enum quote_refusal *why)
{
    struct quote q = {.attest_size = 0};
    struct reader r = {data, size, false};
    if (size < 8 || memcmp(take(&r, 8), QUOTE_MAGIC, 8) != 0) {
        *why = size < 8 ? QUOTE_IS_SHORT : QUOTE_IS_NOT_QUOTE;
        return ERR_BAD_DATA;
    }
    if (size < QUOTE_HEAD) {
        *why = QUOTE_IS_SHORT;
        return ERR_BAD_DATA;
    }
    memcpy(q.nonce, take(&r, sizeof q.nonce), sizeof q.nonce);
    memcpy(q.device_key, take(&r, sizeof q.device_key), sizeof q.device_key);
    memcpy(q.key, take(&r, sizeof q.key), sizeof q.key);
    memcpy(q.registers, take(&r, sizeof q.registers), sizeof q.registers);
    memcpy(q.signature, take(&r, sizeof q.signature), sizeof q.signature);
    q.attest_size = le32_get(take(&r, 4));
    if (q.attest_size > QUOTE_ATTEST_MAX)
        *why = QUOTE_IS_MALFORMED;
    else if (r.left != q.attest_size)
        *why = r.left < q.attest_size ? QUOTE_IS_SHORT : QUOTE_IS_LONG;
    else {
        memcpy(q.attest, r.at, q.attest_size);
        *why = attest_judge(&q);
    }
    if (*why != QUOTE_IS_GOOD)
        return ERR_BAD_DATA;
    *out = q;
    return ERR_OK;
}
