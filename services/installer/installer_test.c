// SPDX-License-Identifier: GPL-3.0-or-later
// The installer behind a played steward: pieces in any order, what is refused, what is remembered,
// and that every end gives the place back.
#include "abi/consent.h"
#include "crypto/hash.h"
#include "format/bytes_le.h"
#include "format/developer_sample.h"
#include "gen/attest.h"
#include "gen/journal.h"
#include "gen/steward.h"
#include "gen/vault.h"
#include "installer.h"

enum { PIECE = 4000, PLACE = 3 };

// ---- a steward with one place for a proposal, and one app that is there

static struct {
    struct plan_app app;
    struct plan_grant grants[2];
    bool placed, there;
    uint32_t loaded, drops, runs, asks, ceiling, answer;
    uint8_t name[BUNDLE_NAME], version[BUNDLE_NAME], publisher[PUBLISHER_SIZE];
    uint64_t number;
    err_t propose, load, ask, run, drop, extend;
    uint32_t changes, changed, measured, measured_before_run;
} steward;

err_t steward_propose(const uint8_t *app, size_t size, uint32_t *place, uint32_t *ceiling,
                      uint32_t *service, uint32_t *method)
{
    CHECK_EQ(size, sizeof steward.app + sizeof steward.grants);
    memcpy(&steward.app, app, sizeof steward.app);
    memcpy(steward.grants, app + sizeof steward.app, sizeof steward.grants);
    if (steward.propose != ERR_OK)
        return steward.propose;
    CHECK(!steward.placed); // N3
    *place = PLACE;
    *ceiling = steward.ceiling;
    *service = 7;
    *method = 2;
    steward.placed = steward.ceiling == 0;
    steward.loaded = 0;
    return ERR_OK;
}

err_t steward_load(uint32_t place, const uint8_t *data, size_t size, uint32_t *loaded)
{
    (void)data;
    CHECK(place == PLACE && steward.placed);
    steward.loaded += (uint32_t)size;
    *loaded = steward.loaded;
    return steward.load;
}

err_t steward_ask(uint32_t place, uint64_t deadline)
{
    (void)deadline;
    CHECK_EQ(place, PLACE);
    steward.asks++;
    steward.answer = 0;
    return steward.ask;
}

err_t steward_asked(uint32_t place, uint32_t *answer)
{
    CHECK_EQ(place, PLACE);
    *answer = steward.answer;
    return ERR_OK;
}

err_t steward_withdraw(uint32_t place)
{
    CHECK_EQ(place, PLACE);
    steward.answer = QUESTION_NO;
    return ERR_OK;
}

err_t steward_run(uint32_t place)
{
    CHECK(place == PLACE && steward.placed);
    CHECK_EQ(steward.answer, QUESTION_YES);
    if (steward.run != ERR_OK)
        return steward.run;
    steward.runs++;
    steward.placed = false;
    steward.there = true;
    steward.measured_before_run = steward.measured;
    memcpy(steward.name, steward.app.cell.name, sizeof steward.name);
    memcpy(steward.version, steward.app.version_text, sizeof steward.version);
    memcpy(steward.publisher, steward.app.cell.publisher, sizeof steward.publisher);
    steward.number = steward.app.number;
    return ERR_OK;
}

err_t steward_drop(uint32_t place)
{
    CHECK_EQ(place, PLACE);
    if (steward.drop != ERR_OK)
        return steward.drop;
    steward.drops++;
    if (!steward.placed)
        steward.there = false;
    steward.placed = false;
    return ERR_OK;
}

err_t steward_installed(uint32_t place, uint8_t name[32], uint8_t version[32],
                        uint8_t publisher[32], uint32_t *pages, uint32_t *runs, uint64_t *number)
{
    if (place > PLACE)
        return ERR_BAD_ARGUMENT;
    if (place != PLACE || !steward.there)
        return ERR_NOT_FOUND;
    memcpy(name, steward.name, BUNDLE_NAME);
    memcpy(version, steward.version, BUNDLE_NAME);
    memcpy(publisher, steward.publisher, PUBLISHER_SIZE);
    *pages = 77;
    *runs = 1;
    *number = steward.number;
    return ERR_OK;
}

err_t journal_changed(uint32_t what, const uint8_t app[32], const uint8_t digest[32],
                      const uint8_t *text, size_t size)
{
    (void)digest;
    CHECK(memcmp(app, "note", 5) == 0 && size >= 11 && memcmp(text, "version 1.0", 11) == 0);
    steward.changes++;
    steward.changed = what;
    return ERR_DEVICE; // no log yet: no reason for anything
}

err_t attest_extend(const uint8_t digest[32])
{
    (void)digest;
    steward.measured += steward.extend == ERR_OK;
    return steward.extend;
}

// ---- a vault with a chain of its own

static struct {
    bool seed;
    uint32_t state; // of the offer
    struct developer *own;
    struct program_register offered;
    uint32_t offers, withdrawn;
} vault;

err_t vault_offer_program(const uint8_t *value, size_t size, uint32_t *code)
{
    if (!vault.seed)
        return ERR_BAD_STATE;
    CHECK_EQ(program_decode((struct span){value, size}, &vault.offered), ERR_OK);
    vault.offers++;
    vault.state = VOUCH_WAITING;
    *code = CHAIN_GOOD;
    return ERR_OK;
}

err_t vault_vouched(uint32_t offset, uint8_t *data, size_t cap, size_t *size, uint32_t *total,
                    uint32_t *state)
{
    if (!vault.seed)
        return ERR_BAD_STATE;
    *total = vault.state == VOUCH_GIVEN ? (uint32_t)vault.own->size : 0;
    *size = *total - offset < 5000 ? *total - offset : 5000; // in pieces
    CHECK(*size <= cap);
    memcpy(data, vault.own->bytes + offset, *size);
    *state = vault.state;
    return ERR_OK;
}

err_t vault_withdraw_program(void)
{
    vault.withdrawn++;
    vault.state = 0;
    return ERR_OK;
}

// ---- a host

static struct installer in;
static uint8_t answer[4096];
static size_t answer_size;
static struct developer ada, eve;

static void begin(void)
{
    memset(&in, 0, sizeof in);
    memset(&steward, 0, sizeof steward);
    memset(&vault, 0, sizeof vault);
}

static err_t say(uint32_t type, const void *data, size_t size)
{
    return installer_serve(&in, type, data, size, answer, &answer_size);
}

static struct install_job job(void)
{
    struct install_job out = {.state = 99};
    CHECK_EQ(say(INSTALL_RESULT, NULL, 0), ERR_OK);
    CHECK_EQ(install_job_get(answer, answer_size, &out), ERR_OK);
    return out;
}

static err_t say_begin(const struct whole *w)
{
    uint8_t bytes[INSTALL_BEGIN_SIZE];
    struct install_begin what = {.size = (uint32_t)w->size};
    hash_bytes(w->bytes, w->size, what.digest);
    install_begin_put(&what, bytes);
    return say(INSTALL_BEGIN, bytes, sizeof bytes);
}

static err_t say_data(const struct whole *w, size_t at, size_t size)
{
    static uint8_t bytes[4 + PIECE];
    le32_put(bytes, (uint32_t)at);
    memcpy(bytes + 4, w->bytes + at, size);
    return say(INSTALL_DATA, bytes, 4 + size);
}

static void send(const struct whole *w)
{
    CHECK_EQ(say_begin(w), ERR_OK);
    for (size_t at = 0; at < w->size; at += PIECE)
        CHECK_EQ(say_data(w, at, w->size - at < PIECE ? w->size - at : PIECE), ERR_OK);
    CHECK_EQ(say(INSTALL_END, NULL, 0), ERR_OK);
    CHECK_EQ(job().state, INSTALL_CHECKING);
    (void)installer_step(&in);
}

// The person's answer.
static void person(uint32_t said)
{
    CHECK_EQ(job().state, INSTALL_ASKING);
    CHECK(installer_step(&in));
    steward.answer = said;
    (void)installer_step(&in);
}

static struct whole signed_by(struct developer *d, uint64_t number, uint8_t variant, uint64_t least)
{
    struct whole w = whole_make(number, variant);
    struct program_register program = register_of(&w);
    program.minimum = least;
    developer_write(d, &program);
    whole_sign(&w, d);
    return w;
}

// ---- the tests

static void test_install(const struct whole *w)
{
    begin();
    send(w);
    CHECK_EQ(steward.loaded, w->package.image.size);
    CHECK_MEM(steward.app.cell.publisher, ada.chain.id, PUBLISHER_SIZE);
    CHECK_EQ(steward.app.known, 0);
    CHECK_MEM(steward.grants, w->package.grants, sizeof steward.grants);
    CHECK_EQ(say_begin(w), ERR_BUSY); // N1
    CHECK_EQ(say(INSTALL_REMOVE, "note", 4), ERR_BUSY);
    CHECK_EQ(steward.measured, 0);
    person(QUESTION_YES);
    CHECK_EQ(job().state, INSTALL_DONE);
    CHECK(steward.runs == 1 && steward.drops == 0 && steward.measured_before_run == 1);
    CHECK(steward.changes == 1 && steward.changed == 1);
    uint8_t index[4] = {0};
    struct install_record record;
    CHECK_EQ(say(INSTALL_LIST, index, 4), ERR_OK);
    CHECK_EQ(install_record_get(answer, answer_size, &record), ERR_OK);
    CHECK(strcmp(record.name, "note") == 0 && record.number == 1 && record.pages == 77);
    index[0] = 1;
    CHECK(say(INSTALL_LIST, index, 4) == ERR_OK && answer_size == 0);
    CHECK_EQ(say(INSTALL_REMOVE, "nota", 4), ERR_OK);
    CHECK(job().state == INSTALL_FAILED && job().error == ERR_NOT_FOUND);
    CHECK_EQ(say(INSTALL_REMOVE, "note", 4), ERR_OK);
    person(QUESTION_NO);
    CHECK(job().state == INSTALL_DECLINED && steward.there && steward.drops == 0);
    CHECK_EQ(say(INSTALL_REMOVE, "note", 4), ERR_OK);
    steward.drop = ERR_BUSY;
    person(QUESTION_YES);
    CHECK_EQ(job().state, INSTALL_ASKING); // what it lent comes back soon
    steward.drop = ERR_OK;
    CHECK(!installer_step(&in));
    CHECK(job().state == INSTALL_DONE && !steward.there && steward.changed == 2);
    CHECK_EQ(steward.measured, 1);
}

// What was measured about this machine must not lack a program that runs: if the TPM does not take
// the measurement, the program does not start. Where there is no TPM nothing is said about it.
static void test_unmeasured(const struct whole *w)
{
    static const err_t nobody[] = {ERR_NOT_FOUND, ERR_DENIED, ERR_BAD_CAPABILITY};
    static const err_t trouble[] = {ERR_DEVICE, ERR_PEER_DEAD, ERR_BUSY, ERR_BAD_DATA};
    for (size_t i = 0; i < sizeof nobody / sizeof nobody[0]; i++) {
        begin();
        send(w);
        steward.extend = nobody[i];
        person(QUESTION_YES);
        CHECK(job().state == INSTALL_DONE && steward.runs == 1);
    }
    for (size_t i = 0; i < sizeof trouble / sizeof trouble[0]; i++) {
        begin();
        send(w);
        steward.extend = trouble[i];
        person(QUESTION_YES);
        CHECK(job().state == INSTALL_FAILED && job().error == trouble[i]);
        CHECK(steward.runs == 0 && !steward.placed && steward.changes == 0); // N3
    }
}

static void test_pieces(const struct whole *w)
{
    begin();
    CHECK_EQ(say_data(w, 0, 10), ERR_BAD_STATE);
    CHECK_EQ(say(INSTALL_END, NULL, 0), ERR_BAD_STATE);
    CHECK_EQ(say_begin(w), ERR_OK);
    CHECK_EQ(say_data(w, 10, 10), ERR_OK); // what is before it is missing
    CHECK_EQ(job().received, 0);
    CHECK_EQ(say_data(w, 0, 10), ERR_OK);
    CHECK_EQ(say_data(w, 0, 10), ERR_OK); // twice
    CHECK_EQ(job().received, 10);
    CHECK_EQ(say(INSTALL_END, NULL, 0), ERR_BAD_STATE);
    CHECK_EQ(say_begin(w), ERR_OK); // goes on
    CHECK_EQ(le32_get(answer), 10);
    struct whole other = {w->bytes, w->size - 1, w->package};
    CHECK_EQ(say_begin(&other), ERR_OK); // another one
    CHECK_EQ(le32_get(answer), 0);
    other.size = 12;
    CHECK_EQ(say_begin(&other), ERR_OK);
    CHECK_EQ(say_data(w, 0, 13), ERR_TOO_LARGE);
    CHECK_EQ(say_data(w, 1, 12), ERR_OK); // is dropped: nothing goes behind the end
    CHECK_EQ(say_data(w, 0, 10), ERR_OK);
    CHECK_EQ(say_data(w, 10, 3), ERR_TOO_LARGE);
    CHECK_EQ(say(INSTALL_DATA, answer, 3), ERR_BAD_DATA);
    uint8_t bytes[INSTALL_BEGIN_SIZE] = {0};
    CHECK_EQ(say(INSTALL_BEGIN, bytes, sizeof bytes), ERR_BAD_DATA); // of no bytes
    CHECK_EQ(say(INSTALL_BEGIN, bytes, sizeof bytes - 1), ERR_BAD_DATA);
    le32_put(bytes, PACKAGE_MAX + 1);
    CHECK_EQ(say(INSTALL_BEGIN, bytes, sizeof bytes), ERR_TOO_LARGE);
    CHECK_EQ(say(INSTALL_REMOVE, bytes, 0), ERR_BAD_DATA);
    CHECK_EQ(say(INSTALL_REMOVE, bytes, BUNDLE_NAME), ERR_BAD_DATA);
    CHECK_EQ(say(INSTALL_LIST, bytes, 3), ERR_BAD_DATA);
    memset(bytes, 0xff, sizeof bytes);
    CHECK(say(INSTALL_LIST, bytes, 4) == ERR_OK && answer_size == 0);
    CHECK_EQ(say(15, bytes, 4), ERR_BAD_DATA);
    CHECK_EQ(say(23, bytes, 4), ERR_BAD_DATA);
    // Bytes that are not those which were announced.
    CHECK_EQ(say_begin(w), ERR_OK);
    for (size_t at = 0; at < w->size; at += PIECE)
        CHECK_EQ(say_data(w, at, w->size - at < PIECE ? w->size - at : PIECE), ERR_OK);
    in.bytes[100] ^= 1;
    CHECK_EQ(say(INSTALL_END, NULL, 0), ERR_BAD_DATA);
    CHECK_EQ(steward.asks, 0);
}

static void test_refusals(struct whole *w)
{
    begin();
    w->bytes[w->package.size / 2] ^= 1;
    send(w);
    w->bytes[w->package.size / 2] ^= 1;
    CHECK(job().state == INSTALL_REFUSED && job().refusal == PACKAGE_REFUSED_DAMAGED);
    w->bytes[w->size - 1] ^= 1; // in the chain's last signature
    send(w);
    w->bytes[w->size - 1] ^= 1;
    CHECK(job().state == INSTALL_REFUSED && job().refusal == PACKAGE_REFUSED_CHAIN);
    CHECK_EQ(job().chain, CHAIN_REFUSED_SIGNATURE);
    steward.ceiling = INSTALL_CEILING_METHOD;
    send(w);
    CHECK(job().state == INSTALL_CEILING && job().ceiling == INSTALL_CEILING_METHOD);
    CHECK(job().service == 7 && job().method == 2);
    CHECK(steward.asks == 0 && steward.measured == 0 && steward.changes == 0);
}

// However it ends, the place is back, and the next one can begin.
static void test_ends(const struct whole *w)
{
    static const uint32_t answers[] = {QUESTION_NO, QUESTION_LATE, QUESTION_TROUBLE};
    begin();
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        send(w);
        person(answers[i]);
        CHECK_EQ(job().state, answers[i] == QUESTION_TROUBLE ? INSTALL_FAILED : INSTALL_DECLINED);
        CHECK(!steward.placed && steward.drops == i + 1);
    }
    send(w);
    CHECK_EQ(say(INSTALL_CANCEL, NULL, 0), ERR_OK);
    CHECK(job().state == INSTALL_DECLINED && !steward.placed);
    err_t *const fails[] = {&steward.propose, &steward.load, &steward.ask, &steward.run};
    for (size_t i = 0; i < sizeof fails / sizeof fails[0]; i++) {
        *fails[i] = ERR_NO_MEMORY;
        send(w);
        if (fails[i] == &steward.run)
            person(QUESTION_YES);
        CHECK(job().state == INSTALL_FAILED && job().error == ERR_NO_MEMORY && !steward.placed);
        *fails[i] = ERR_OK;
    }
    steward.ask = ERR_DENIED; // the person was asked in vain too often
    send(w);
    CHECK(job().state == INSTALL_PAUSED && !steward.placed);
    steward.ask = ERR_OK;
    in.known = INSTALLER_CHAINS; // all others
    send(w);
    CHECK(job().state == INSTALL_REFUSED && job().refusal == PACKAGE_REFUSED_PUBLISHERS);
    in.known = 0;
    CHECK_EQ(steward.changes, 0);
    send(w);
    CHECK_EQ(steward.app.known, 0); // nothing of that publisher ever ran
    person(QUESTION_YES);
    CHECK_EQ(job().state, INSTALL_DONE);
}

// Updates, and what a publisher has said before.
static void test_memory(const struct whole *first)
{
    begin();
    send(first);
    person(QUESTION_YES);
    send(first);
    CHECK(job().state == INSTALL_REFUSED && job().refusal == PACKAGE_REFUSED_SAME);
    struct whole second = signed_by(&ada, 2, 1, 0);
    send(&second);
    CHECK_EQ(steward.app.known, 1);
    person(QUESTION_YES);
    CHECK(job().state == INSTALL_DONE && steward.changed == 3 && steward.number == 2);
    send(first); // its chain is older than what is known, too
    CHECK(job().state == INSTALL_REFUSED && job().refusal == PACKAGE_REFUSED_LOWER);
    struct whole foreign = signed_by(&eve, 3, 0, 0);
    send(&foreign);
    CHECK(job().state == INSTALL_REFUSED && job().refusal == PACKAGE_REFUSED_OTHER_PUBLISHER);
    // A version that is taken back by a newer state of the chain, which is seen in passing: the
    // package that brings it is refused, and the older state is from then on as well.
    static struct developer thief;
    thief = ada; // who got the keys by now
    struct whole third = whole_make(3, 2);
    struct program_register program = register_of(&third);
    program.revoked = true;
    developer_write(&ada, &program);
    struct whole late = whole_make(3, 2);
    whole_sign(&late, &ada);
    send(&late);
    CHECK_EQ(job().state, INSTALL_REFUSED);
    steward.there = false;
    send(&second);
    CHECK(job().state == INSTALL_REFUSED && job().chain == CHAIN_REFUSED_OLDER);
    struct whole stolen = signed_by(&thief, 4, 3, 0);
    send(&stolen);
    CHECK(job().state == INSTALL_REFUSED && job().chain == CHAIN_REFUSED_FORK);
    free(stolen.bytes);
    free(second.bytes);
    free(third.bytes);
    free(late.bytes);
    free(foreign.bytes);
}

// Nobody signed it: the person is asked to vouch for it first, then whether it is to be installed.
static void test_vouching(void)
{
    static struct developer own;
    struct whole w = whole_make(5, 0);
    const struct program_register program = register_of(&w);
    begin();
    send(&w);
    CHECK(job().state == INSTALL_REFUSED && job().refusal == PACKAGE_REFUSED_UNSIGNED); // no seed
    developer_start(&own, SECRET);
    for (uint32_t said = VOUCH_GIVEN; said <= VOUCH_REFUSED; said++) {
        begin();
        vault.seed = true;
        vault.own = &own;
        send(&w);
        CHECK(job().state == INSTALL_ASKING && vault.offers == 1 && steward.asks == 0);
        CHECK_MEM(vault.offered.package_root, w.package.root, REGISTER_HASH);
        CHECK(installer_step(&in));
        CHECK_EQ(job().state, INSTALL_ASKING);
        if (said == VOUCH_GIVEN)
            developer_write(&own, &program);
        vault.state = said;
        (void)installer_step(&in);
        if (said == VOUCH_REFUSED) {
            CHECK(job().state == INSTALL_DECLINED && steward.asks == 0);
            continue;
        }
        CHECK_EQ(steward.asks, 1);
        person(QUESTION_YES);
        CHECK(job().state == INSTALL_DONE && steward.runs == 1);
        CHECK_EQ(in.known, 0); // the device's own chain is not remembered
    }
    begin();
    vault.seed = true;
    vault.own = &own;
    send(&w);
    vault.seed = false; // it started again
    (void)installer_step(&in);
    CHECK(job().state == INSTALL_FAILED && job().error == ERR_BAD_STATE);
    begin();
    vault.seed = true;
    vault.own = &own;
    send(&w);
    CHECK_EQ(say(INSTALL_CANCEL, NULL, 0), ERR_OK);
    CHECK(vault.withdrawn == 1 && job().state == INSTALL_DECLINED);
    free(w.bytes);
}

int main(void)
{
    developer_start(&ada, SECRET);
    developer_start(&eve, OTHER);
    struct whole w = signed_by(&ada, 1, 0, 0);
    test_install(&w);
    test_unmeasured(&w);
    test_pieces(&w);
    test_refusals(&w);
    test_ends(&w);
    test_memory(&w);
    test_vouching();
    free(w.bytes);
    return unit_done();
}
