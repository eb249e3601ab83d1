// SPDX-License-Identifier: GPL-3.0-or-later
// The one pending request and the operations on it. States and invariants: vault.h.
#include "vault.h"

#include <string.h>

#include "crypto/wipe.h"
#include "os/ipc.h"
#include "os/panic.h"
#include "os/syscall.h"

#define SECOND ((nsec_t)1000000000)

enum pending_state { PENDING_NONE, PENDING_OPEN, PENDING_WAITING };

static struct {
    uint32_t state;        // enum pending_state
    struct client *client; // whose request it is; null in PENDING_NONE (V1)
    nsec_t moved;          // when the caller last did something about it
    uint8_t bytes[REQUEST_MAX];
    size_t size;
    uint8_t hash[REQUEST_HASH_SIZE];
    struct request request; // decoded from `bytes`, into which it points (V3)
    struct spend_seen seen;
    uint8_t previous[VAULT_PREVIOUS_MAX];
    uint32_t previous_total, previous_used; // 0, 0: none under way
    char text[REVIEW_MAX];
    size_t text_size;
    uint32_t number; // secret from everybody but the prompt and the person
    bool fetched;    // the prompt has it (V4)
} pending;

static uint64_t sequence; // of the last question

static struct {
    uint64_t token;
    nsec_t deadline;
    bool kept;
} waiter; // the prompt, waiting for a question

// ---- the pending request

static void pending_clear(void)
{
    if (pending.state == PENDING_WAITING && pending.client->state == RESULT_SIGNED)
        patience_yes(&pending.client->patience);
    else if (pending.state == PENDING_WAITING && pending.client->why.code != REFUSAL_UNAVAILABLE)
        patience_no(&pending.client->patience, sys_now());
    pending.state = PENDING_NONE;
    pending.client = NULL;
    pending.size = pending.text_size = 0;
    pending.previous_total = pending.previous_used = 0;
    pending.fetched = false;
    wipe(&pending.number, sizeof pending.number);
    memset(&pending.seen, 0, sizeof pending.seen);
    memset(pending.hash, 0, sizeof pending.hash);
}

// The pending request is refused; its caller learns why.
static void pending_refuse(struct refusal why)
{
    ASSERT(pending.client, "V1: a pending request has a caller");
    client_refuse(pending.client, why);
    pending_clear();
}

// If `err` says REFUSED, end the request, give code and index to the caller, and answer that all
// went well: a refusal is a result.
static err_t pending_judge(err_t err, struct refusal why, uint32_t *code, uint32_t *index)
{
    if (err == ERR_REFUSED) {
        pending_refuse(why);
        *code = why.code;
        *index = why.index;
        return ERR_OK;
    }
    if (err)
        pending_refuse((struct refusal){REFUSAL_UNAVAILABLE, 0});
    return err;
}

void requests_forget(void)
{
    if (pending.state != PENDING_NONE)
        pending_refuse((struct refusal){REFUSAL_UNAVAILABLE, 0});
    wipe(pending.bytes, sizeof pending.bytes);
    clients_forget();
}

bool vault_busy_with(const struct client *client)
{
    return pending.client == client;
}

static bool pending_is(const struct client *client, enum pending_state state)
{
    return pending.state == state && pending.client == client;
}

// Nothing happened to somebody's OPEN request for a while: it does not block the others for ever.
static bool pending_stale(void)
{
    return pending.state == PENDING_OPEN &&
           sys_now() - pending.moved > VAULT_STALE_SECONDS * SECOND;
}

// ---- operations of apps

static err_t op_status(const struct caller *who, uint32_t *state, uint32_t *network,
                       uint32_t *fingerprint)
{
    struct client *client;
    struct hd_key master;
    err_t err = client_of(who->identity, &client);
    if (err)
        return err;
    if (keys_seeded() && client->fingerprint == 0) {
        err = keys_app(client, &master);
        if (err)
            return err;
        client->fingerprint = hd_fingerprint(&master);
        hd_key_wipe(&master); // V7
    }
    *state = keys_seeded();
    *network = keys_network();
    *fingerprint = client->fingerprint;
    return ERR_OK;
}

static err_t op_account(const struct caller *who, uint32_t purpose, uint32_t account, uint8_t *xpub,
                        size_t cap, size_t *size)
{
    struct client *client;
    struct hd_key master, node;
    char text[HD_TEXT_MAX];
    err_t err = client_of(who->identity, &client);
    if (err)
        return err;
    if (!keys_seeded())
        return ERR_BAD_STATE;
    if (coin_program_size(purpose) == 0 || account >= ACCOUNT_COUNT)
        return ERR_BAD_ARGUMENT;
    err = keys_app(client, &master);
    if (err)
        return err;
    err = account_node(keys_secp(), &master, keys_network(), purpose, account, &node);
    hd_key_wipe(&master); // V7
    if (err)
        return err;
    hd_public_text(&node, keys_network(), text);
    hd_key_wipe(&node);
    if (strlen(text) > cap)
        return ERR_TOO_SMALL;
    *size = strlen(text);
    memcpy(xpub, text, *size);
    return ERR_OK;
}

// All that can be said about a request without previous transactions (V2).
static err_t request_judge(const struct client *client, struct refusal *why)
{
    struct hd_key master;
    err_t err = request_decode(pending.bytes, pending.size, &pending.request, why);
    if (err)
        return err;
    if (pending.request.network != keys_network())
        return refusal_set(why, REFUSAL_NETWORK, 0);
    err = keys_app(client, &master);
    if (err)
        return err;
    err = spend_check_keys(keys_secp(), &master, &pending.request, why);
    hd_key_wipe(&master); // V7
    return err;
}

static err_t op_offer(const struct caller *who, const uint8_t *request, size_t size, uint32_t *code,
                      uint32_t *index)
{
    struct client *client;
    struct refusal why = {REFUSAL_NONE, 0};
    err_t err = client_of(who->identity, &client);
    if (err)
        return err;
    if (!keys_seeded())
        return ERR_BAD_STATE;
    if (size > sizeof pending.bytes)
        return ERR_TOO_LARGE;
    if (pending_stale() && pending.client != client)
        pending_refuse((struct refusal){REFUSAL_WITHDRAWN, 0});
    if (pending.state != PENDING_NONE && !pending_is(client, PENDING_OPEN))
        return ERR_BUSY; // V1
    pending_clear();
    client_clear(client);
    pending.state = PENDING_OPEN;
    pending.client = client;
    pending.moved = sys_now();
    memcpy(pending.bytes, request, size);
    pending.size = size;
    request_hash(pending.bytes, pending.size, pending.hash); // V3
    return pending_judge(request_judge(client, &why), why, code, index);
}

static err_t op_previous(const struct caller *who, uint32_t total, uint32_t offset,
                         const uint8_t *data, size_t size, uint32_t *code, uint32_t *index)
{
    struct client *client;
    struct refusal why = {REFUSAL_PREVIOUS_ORDER, 0};
    err_t err = client_of(who->identity, &client);
    if (err)
        return err;
    if (!pending_is(client, PENDING_OPEN))
        return ERR_BAD_STATE;
    if (total > VAULT_PREVIOUS_MAX)
        return ERR_TOO_LARGE;
    pending.moved = sys_now();
    if (pending.previous_used == 0)
        pending.previous_total = total;
    if (total != pending.previous_total || offset != pending.previous_used || size == 0 ||
        size > total - offset)
        return pending_judge(ERR_REFUSED, why, code, index);
    memcpy(pending.previous + offset, data, size);
    pending.previous_used += (uint32_t)size;
    if (pending.previous_used < total)
        return ERR_OK;
    pending.previous_used = 0;
    struct span transaction = {pending.previous, total};
    err = spend_check_previous(&pending.request, transaction, &pending.seen, &why);
    return pending_judge(err, why, code, index);
}

// The text that the prompt will show: the same function, the same arguments.
static err_t text_make(struct refusal *why)
{
    char device[FINGERPRINT_TEXT], publisher[FINGERPRINT_TEXT];
    uint8_t key[VAULT_DEVICE_KEY_KEY_SIZE];
    err_t err = keys_device(key);
    if (err)
        return err;
    fingerprint_text(key, device);
    fingerprint_text(pending.client->publisher, publisher);
    struct review_context context = {device, pending.client->name, publisher, sequence + 1};
    return review_render(&pending.request, &context, pending.text, sizeof pending.text,
                         &pending.text_size, why);
}

static void waiter_answer(err_t error)
{
    if (!waiter.kept)
        return;
    waiter.kept = false;
    // A prompt that died meanwhile needs no answer.
    (void)!vault_wait_question_reply(waiter.token, error);
}

static err_t op_ask(const struct caller *who, uint32_t *code, uint32_t *index)
{
    struct client *client;
    struct refusal why = {REFUSAL_PREVIOUS_ORDER, 0};
    err_t err = client_of(who->identity, &client);
    if (err)
        return err;
    if (!pending_is(client, PENDING_OPEN))
        return ERR_BAD_STATE;
    if (pending.previous_used != 0) // a previous transaction is half there
        return pending_judge(ERR_REFUSED, why, code, index);
    err = spend_check_complete(&pending.request, &pending.seen, &why);
    if (!err && patience_over(&client->patience, sys_now()))
        err = refusal_set(&why, REFUSAL_TOO_OFTEN, 0);
    if (!err)
        err = text_make(&why);
    if (!err)
        err = keys_number(&pending.number);
    if (err)
        return pending_judge(err, why, code, index);
    sequence++;
    pending.state = PENDING_WAITING; // V2
    client->state = RESULT_WAITING;
    waiter_answer(ERR_OK);
    return ERR_OK;
}

static err_t op_result(const struct caller *who, uint32_t *state, uint32_t *code, uint32_t *index,
                       uint32_t *signatures, uint32_t *evidence)
{
    struct client *client;
    err_t err = client_of(who->identity, &client);
    if (err)
        return err;
    *state = client->state;
    *code = client->why.code;
    *index = client->why.index;
    *signatures = client->signature_count;
    *evidence = (uint32_t)client->evidence_size;
    return ERR_OK;
}

static err_t op_signature(const struct caller *who, uint32_t number, uint8_t *data, size_t cap,
                          size_t *size, uint32_t *input)
{
    struct client *client;
    err_t err = client_of(who->identity, &client);
    if (err)
        return err;
    if (client->state != RESULT_SIGNED || number >= client->signature_count)
        return ERR_NOT_FOUND;
    const struct signature *s = &client->signatures[number];
    if (s->size > cap)
        return ERR_TOO_SMALL;
    memcpy(data, s->bytes, s->size);
    *size = s->size;
    *input = s->input;
    return ERR_OK;
}

static err_t op_evidence(const struct caller *who, uint8_t *data, size_t cap, size_t *size)
{
    struct client *client;
    err_t err = client_of(who->identity, &client);
    if (err)
        return err;
    if (client->state != RESULT_SIGNED)
        return ERR_NOT_FOUND;
    if (client->evidence_size > cap)
        return ERR_TOO_SMALL;
    memcpy(data, client->evidence, client->evidence_size);
    *size = client->evidence_size;
    return ERR_OK;
}

static err_t op_cancel(const struct caller *who)
{
    struct client *client;
    err_t err = client_of(who->identity, &client);
    if (err)
        return err;
    if (pending.client == client)
        pending_clear();
    client_clear(client);
    return ERR_OK;
}

// ---- operations of the prompt; nobody else's capability has their methods

static err_t op_wait_question(const struct caller *who, nsec_t deadline)
{
    (void)who;
    if (pending.state == PENDING_WAITING)
        return ERR_OK;
    if (deadline != 0 && deadline <= sys_now())
        return ERR_TIMED_OUT;
    waiter_answer(ERR_BUSY); // an earlier prompt, which is gone
    err_t err = ipc_keep(&waiter.token);
    if (err)
        return err;
    waiter.deadline = deadline;
    waiter.kept = true;
    return REPLY_LATER;
}

nsec_t vault_deadline(void)
{
    return waiter.kept ? waiter.deadline : 0;
}

void vault_tick(void)
{
    if (waiter.kept && waiter.deadline != 0 && waiter.deadline <= sys_now())
        waiter_answer(ERR_TIMED_OUT);
}

// Another number than before: the prompt that showed that one is gone, and what was typed for it
// goes with it (V9).
static err_t number_renew(void)
{
    uint32_t old = pending.number;
    for (int i = 0; i < 8; i++) {
        err_t err = keys_number(&pending.number);
        if (err || pending.number != old)
            return err;
    }
    return ERR_BAD_STATE; // eight times one number of 10,000: that is no randomness
}

static err_t op_question(const struct caller *who, uint8_t *request, size_t cap, size_t *size,
                         uint8_t hash[32], uint8_t app[32], uint8_t publisher[32], uint32_t *number,
                         uint64_t *number_of_question)
{
    (void)who;
    if (pending.state != PENDING_WAITING)
        return ERR_NOT_FOUND;
    if (pending.size > cap)
        return ERR_TOO_SMALL;
    err_t err = pending.fetched ? number_renew() : ERR_OK;
    if (err) {
        pending_refuse((struct refusal){REFUSAL_UNAVAILABLE, 0});
        return err;
    }
    memcpy(request, pending.bytes, pending.size);
    *size = pending.size;
    memcpy(hash, pending.hash, sizeof pending.hash);
    memcpy(app, pending.client->name, BUNDLE_NAME);
    memcpy(publisher, pending.client->publisher, PUBLISHER_SIZE);
    *number = pending.number;
    *number_of_question = sequence;
    pending.fetched = true;
    return ERR_OK;
}

static err_t op_approve(const struct caller *who, const uint8_t hash[32], uint32_t number)
{
    (void)who;
    if (pending.state != PENDING_WAITING || !pending.fetched ||
        !equal_ct(hash, pending.hash, sizeof pending.hash))
        return ERR_NOT_FOUND; // V4
    struct client *client = pending.client;
    if (!equal_ct(&number, &pending.number, sizeof number)) {
        pending_refuse((struct refusal){REFUSAL_WRONG_NUMBER, 0});
        return ERR_REFUSED;
    }
    struct refusal why = {REFUSAL_UNAVAILABLE, 0};
    struct approved what = {&pending.request, pending.hash, pending.text, pending.text_size,
                            sequence};
    err_t err = sign_all(client, &what, &why);
    if (err)
        pending_refuse(why);
    else
        pending_clear();
    return err;
}

static err_t op_reject(const struct caller *who, const uint8_t hash[32], uint32_t code)
{
    (void)who;
    if (code != REFUSAL_PERSON_SAID_NO && code != REFUSAL_PERSON_TIMED_OUT &&
        code != REFUSAL_UNAVAILABLE)
        return ERR_BAD_ARGUMENT;
    if (pending.state != PENDING_WAITING || !equal_ct(hash, pending.hash, sizeof pending.hash))
        return ERR_NOT_FOUND;
    pending_refuse((struct refusal){code, 0});
    return ERR_OK;
}

static err_t op_restore(const struct caller *who, const uint8_t *words, size_t size,
                        uint32_t network, uint32_t *position)
{
    (void)who;
    return keys_restore(words, size, network, position);
}

static err_t op_create(const struct caller *who, uint8_t *words, size_t cap, size_t *size)
{
    (void)who;
    return keys_create(words, cap, size);
}

static err_t op_device_key(const struct caller *who, uint8_t key[32])
{
    (void)who;
    return keys_device(key);
}

static err_t op_sign_journal(const struct caller *who, const uint8_t boot_id[16],
                             const uint8_t before[32], const uint8_t last[32],
                             const uint8_t nonce[32], uint8_t *out, size_t cap, size_t *size,
                             uint64_t first, uint64_t count, uint64_t time)
{
    (void)who;
    struct evidence_journal j = {.first = first, .count = count, .time = time};
    memcpy(j.boot_id, boot_id, sizeof j.boot_id);
    memcpy(j.before, before, sizeof j.before);
    memcpy(j.last, last, sizeof j.last);
    return sign_journal(&j, nonce, out, cap, size);
}

const struct vault_ops vault_operations = {
    .status = op_status,
    .account = op_account,
    .offer = op_offer,
    .previous = op_previous,
    .ask = op_ask,
    .result = op_result,
    .signature = op_signature,
    .evidence = op_evidence,
    .cancel = op_cancel,
    .wait_question = op_wait_question,
    .question = op_question,
    .approve = op_approve,
    .reject = op_reject,
    .restore = op_restore,
    .create = op_create,
    .device_key = op_device_key,
    .sign_journal = op_sign_journal,
    .storage = unlock_storage,
    .unlock = unlock_open,
    .protect = unlock_protect,
    .words = unlock_words,
    .forget = unlock_forget,
    .offer_program = own_offer,
    .vouched = own_vouched,
    .withdraw_program = own_withdraw,
    .program = own_program,
    .program_waits = own_waits,
    .approve_program = own_approve,
    .reject_program = own_reject,
    .own_program = own_listed,
    .own_word = own_word,
    .refuse_program = own_refuse,
};
