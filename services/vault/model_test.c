// SPDX-License-Identifier: GPL-3.0-or-later
// The vault against a model of it that fits on a page: two apps, a prompt and a clock do things in
// random order, and after each step vault and model agree on every answer and on where everybody
// stands.
#include "chain/fake.h"
#include "chain/payment.h"
#include "gen/vault.h"
#include "tests/unit.h"
#include "vault/vault.h"

enum { APPS = 2, STEPS = 20000 };
enum { FREE, OPEN, WAITING };

static struct offering offerings[APPS];
static const uint64_t identity[APPS] = {FAKE_WALLET, FAKE_STRANGER};
static uint8_t buffer[REQUEST_MAX];
static uint64_t random_state = 1;

static struct {
    uint32_t state; // of the one place
    uint32_t owner;
    bool previous; // has been brought
    bool fetched;
    nsec_t moved;
    uint32_t result[APPS], code[APPS];
    unsigned signed_count;
} model;

static struct { // what the prompt saw last; perhaps not true any more
    uint8_t hash[32];
    uint32_t number;
} seen;

// xorshift64: the same run every time.
static uint32_t chance(uint32_t n)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (uint32_t)(random_state >> 33) % n;
}

static void model_refuse(uint32_t code)
{
    model.result[model.owner] = RESULT_REFUSED;
    model.code[model.owner] = code;
    model.state = FREE;
}

static void step_offer(uint32_t app)
{
    bool good = chance(8) != 0;
    uint32_t code = 0, index = 0, wanted = good ? 0 : REFUSAL_NOT_CANONICAL;
    size_t size = offerings[app].size - (good ? 0 : 1);
    bool stale = model.state == OPEN && model.owner != app &&
                 fake.now - model.moved > VAULT_STALE_SECONDS * 1000000000ull;
    err_t err = vault_offer(offerings[app].request, size, &code, &index);
    if (stale)
        model_refuse(REFUSAL_WITHDRAWN);
    if (model.state == WAITING || (model.state == OPEN && model.owner != app)) {
        CHECK_EQ(err, ERR_BUSY);
        return;
    }
    CHECK(err == ERR_OK && code == wanted);
    model.state = OPEN;
    model.owner = app;
    model.previous = model.fetched = false;
    model.moved = fake.now;
    model.result[app] = RESULT_NONE;
    model.code[app] = 0;
    if (!good)
        model_refuse(wanted);
}

static void step_previous(uint32_t app)
{
    uint32_t code = 0, index = 0, wanted = 0;
    const struct offering *o = &offerings[app];
    bool good = chance(8) != 0;
    err_t err = vault_previous(o->previous_size, good ? 0 : 1, o->previous,
                               o->previous_size - !good, &code, &index);
    if (model.state != OPEN || model.owner != app) {
        CHECK_EQ(err, ERR_BAD_STATE);
        return;
    }
    wanted = good ? 0 : REFUSAL_PREVIOUS_ORDER;
    CHECK(err == ERR_OK && code == wanted);
    model.moved = fake.now;
    model.previous = true;
    if (!good)
        model_refuse(wanted);
}

static void step_ask(uint32_t app)
{
    uint32_t code = 0, index = 0;
    err_t err = vault_ask(&code, &index);
    if (model.state != OPEN || model.owner != app) {
        CHECK_EQ(err, ERR_BAD_STATE);
        return;
    }
    CHECK(err == ERR_OK && code == (model.previous ? 0 : REFUSAL_PREVIOUS_MISSING));
    if (model.previous) {
        model.state = WAITING;
        model.result[app] = RESULT_WAITING;
    } else {
        model_refuse(REFUSAL_PREVIOUS_MISSING);
    }
}

static void step_cancel(uint32_t app)
{
    CHECK_EQ(vault_cancel(), ERR_OK);
    if (model.state == WAITING && model.owner == app)
        fake_pause();
    if (model.state != FREE && model.owner == app)
        model.state = FREE;
    model.result[app] = RESULT_NONE;
    model.code[app] = 0;
}

static void step_question(void)
{
    uint8_t app[32], publisher[32];
    uint64_t sequence;
    size_t size = 0;
    err_t err = vault_question(buffer, sizeof buffer, &size, seen.hash, app, publisher,
                               &seen.number, &sequence);
    CHECK_EQ(err, model.state == WAITING ? ERR_OK : ERR_NOT_FOUND);
    CHECK_EQ(vault_wait_question(1), model.state == WAITING ? ERR_OK : ERR_TIMED_OUT);
    if (!err)
        model.fetched = true;
}

// With what was seen last, or with a wrong hash, or with a wrong number. What was seen may be of a
// question before: then its hash may still be right, but its number is not, save once in 10,000
// times.
static void step_approve(void)
{
    uint8_t hash[32];
    uint32_t number = seen.number, state = model.state;
    uint32_t kind = chance(6);
    memcpy(hash, seen.hash, sizeof hash);
    hash[chance(32)] ^= kind == 1;
    number ^= kind == 2;
    err_t err = vault_approve(hash, number);
    request_hash(offerings[model.owner].request, offerings[model.owner].size, buffer);
    bool right_hash = memcmp(hash, buffer, sizeof hash) == 0;
    if (state != WAITING || !model.fetched || !right_hash) {
        CHECK_EQ(err, ERR_NOT_FOUND);
    } else if (number == seen.number) { // fetched: what was seen last is of this question
        CHECK_EQ(err, ERR_OK);
        model.result[model.owner] = RESULT_SIGNED;
        model.code[model.owner] = 0;
        model.state = FREE;
        model.signed_count++;
    } else {
        CHECK_EQ(err, ERR_REFUSED);
        model_refuse(REFUSAL_WRONG_NUMBER);
    }
}

static void step_reject(void)
{
    err_t err = vault_reject(seen.hash, REFUSAL_PERSON_SAID_NO);
    request_hash(offerings[model.owner].request, offerings[model.owner].size, buffer);
    if (model.state == WAITING && memcmp(seen.hash, buffer, sizeof seen.hash) == 0) {
        CHECK_EQ(err, ERR_OK);
        model_refuse(REFUSAL_PERSON_SAID_NO);
    } else {
        CHECK_EQ(err, ERR_NOT_FOUND);
    }
}

// Everybody stands where the model says, and nobody has signatures who should not.
static void compare(void)
{
    for (uint32_t app = 0; app < APPS; app++) {
        uint32_t state, code, index, signatures, evidence, input;
        size_t size = 0;
        fake.self = identity[app];
        CHECK_EQ(vault_result(&state, &code, &index, &signatures, &evidence), ERR_OK);
        CHECK(state == model.result[app] && code == model.code[app]);
        bool has = state == RESULT_SIGNED;
        CHECK(has == (signatures != 0) && has == (evidence != 0));
        err_t err = vault_signature(0, buffer, VAULT_SIGNATURE_DATA_SIZE, &size, &input);
        CHECK_EQ(err, has ? ERR_OK : ERR_NOT_FOUND);
    }
}

static void step(void)
{
    uint32_t app = chance(APPS);
    fake.self = identity[app];
    switch (chance(10)) {
    case 0:
    case 1:
        step_offer(app);
        break;
    case 2:
    case 3:
        step_previous(app);
        break;
    case 4:
    case 5:
        step_ask(app);
        break;
    case 6:
        if (chance(6) == 0)
            step_cancel(app);
        break;
    case 7:
        fake.self = FAKE_PROMPT;
        step_question();
        break;
    case 8:
        fake.self = FAKE_PROMPT;
        if (chance(6) == 0)
            step_reject();
        else
            step_approve();
        break;
    default:
        fake.now += chance(2 * VAULT_STALE_SECONDS) * 1000000000ull;
        break;
    }
    compare();
}

static void apps_make(void)
{
    static const uint8_t cella[32] = {0xc0, 0xde, 0x56, 0x78, [28] = 0xce, 0x11, 0xa0, 0x01};
    uint8_t others[32];
    memset(others, FAKE_OTHER_PUBLISHER, sizeof others);
    payment_keys(cella, "wallet");
    fake.self = FAKE_WALLET;
    payment_offering(PAYMENT_GOOD, &offerings[0]);
    payment_keys(others, "wallet");
    fake.self = FAKE_STRANGER;
    payment_offering(PAYMENT_GOOD, &offerings[1]);
}

int main(void)
{
    uint32_t position = 0;
    fake_start();
    CHECK_EQ(vault_restore((const uint8_t *)PAYMENT_WORDS, strlen(PAYMENT_WORDS), NETWORK_TEST,
                           &position),
             ERR_OK);
    apps_make();
    for (unsigned i = 0; i < STEPS && !unit_failures; i++)
        step();
    CHECK(model.signed_count > 100); // it gets that far
    return unit_done();
}
