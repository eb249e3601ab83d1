// SPDX-License-Identifier: GPL-3.0-or-later
#include "quote_check.h"

#include <string.h>

#include "crypto/p256.h"
#include "crypto/sha.h"

// Without these a quote says nothing about what runs: whoever chose the loader could have measured
// anything into the others.
enum { PROGRAMS = 13 };
static const uint32_t needed[] = {4, 7, 11, 12, PROGRAMS};

err_t quote_verify(const uint8_t *bytes, size_t size, const uint8_t nonce[QUOTE_NONCE],
                   const uint8_t key[QUOTE_KEY], const uint8_t *device_key, struct quote *out,
                   enum quote_refusal *why)
{
    struct quote q;
    uint8_t digest[QUOTE_DIGEST];
    if (quote_parse(bytes, size, &q, why) != ERR_OK)
        return ERR_BAD_DATA;
    sha256(q.attest, q.attest_size, digest);
    if (memcmp(q.nonce, nonce, sizeof q.nonce) != 0)
        *why = QUOTE_IS_NONCE;
    else if (memcmp(q.key, key, sizeof q.key) != 0)
        *why = QUOTE_IS_KEY;
    else if (p256_check(key, digest, q.signature) != ERR_OK)
        *why = QUOTE_IS_SIGNATURE;
    else if (device_key && memcmp(q.device_key, device_key, sizeof q.device_key) != 0)
        *why = QUOTE_IS_DEVICE_KEY;
    if (*why != QUOTE_IS_GOOD)
        return ERR_BAD_DATA;
    *out = q;
    return ERR_OK;
}

void quote_compare(struct quote_verdict *v, const struct prediction *p)
{
    for (uint32_t i = 0; i < QUOTE_REGISTERS; i++) {
        v->compared[i] = p->known[i] && (QUOTE_MASK >> i & 1) != 0;
        memcpy(v->predicted[i], p->value[i], QUOTE_DIGEST);
        v->differs[i] =
            v->compared[i] && memcmp(v->quote.registers[i], v->predicted[i], QUOTE_DIGEST) != 0;
    }
}

bool quote_good(const struct quote_verdict *v)
{
    for (uint32_t i = 0; i < QUOTE_REGISTERS; i++)
        if (v->differs[i])
            return false;
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
        if (!v->compared[needed[i]])
            return false;
    return true;
}

bool quote_grown(const struct quote_verdict *v)
{
    struct quote_verdict start = *v;
    start.differs[PROGRAMS] = false;
    return v->differs[PROGRAMS] && quote_good(&start);
}

const char *quote_component(uint32_t pcr)
{
    switch (pcr) {
    case 0:
        return "the firmware";
    case 4:
        return "the loader";
    case 7:
        return "Secure Boot: whether it is on, its keys, and which one vouched for the loader";
    case 11:
        return "the system image";
    case 12:
        return "the profile";
    case PROGRAMS:
        return "programs that were installed since the start";
    default:
        return NULL;
    }
}
