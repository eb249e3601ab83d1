// SPDX-License-Identifier: GPL-3.0-or-later
// For the tests of the vault: a good payment, and its way to the person and back.
#pragma once
#include "chain/fake.h"
#include "chain/payment.h"
#include "tests/unit.h"
#include "vault/vault.h"

static struct offering good;
static uint8_t buffer[EVIDENCE_MAX];

struct verdict {
    err_t err;
    uint32_t code, index;
};

static inline struct verdict offer(const uint8_t *request, size_t size)
{
    struct verdict v = {0};
    v.err = vault_offer(request, size, &v.code, &v.index);
    return v;
}

static inline struct verdict previous(uint32_t total, uint32_t offset, const uint8_t *data,
                                      size_t size)
{
    struct verdict v = {0};
    v.err = vault_previous(total, offset, data, size, &v.code, &v.index);
    return v;
}

static inline struct verdict ask(void)
{
    struct verdict v = {0};
    v.err = vault_ask(&v.code, &v.index);
    return v;
}

static inline bool is(struct verdict v, err_t err, uint32_t code)
{
    if (v.err == err && v.code == code)
        return true;
    fprintf(stderr, "    error %u, refusal %u\n", v.err, v.code);
    return false;
}

struct standing {
    uint32_t state, code, index, signatures, evidence;
};

static inline struct standing standing(void)
{
    struct standing s = {0};
    CHECK_EQ(vault_result(&s.state, &s.code, &s.index, &s.signatures, &s.evidence), ERR_OK);
    return s;
}

// What the prompt gets to see.
struct seen {
    uint8_t hash[32], app[32], publisher[32];
    uint32_t number;
    uint64_t sequence;
    size_t size;
};

static inline err_t look(struct seen *s)
{
    uint64_t self = fake.self;
    fake.self = FAKE_PROMPT;
    err_t err = vault_question(buffer, sizeof buffer, &s->size, s->hash, s->app, s->publisher,
                               &s->number, &s->sequence);
    fake.self = self;
    return err;
}

// Everything up to the person.
static inline void ask_good(void)
{
    if (!fake.at_once)
        fake_pause();
    CHECK(is(offer(good.request, good.size), ERR_OK, 0));
    CHECK(is(previous(good.previous_size, 0, good.previous, good.previous_size), ERR_OK, 0));
    CHECK(is(ask(), ERR_OK, 0));
    CHECK_EQ(standing().state, RESULT_WAITING);
}

static inline bool nothing_signed(void)
{
    size_t size = 0;
    uint32_t input = 0;
    return vault_signature(0, buffer, VAULT_SIGNATURE_DATA_SIZE, &size, &input) == ERR_NOT_FOUND &&
           vault_evidence(buffer, sizeof buffer, &size) == ERR_NOT_FOUND;
}
