// SPDX-License-Identifier: GPL-3.0-or-later
#include "installer.h"
#include "abi/consent.h"
#include "crypto/hash.h"
#include "format/bytes_le.h"
#include "gen/attest.h"
#include "gen/journal.h"
#include "gen/steward.h"
#include "gen/vault.h"
#include "os/text.h"
#include <string.h>

enum { CHANGE_INSTALLED = 1, CHANGE_REMOVED = 2, CHANGE_UPDATED = 3 }; // abi/journal.idl

static bool busy(const struct installer *in)
{
    return in->job.state == INSTALL_CHECKING || in->job.state == INSTALL_ASKING;
}

// The end of what was begun (N3).
static void job_end(struct installer *in, enum install_state state)
{
    in->job.state = state;
    if (!in->placed)
        return;
    in->placed = false;
    err_t err = in->removing ? ERR_OK : steward_drop(in->place);
    (void)err; // a steward that does not know the place has taken it back already
}

static void job_fail(struct installer *in, err_t error)
{
    in->job.error = error;
    job_end(in, INSTALL_FAILED);
}

// What came of having the person asked.
static void job_ask(struct installer *in, err_t error)
{
    if (error == ERR_OK)
        in->job.state = INSTALL_ASKING;
    else if (error == ERR_DENIED)
        job_end(in, INSTALL_PAUSED);
    else
        job_fail(in, error);
}

// ---- what is installed

struct installed {
    uint32_t place, pages, runs;
    uint64_t number;
    uint8_t name[BUNDLE_NAME], version[BUNDLE_NAME], publisher[PUBLISHER_SIZE];
};

// The next one from `place` on. Errors: NOT_FOUND (that were all).
static err_t installed_next(uint32_t place, struct installed *out)
{
    for (;; place++) {
        out->place = place;
        err_t err = steward_installed(place, out->name, out->version, out->publisher, &out->pages,
                                      &out->runs, &out->number);
        if (err != ERR_NOT_FOUND)
            return err == ERR_BAD_ARGUMENT ? ERR_NOT_FOUND : err;
    }
}

static err_t installed_find(const char name[BUNDLE_NAME], struct installed *out)
{
    err_t err = installed_next(0, out);
    while (err == ERR_OK && memcmp(out->name, name, BUNDLE_NAME) != 0)
        err = installed_next(out->place + 1, out);
    return err;
}

// ---- judging

static uint32_t chain_index(const struct installer *in, const uint8_t id[CHAIN_HASH])
{
    uint32_t i = 0;
    while (i < in->known && memcmp(in->ids[i], id, CHAIN_HASH) != 0)
        i++;
    return i;
}

static void chain_keep(struct installer *in)
{
    uint32_t i = chain_index(in, in->chain.id);
    memcpy(in->ids[i], in->chain.id, CHAIN_HASH);
    chain_remember(&in->chain, &in->chains[i]);
    in->known += i == in->known;
}

static err_t refuse(struct installer *in, const struct package_verdict *verdict)
{
    in->job.refusal = verdict->refusal;
    in->job.chain = verdict->chain;
    in->job.entry = verdict->entry;
    job_end(in, INSTALL_REFUSED);
    return ERR_DENIED;
}

// N2: who is known must not say something else than before. What he says that is newer counts from
// now on. Errors: BAD_STATE.
static err_t chain_follow(struct installer *in, enum chain_refusal *why)
{
    uint32_t i = chain_index(in, in->chain.id);
    if (i == in->known)
        return ERR_OK;
    err_t err = chain_compare(&in->chains[i], &in->chain, why);
    if (err == ERR_OK)
        chain_remember(&in->chain, &in->chains[i]);
    return err;
}

static err_t chain_judge(struct installer *in)
{
    struct package_verdict verdict = {.refusal = PACKAGE_REFUSED_CHAIN};
    enum chain_refusal why = CHAIN_GOOD;
    if (chain_index(in, in->chain.id) == INSTALLER_CHAINS) {
        verdict.refusal = PACKAGE_REFUSED_PUBLISHERS;
        return refuse(in, &verdict);
    }
    if (chain_follow(in, &why) == ERR_OK)
        return ERR_OK;
    verdict.chain = why;
    return refuse(in, &verdict);
}

// A package that is refused may bring a newer state of a chain all the same: one in which something
// was taken back.
static err_t chain_learn(struct installer *in, const struct package_verdict *verdict)
{
    enum chain_refusal why;
    err_t err = in->chain.count != 0 ? chain_follow(in, &why) : ERR_OK;
    (void)err; // it is refused anyway
    return refuse(in, verdict);
}

// What the person vouched for so far, and how the open offer stands. Without a vault: nothing.
static uint32_t own_fetch(struct installer *in)
{
    struct chain_check check;
    uint32_t total = 0, state = 0, first = 0;
    size_t used = 0, size = 0;
    in->own.count = 0;
    do {
        if (vault_vouched((uint32_t)used, in->own_bytes + used, sizeof in->own_bytes - used, &size,
                          &total, &state) != ERR_OK ||
            (used != 0 && total != first))
            return 0; // it was forgotten meanwhile
        first = total;
        used += size;
    } while (used < total && size != 0);
    if (total == 0 || used != total ||
        chain_verify(in->own_bytes, used, &in->own, &check) != ERR_OK)
        in->own.count = 0;
    return state;
}

// Nobody vouches for this package: ask the person to (N4), if the vault can have that signed.
static err_t person_ask(struct installer *in, const struct package *package,
                        struct package_verdict *verdict)
{
    struct program_register program;
    uint8_t value[REGISTER_VALUE];
    size_t size = 0;
    uint32_t code = CHAIN_GOOD;
    package_register(package, &program);
    err_t err = program_encode(&program, value, sizeof value, &size);
    if (err == ERR_OK)
        err = vault_offer_program(value, size, &code);
    if (err == ERR_OK && code == CHAIN_GOOD) {
        in->vouching = true;
        in->job.state = INSTALL_ASKING;
        return ERR_BUSY;
    }
    if (err == ERR_DENIED) {
        job_ask(in, err);
        return err;
    }
    if (err == ERR_OK) {
        verdict->refusal = PACKAGE_REFUSED_CHAIN;
        verdict->chain = code;
    }
    return refuse(in, verdict); // no seed: there is nothing to sign with
}

static err_t package_check(struct installer *in, struct package *package)
{
    struct package_verdict verdict = {.refusal = PACKAGE_GOOD};
    struct package_rules rules = {.publisher = NULL};
    struct installed there;
    enum package_refusal why = PACKAGE_GOOD;
    if (package_open(in->bytes, in->begun.size, package, &why) != ERR_OK) {
        verdict.refusal = why;
        return refuse(in, &verdict);
    }
    err_t err = installed_find(package->app->cell.name, &there);
    in->update = err == ERR_OK;
    if (err == ERR_OK) {
        rules.publisher = there.publisher;
        rules.number = there.number;
    } else if (err != ERR_NOT_FOUND) {
        job_fail(in, err);
        return err;
    }
    (void)own_fetch(in);
    rules.user = in->own.count != 0 ? &in->own : NULL;
    in->personal = package->chain.size == 0;
    in->chain.count = 0; // until it has been verified
    err = package_judge(package, &rules, &in->chain, &verdict);
    if (in->personal) // the device's own chain ends with the seed, and may begin anew: not
                      // remembered
        return err == ERR_OK ? ERR_OK
               : verdict.refusal == PACKAGE_REFUSED_UNSIGNED && !in->vouched
                   ? person_ask(in, package, &verdict)
                   : refuse(in, &verdict);
    return err == ERR_OK ? chain_judge(in) : chain_learn(in, &verdict);
}

// ---- installing

// What the steward is told: the package's plan, and who publishes it.
static err_t propose(struct installer *in, const struct package *package)
{
    static _Alignas(8) uint8_t bytes[STEWARD_PROPOSE_APP_SIZE];
    struct plan_app app = *package->app;
    const size_t grants = app.grant_count * sizeof(struct plan_grant);
    if (sizeof app + grants > sizeof bytes)
        return ERR_TOO_LARGE;
    memcpy(app.cell.publisher, in->chain.id, PUBLISHER_SIZE);
    app.known = chain_index(in, in->chain.id) < in->known;
    memcpy(bytes, &app, sizeof app);
    memcpy(bytes + sizeof app, package->grants, grants);
    err_t err = steward_propose(bytes, sizeof app + grants, &in->place, &in->job.ceiling,
                                &in->job.service, &in->job.method);
    in->placed = err == ERR_OK && in->job.ceiling == INSTALL_CEILING_NONE;
    return err;
}

static err_t image_load(const struct installer *in, const struct package *package)
{
    err_t err = ERR_OK;
    uint32_t loaded = 0;
    for (size_t at = 0; at < package->image.size && err == ERR_OK; at = loaded) {
        size_t part = package->image.size - at;
        part = part < STEWARD_LOAD_DATA_SIZE ? part : STEWARD_LOAD_DATA_SIZE;
        err = steward_load(in->place, package->image.at + at, part, &loaded);
    }
    return err;
}

static void package_install(struct installer *in)
{
    struct package package;
    if (package_check(in, &package) != ERR_OK)
        return; // said
    memcpy(in->name, package.app->cell.name, sizeof in->name);
    memcpy(in->version, package.app->version_text, sizeof in->version);
    memcpy(in->digest, package.root, sizeof in->digest);
    in->removing = false;
    err_t err = propose(in, &package);
    if (err == ERR_OK && !in->placed) {
        job_end(in, INSTALL_CEILING);
        return;
    }
    if (err == ERR_OK)
        err = image_load(in, &package);
    if (err == ERR_OK)
        job_ask(in, steward_ask(in->place, 0));
    else
        job_fail(in, err);
}

// ---- what comes after the answer

// Into the event log; that there is none yet is no reason to undo what happened.
static void change_record(struct installer *in, uint32_t what)
{
    char words[JOURNAL_CHANGED_TEXT_SIZE + 1];
    struct text t = text_begin(words, sizeof words);
    text_string(&t, "version ");
    text_name(&t, in->version, sizeof in->version);
    err_t err = journal_changed(what, (const uint8_t *)in->name, in->digest, (const uint8_t *)words,
                                strnlen(words, sizeof words - 1));
    (void)err;
}

// Measured first, then run: a quote may name a program that never ran, but none that ran is
// missing.
static err_t measure_run(struct installer *in)
{
    err_t err = attest_extend(in->digest);
    // No TPM, nobody who looks after one in this profile, or not any more: then nobody makes
    // quotes.
    const bool nobody = err == ERR_NOT_FOUND || err == ERR_DENIED || err == ERR_BAD_CAPABILITY;
    return err == ERR_OK || nobody ? steward_run(in->place) : err;
}

static void answer_yes(struct installer *in)
{
    err_t err = in->removing ? steward_drop(in->place) : measure_run(in);
    if (err == ERR_BUSY && in->removing)
        return; // pages that it lent come back soon
    if (err != ERR_OK) {
        job_fail(in, err);
        return;
    }
    in->placed = false;
    in->job.state = INSTALL_DONE;
    if (!in->removing && !in->personal)
        chain_keep(in);
    change_record(in, in->removing ? CHANGE_REMOVED
                      : in->update ? CHANGE_UPDATED
                                   : CHANGE_INSTALLED);
}

// The person's word about a package that no chain vouches for.
static void vouching_step(struct installer *in)
{
    const uint32_t state = own_fetch(in);
    if (state == VOUCH_WAITING)
        return;
    in->vouching = false;
    in->vouched = state == VOUCH_GIVEN;
    if (in->vouched)
        in->job.state = INSTALL_CHECKING;
    else if (state == VOUCH_REFUSED)
        job_end(in, INSTALL_DECLINED);
    else
        job_fail(in, ERR_BAD_STATE); // the vault has started again, or forgot its seed
}

bool installer_step(struct installer *in)
{
    uint32_t answer = 0;
    if (in->vouching)
        vouching_step(in);
    if (in->job.state == INSTALL_CHECKING)
        package_install(in);
    if (in->job.state != INSTALL_ASKING || in->vouching)
        return busy(in);
    err_t err = steward_asked(in->place, &answer);
    if (err != ERR_OK)
        job_fail(in, err);
    else if (answer == QUESTION_YES)
        answer_yes(in);
    else if (answer == QUESTION_TROUBLE)
        job_fail(in, ERR_DEVICE);
    else if (answer != 0)
        job_end(in, INSTALL_DECLINED);
    return busy(in);
}

// ---- the host's questions

static err_t serve_begin(struct installer *in, const uint8_t *data, size_t size, uint8_t *answer,
                         size_t *answer_size)
{
    struct install_begin begin;
    err_t err = install_begin_get(data, size, &begin);
    if (err != ERR_OK || begin.size == 0)
        return ERR_BAD_DATA;
    if (begin.size > PACKAGE_MAX)
        return ERR_TOO_LARGE;
    if (busy(in))
        return ERR_BUSY;
    if (in->job.state != INSTALL_RECEIVING || begin.size != in->begun.size ||
        memcmp(begin.digest, in->begun.digest, sizeof begin.digest) != 0) {
        in->begun = begin;
        in->job = (struct install_job){.state = INSTALL_RECEIVING};
        in->vouched = false;
    }
    le32_put(answer, in->job.received);
    *answer_size = 4;
    return ERR_OK;
}

static err_t serve_data(struct installer *in, const uint8_t *data, size_t size, uint8_t *answer,
                        size_t *answer_size)
{
    if (size < 4)
        return ERR_BAD_DATA;
    if (in->job.state != INSTALL_RECEIVING)
        return ERR_BAD_STATE;
    const uint32_t offset = le32_get(data), received = in->job.received;
    if (size - 4 > in->begun.size - received)
        return ERR_TOO_LARGE;
    if (offset == received) { // else it came twice, or something before it is missing
        memcpy(in->bytes + received, data + 4, size - 4);
        in->job.received += (uint32_t)(size - 4);
    }
    le32_put(answer, in->job.received);
    *answer_size = 4;
    return ERR_OK;
}

static err_t serve_job(const struct installer *in, uint8_t *answer, size_t *answer_size)
{
    install_job_put(&in->job, answer);
    *answer_size = INSTALL_JOB_SIZE;
    return ERR_OK;
}

static err_t serve_end(struct installer *in, uint8_t *answer, size_t *answer_size)
{
    uint8_t digest[INSTALL_DIGEST];
    if (in->job.state == INSTALL_RECEIVING) {
        if (in->job.received != in->begun.size)
            return ERR_BAD_STATE;
        hash_bytes(in->bytes, in->begun.size, digest);
        if (memcmp(digest, in->begun.digest, sizeof digest) != 0) {
            in->job = (struct install_job){.state = INSTALL_IDLE};
            return ERR_BAD_DATA;
        }
        in->job.state = INSTALL_CHECKING;
    } else if (in->job.state == INSTALL_IDLE) {
        return ERR_BAD_STATE;
    }
    return serve_job(in, answer, answer_size);
}

static err_t serve_list(const uint8_t *data, size_t size, uint8_t *answer, size_t *answer_size)
{
    struct installed there;
    struct install_record record;
    if (size != 4)
        return ERR_BAD_DATA;
    err_t err = installed_next(0, &there);
    for (uint32_t i = le32_get(data); i > 0 && err == ERR_OK; i--)
        err = installed_next(there.place + 1, &there);
    if (err != ERR_OK)
        return err == ERR_NOT_FOUND ? ERR_OK : err; // nothing behind the last one
    record =
        (struct install_record){.pages = there.pages, .runs = there.runs, .number = there.number};
    memcpy(record.name, there.name, sizeof record.name);
    memcpy(record.version, there.version, sizeof record.version);
    memcpy(record.publisher, there.publisher, sizeof record.publisher);
    install_record_put(&record, answer);
    *answer_size = INSTALL_RECORD_SIZE;
    return ERR_OK;
}

static err_t serve_remove(struct installer *in, const uint8_t *data, size_t size, uint8_t *answer,
                          size_t *answer_size)
{
    struct installed there;
    if (size == 0 || size >= BUNDLE_NAME)
        return ERR_BAD_DATA;
    if (busy(in))
        return ERR_BUSY;
    in->job = (struct install_job){.state = INSTALL_IDLE};
    memset(in->name, 0, sizeof in->name);
    memcpy(in->name, data, size);
    memset(in->digest, 0, sizeof in->digest);
    in->removing = true;
    err_t err = installed_find(in->name, &there);
    if (err == ERR_OK) {
        in->place = there.place;
        in->placed = true;
        memcpy(in->version, there.version, sizeof in->version);
        job_ask(in, steward_ask(in->place, 0));
    } else {
        job_fail(in, err);
    }
    return serve_job(in, answer, answer_size);
}

static err_t serve_cancel(struct installer *in, uint8_t *answer, size_t *answer_size)
{
    err_t err = ERR_OK;
    if (in->vouching) {
        err = vault_withdraw_program();
        in->vouching = false;
        job_end(in, INSTALL_DECLINED);
    } else if (in->job.state == INSTALL_ASKING) {
        err = steward_withdraw(in->place);
    }
    (void)err; // it was answered just now: RESULT says how
    (void)installer_step(in);
    return serve_job(in, answer, answer_size);
}

err_t installer_serve(struct installer *in, uint32_t type, const uint8_t *data, size_t size,
                      uint8_t *answer, size_t *answer_size)
{
    *answer_size = 0;
    switch (type) {
    case INSTALL_BEGIN:
        return serve_begin(in, data, size, answer, answer_size);
    case INSTALL_DATA:
        return serve_data(in, data, size, answer, answer_size);
    case INSTALL_END:
        return serve_end(in, answer, answer_size);
    case INSTALL_RESULT:
        return serve_job(in, answer, answer_size);
    case INSTALL_LIST:
        return serve_list(data, size, answer, answer_size);
    case INSTALL_REMOVE:
        return serve_remove(in, data, size, answer, answer_size);
    case INSTALL_CANCEL:
        return serve_cancel(in, answer, answer_size);
    default:
        return ERR_BAD_DATA;
    }
}
