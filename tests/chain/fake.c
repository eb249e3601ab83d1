// SPDX-License-Identifier: GPL-3.0-or-later
#include "fake.h"
#include "flash.h"
#include "payment.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/boot_info.h"
#include "abi/layout.h"
#include "crypto/hash.h"
#include "gen/attest.h"
#include "gen/console.h"
#include "gen/entropy.h"
#include "gen/flash.h"
#include "gen/journal.h"
#include "gen/reader.h"
#include "gen/steward.h"
#include "gen/vault.h"
#include "os/ipc.h"
#include "os/panic.h"
#include "os/syscall.h"
#include "prompt/prompt.h"
#include "reader/reader.h"
#include "vault/vault.h"

enum { DEPTH = 4, LEASE_BYTES = CELL_LEASE_PAGES * PAGE_SIZE, NUMBER_DIGITS = 4 };

struct fake fake;

// ---- the kernel

static uint8_t areas[DEPTH][LEASE_BYTES];
static uint8_t before[LEASE_BYTES]; // what was lent for reading
static size_t depth;                // whose lease area it is
static struct {
    uint64_t token;
    bool answered;
    err_t error;
} kept;

static void require(bool cond, const char *what)
{
    if (!cond) {
        fprintf(stderr, "chain: %s\n", what);
        abort();
    }
}

_Noreturn void panic(const char *file, int line, const char *why)
{
    fprintf(stderr, "%s:%d: panic: %s\n", file, line, why);
    abort();
}

nsec_t sys_now(void)
{
    return fake.now;
}

err_t sys_wait(cap_t signal, nsec_t deadline, uint64_t *bits)
{
    (void)signal, (void)bits;
    fake.now = deadline;
    return ERR_TIMED_OUT;
}

const struct start_info *start_page(void)
{
    static const struct start_info start;
    return &start;
}

cap_t ipc_service(uint32_t service)
{
    return service;
}

uint8_t *ipc_lease_area(void)
{
    return areas[depth];
}

err_t ipc_keep(uint64_t *token)
{
    kept.answered = false;
    *token = ++kept.token;
    return ERR_OK;
}

err_t ipc_reply(uint64_t token, err_t error, const uint64_t w[MESSAGE_WORDS])
{
    (void)w;
    if (token != kept.token || kept.answered)
        return ERR_BAD_CAPABILITY;
    kept.answered = true;
    kept.error = error;
    return ERR_OK;
}

void fake_pause(void)
{
    fake.now += PATIENCE_PAUSE << PATIENCE_DOUBLINGS;
}

// After a question has ended, so long passes that no pause is left (os/patience.h).
static void vault_message(struct message *m)
{
    const uint32_t method = (uint32_t)m->method;
    vault_dispatch(&vault_operations, m);
    if (!fake.at_once &&
        (method == VAULT_METHOD_APPROVE || method == VAULT_METHOD_REJECT ||
         method == VAULT_METHOD_APPROVE_PROGRAM || method == VAULT_METHOD_REJECT_PROGRAM))
        fake_pause();
}

static const struct steward_ops steward_operations;
static const struct entropy_ops entropy_operations;
static const struct console_ops console_operations;
static const struct journal_ops journal_operations;

static void deliver(cap_t to, struct message *m)
{
    fake_journal.approvals += to == VAULT_SERVICE && (m->method == VAULT_METHOD_APPROVE ||
                                                      m->method == VAULT_METHOD_APPROVE_PROGRAM);
    if (to == VAULT_SERVICE && fake.vault_fresh && m->method == VAULT_METHOD_STATUS)
        memset(m->w, 0, sizeof m->w);
    else if (to == VAULT_SERVICE)
        vault_message(m);
    else if (to == READER_SERVICE)
        reader_dispatch(&reader_operations, m);
    else if (to == STEWARD_SERVICE)
        steward_dispatch(&steward_operations, m);
    else if (to == ENTROPY_SERVICE)
        entropy_dispatch(&entropy_operations, m);
    else if (to == FLASH_SERVICE)
        flash_dispatch(&fake_flash_operations, m);
    else if (to == JOURNAL_SERVICE)
        journal_dispatch(&journal_operations, m);
    else if (to == CONSOLE_SERVICE)
        console_dispatch(&console_operations, m);
    else if (to == ATTEST_SERVICE)
        m->error = ERR_BAD_CAPABILITY; // no such cell in this system
    else
        require(false, "a call to a service that is not there");
}

// The vault keeps the reply: time passes until it answers.
static err_t wait_for_answer(void)
{
    if (!kept.answered) {
        require(vault_deadline() != 0, "the prompt waits for ever");
        fake.now = vault_deadline();
        vault_tick();
    }
    require(kept.answered, "the vault lets its deadline pass");
    return kept.error;
}

err_t ipc_call_lease(cap_t to, uint32_t method, uint64_t w[MESSAGE_WORDS], uint32_t kind,
                     size_t pages)
{
    struct message m = {.method = method, .identity = fake.self, .lease_kind = kind};
    uint64_t self = fake.self;
    if (to == VAULT_SERVICE && fake.vault_gone)
        return ERR_BAD_CAPABILITY;
    require(depth + 1 < DEPTH && pages <= CELL_LEASE_PAGES, "the call fits");
    m.lease = kind == LEASE_NONE ? NULL : areas[depth];
    m.lease_pages = pages;
    memcpy(m.w, w, sizeof m.w);
    if (kind == LEASE_LEND)
        memcpy(before, areas[depth], pages * PAGE_SIZE);
    fake.self = to; // what the server calls, it calls as itself
    depth++;
    deliver(to, &m);
    depth--;
    fake.self = self;
    if (kind == LEASE_LEND && to != VAULT_SERVICE)
        require(memcmp(before, areas[depth], pages * PAGE_SIZE) == 0,
                "a server wrote to a read-only lease");
    memcpy(w, m.w, sizeof m.w);
    return m.error == REPLY_LATER ? wait_for_answer() : m.error;
}

err_t ipc_call(cap_t to, uint32_t method, uint64_t w[MESSAGE_WORDS])
{
    return ipc_call_lease(to, method, w, LEASE_NONE, 0);
}

// ---- the steward and the entropy source

static err_t op_identify(const struct caller *who, uint64_t identity, uint8_t name[32],
                         uint8_t publisher[32], uint8_t app_id[32], uint32_t *app)
{
    static const uint8_t cella[32] = {0xc0, 0xde, 0x56, 0x78, [28] = 0xce, 0x11, 0xa0, 0x01};
    (void)who;
    memset(name, 0, 32);
    memset(publisher, FAKE_OTHER_PUBLISHER, 32);
    memset(app_id, 0, 32);
    *app = identity != FAKE_PROMPT;
    const bool wallet = identity == FAKE_WALLET || identity == FAKE_AGAIN;
    const char *called = identity == FAKE_PROMPT  ? "prompt"
                         : wallet                 ? "wallet"
                         : identity == FAKE_OTHER ? "x\r\nSigned.\r\n\033[2J> "
                                                  : "stranger";
    memcpy(name, called, strlen(called));
    memcpy(app_id, identity == FAKE_PROMPT ? "prompt" : "wallet", 6);
    if (wallet || identity == FAKE_PROMPT)
        memcpy(publisher, cella, 32); // the others: the same app id, of another publisher
    return ERR_OK;
}

static err_t op_boot_report(const struct caller *who, uint8_t profile[32], uint8_t version[32],
                            uint8_t digest[32], uint32_t *entry, uint32_t *secure_boot,
                            uint64_t *rollback_index)
{
    (void)who;
    memset(profile, 0, 32);
    memcpy(profile, "vault", 5);
    memset(version, 0, 32);
    memcpy(version, "0.1.0", 5);
    for (uint8_t i = 0; i < 32; i++)
        digest[i] = (uint8_t)(0xa0 + i);
    *entry = fake.entry;
    *secure_boot = fake.secure_boot;
    *rollback_index = 1;
    return ERR_OK;
}

struct fake_steward fake_steward;

static err_t op_wait_question(const struct caller *who, nsec_t deadline, uint64_t *sequence)
{
    (void)who;
    (void)deadline;
    *sequence = 5;
    return fake_steward.open ? ERR_OK : ERR_TIMED_OUT;
}

static err_t op_steward_question(const struct caller *who, uint8_t *about, size_t cap, size_t *size,
                                 uint32_t *number, uint64_t *sequence)
{
    (void)who;
    if (!fake_steward.open)
        return ERR_NOT_FOUND;
    *size = sizeof fake_steward.question;
    if (*size > cap)
        return ERR_TOO_SMALL;
    memcpy(about, &fake_steward.question, *size);
    *number = 1357;
    *sequence = 5;
    return ERR_OK;
}

static err_t op_steward_answer(const struct caller *who, uint64_t sequence, uint32_t answer,
                               uint32_t number)
{
    (void)who;
    if (!fake_steward.open || sequence != 5)
        return ERR_NOT_FOUND;
    fake_steward.open = false;
    fake_steward.answer = answer;
    fake_steward.number = number;
    return answer == QUESTION_YES && number != 1357 ? ERR_REFUSED : ERR_OK;
}

static err_t op_installed(const struct caller *who, uint32_t place, uint8_t name[32],
                          uint8_t version[32], uint8_t publisher[32], uint32_t *pages,
                          uint32_t *runs, uint64_t *number)
{
    (void)who;
    if (place >= FAKE_APPS)
        return ERR_BAD_ARGUMENT;
    if (fake_steward.apps[place].number == 0)
        return ERR_NOT_FOUND;
    memcpy(name, fake_steward.apps[place].name, 32);
    memcpy(version, fake_steward.apps[place].version, 32);
    memcpy(publisher, fake_steward.apps[place].publisher, 32);
    *pages = 1;
    *runs = fake_steward.apps[place].runs;
    *number = fake_steward.apps[place].number;
    return ERR_OK;
}

static err_t op_remove(const struct caller *who, const uint8_t name[32])
{
    (void)who;
    memcpy(fake_steward.removed, name, 32);
    if (fake_steward.busy > 0) {
        fake_steward.busy--;
        return ERR_BUSY;
    }
    for (unsigned i = 0; i < FAKE_APPS; i++)
        if (fake_steward.apps[i].number != 0 && memcmp(fake_steward.apps[i].name, name, 32) == 0) {
            fake_steward.apps[i].number = 0;
            return ERR_OK;
        }
    return ERR_NOT_FOUND;
}

static const struct steward_ops steward_operations = {.identify = op_identify,
                                                      .boot_report = op_boot_report,
                                                      .wait_question = op_wait_question,
                                                      .question = op_steward_question,
                                                      .answer = op_steward_answer,
                                                      .installed = op_installed,
                                                      .remove = op_remove};

static err_t op_random(const struct caller *who, uint8_t *data, size_t cap, size_t *size)
{
    static uint64_t counter;
    uint8_t block[HASH_SIZE];
    (void)who;
    if (fake.entropy_broken)
        return ERR_BAD_STATE;
    memset(data, 0, cap);
    for (size_t at = 0; at < cap && !fake.entropy_zero; at += sizeof block) {
        counter++;
        hash_derive_key("cella chain test", &counter, sizeof counter, block);
        memcpy(data + at, block, cap - at < sizeof block ? cap - at : sizeof block);
    }
    *size = cap;
    return ERR_OK;
}

static err_t op_entropy_status(const struct caller *who, uint32_t *passed, uint32_t *failed,
                               uint32_t *test)
{
    (void)who;
    *passed = 7;
    *failed = 0;
    *test = fake.entropy_test;
    return ERR_OK;
}

static const struct entropy_ops entropy_operations = {.random = op_random,
                                                      .status = op_entropy_status};

// ---- the event log

struct fake_journal fake_journal;

static err_t op_answered(const struct caller *who, bool approved, const uint8_t app[32],
                         const uint8_t digest[32], const uint8_t *text, size_t size)
{
    (void)who;
    if (fake_journal.broken)
        return ERR_BAD_CAPABILITY;
    struct fake_entry *e = &fake_journal.entries[fake_journal.count++ % FAKE_ENTRIES];
    *e = (struct fake_entry){.approved = approved, .approvals = fake_journal.approvals};
    memcpy(e->app, app, 32);
    memcpy(e->digest, digest, sizeof e->digest);
    memcpy(e->text, text, size);
    return ERR_OK;
}

static const struct journal_ops journal_operations = {.answered = op_answered};

// ---- the console and the person in front of it

static struct {
    const struct fake_step *steps;
    size_t count, next;
    size_t mark; // what was written from here on counts for the next step
    uint8_t typed[8192];
    size_t typed_size;
    jmp_buf stuck;
} person;

bool fake_said_since(size_t mark, const char *text)
{
    return strstr(fake.output + mark, text) != NULL;
}

bool fake_said(const char *text)
{
    return fake_said_since(0, text);
}

void fake_screen_clear(void)
{
    fake.output_size = person.mark = 0;
    fake.output[0] = '\0';
}

bool fake_lease_holds(const char *text)
{
    return memmem(areas[depth], LEASE_BYTES, text, strlen(text)) != NULL;
}

bool fake_output_clean(void)
{
    for (size_t i = 0; i < fake.output_size; i++) {
        char c = fake.output[i];
        if (!(c >= ' ' && c <= '~') && c != '\r' && c != '\n' && c != '\b')
            return false;
    }
    return true;
}

// The four digits that stand on the screen, or others.
static void number_seen(bool right, char out[NUMBER_DIGITS])
{
    static const char sentence[] = ", type the number ";
    const char *last = NULL;
    for (const char *at = fake.output; (at = strstr(at, sentence)); at++)
        last = at + sizeof sentence - 1;
    require(last, "a number stands on the screen");
    memcpy(out, last, NUMBER_DIGITS);
    if (!right)
        out[3] = out[3] == '9' ? '0' : (char)(out[3] + 1);
}

void fake_type(const char *keys)
{
    for (; *keys; keys++) {
        require(person.typed_size + NUMBER_DIGITS < sizeof person.typed,
                "the person types that much");
        if (*keys == '$' || *keys == '&') {
            number_seen(*keys == '$', (char *)person.typed + person.typed_size);
            person.typed_size += NUMBER_DIGITS;
        } else {
            person.typed[person.typed_size++] = (uint8_t)*keys;
        }
    }
}

// If the person sees what they wait for, they act.
static bool person_look(bool early)
{
    if (person.next == person.count)
        return false;
    const struct fake_step *step = &person.steps[person.next];
    const char *seen = strstr(fake.output + person.mark, step->expect);
    if (!seen || (early && !step->early))
        return false;
    person.mark = (size_t)(seen - fake.output) + strlen(step->expect);
    person.next++;
    if (step->act)
        step->act();
    if (step->keys)
        fake_type(step->keys);
    return true;
}

static err_t op_wait(const struct caller *who, uint64_t deadline)
{
    (void)who;
    if (fake.console_broken)
        return ERR_DEVICE;
    while (person_look(false) && person.typed_size == 0)
        ;
    if (person.typed_size > 0)
        return ERR_OK;
    if (deadline == 0)
        longjmp(person.stuck, 1);
    if (deadline > fake.now)
        fake.now = deadline;
    return ERR_TIMED_OUT;
}

static err_t op_read(const struct caller *who, uint8_t *data, size_t cap, size_t *size,
                     uint32_t *lost)
{
    (void)who;
    if (fake.console_broken)
        return ERR_DEVICE;
    *size = person.typed_size < cap ? person.typed_size : cap;
    memcpy(data, person.typed, *size);
    memmove(person.typed, person.typed + *size, person.typed_size - *size);
    person.typed_size -= *size;
    *lost = fake.console_lost;
    fake.console_lost = 0;
    return ERR_OK;
}

static err_t op_write(const struct caller *who, const uint8_t *data, size_t size)
{
    (void)who;
    if (fake.console_broken)
        return ERR_DEVICE;
    require(fake.output_size + size < sizeof fake.output, "the screen is large enough");
    memcpy(fake.output + fake.output_size, data, size);
    fake.output_size += size;
    fake.output[fake.output_size] = '\0';
    person_look(true);
    return ERR_OK;
}

static err_t op_discard(const struct caller *who)
{
    (void)who;
    if (fake.console_broken)
        return ERR_DEVICE;
    fake.discards++;
    person.typed_size = 0;
    fake.console_lost = 0;
    return ERR_OK;
}

static const struct console_ops console_operations = {
    .wait = op_wait, .read = op_read, .write = op_write, .discard = op_discard};

void fake_start(void)
{
    memset(&fake, 0, sizeof fake);
    memset(&person, 0, sizeof person);
    fake.now = 1000000000;
    fake.entry = BOOT_UEFI;
    fake.secure_boot = BOOT_SECURE_ON;
    fake.self = FAKE_PROMPT;
}

bool fake_person(const struct fake_step *steps, size_t count, unsigned rounds)
{
    volatile unsigned left = rounds;
    uint64_t self = fake.self;
    person.steps = steps;
    person.count = count;
    person.next = 0;
    person.mark = fake.output_size;
    fake.self = FAKE_PROMPT;
    if (setjmp(person.stuck) == 0) {
        while (left-- > 0)
            prompt_step();
    } else {
        depth = 0; // the wait was inside a call
        fprintf(stderr, "chain: the prompt waits for a person who expects \"%s\"\n",
                person.next < count ? steps[person.next].expect : "nothing");
    }
    fake.self = self;
    if (person.next < count && left == UINT32_MAX)
        fprintf(stderr, "chain: the person never saw \"%s\"\n", steps[person.next].expect);
    return person.next == count && left == UINT32_MAX;
}

bool fake_restore(const char *network, unsigned rounds)
{
    const struct fake_step steps[] = {
        {"> ",        "restore\r",        false, NULL},
        {"Network: ", network,            false, NULL},
        {"words> ",   PAYMENT_WORDS "\r", false, NULL},
        {"Ready.",    NULL,               false, NULL},
    };
    prompt_begin();
    return fake_person(steps, sizeof steps / sizeof steps[0], rounds);
}
