// SPDX-License-Identifier: GPL-3.0-or-later
// Signatures and the evidence about them.
#include <string.h>

#include "crypto/wipe.h"
#include "gen/entropy.h"
#include "gen/steward.h"
#include "vault.h"

static struct evidence evidence;
static struct evidence_work work;

// A zero-padded name from the steward.
static struct evidence_name name_of(const void *bytes, size_t max)
{
    return (struct evidence_name){bytes, strnlen(bytes, max)};
}

static err_t inputs_sign(struct client *client, const struct approved *what, struct refusal *why)
{
    struct hd_key master;
    struct sighash_shared shared;
    uint8_t aux[VAULT_RANDOM];
    err_t err = keys_app(client, &master);
    if (err)
        return err;
    sighash_share(what->request, &shared);
    for (uint32_t i = 0; i < what->request->input_count && !err; i++) {
        struct signature *s = &client->signatures[i];
        s->input = i;
        err = keys_random(aux, sizeof aux);
        if (!err)
            err = spend_sign(keys_secp(), &master, what->request, &shared, i, aux, s->bytes,
                             &s->size, why);
    }
    client->signature_count = what->request->input_count;
    wipe(aux, sizeof aux); // V7
    hd_key_wipe(&master);
    return err;
}

// Begin evidence: what it says about the system, whatever its type.
static err_t evidence_begin(uint32_t type, uint64_t sequence)
{
    static uint8_t profile[32], version[32]; // `evidence` points into them
    uint64_t rollback_index = 0;
    uint32_t test = 0;
    memset(&evidence, 0, sizeof evidence);
    err_t err = steward_boot_report(profile, version, evidence.bundle, &evidence.entry,
                                    &evidence.secure_boot, &rollback_index);
    if (!err)
        err = entropy_status(&evidence.entropy_passed, &evidence.entropy_failed, &test);
    if (!err)
        err = keys_device(evidence.device_key);
    if (err)
        return err;
    evidence.type = type;
    evidence.profile = name_of(profile, sizeof profile);
    evidence.version = name_of(version, sizeof version);
    evidence.entropy_test = test != 0;
    evidence.sequence = sequence;
    return ERR_OK;
}

static err_t evidence_make(struct client *client, const struct approved *what)
{
    err_t err = evidence_begin(EVIDENCE_SIGNATURE_RESULT, what->sequence);
    if (err)
        return err;
    evidence.app = name_of(client->name, sizeof client->name);
    evidence.app_id = name_of(client->app_id, sizeof client->app_id);
    memcpy(evidence.publisher, client->publisher, sizeof evidence.publisher);
    memcpy(evidence.request, what->hash, sizeof evidence.request);
    memcpy(evidence.nonce, what->request->nonce, sizeof evidence.nonce);
    evidence.text = (struct evidence_name){what->text, what->text_size};
    evidence.signature_count = client->signature_count;
    for (uint32_t i = 0; i < client->signature_count; i++) {
        const struct signature *s = &client->signatures[i];
        evidence.signatures[i] = (struct evidence_signature){s->input, s->bytes, s->size};
    }
    return keys_attest(&evidence, &work, client->evidence, sizeof client->evidence,
                       &client->evidence_size);
}

err_t sign_all(struct client *client, const struct approved *what, struct refusal *why)
{
    client_clear(client);
    err_t err = inputs_sign(client, what, why);
    if (!err)
        err = evidence_make(client, what);
    if (err)
        client_clear(client); // V5
    else
        client->state = RESULT_SIGNED;
    return err;
}

// The log's end that was signed last (V10).
static struct {
    uint64_t heads; // signed so far
    uint8_t boot_id[EVIDENCE_BOOT_ID];
    uint64_t end; // number of its newest entry
    uint8_t last[EVIDENCE_DIGEST];
} log_signed;

static bool log_follows(const struct evidence_journal *j)
{
    uint64_t end = j->first + j->count - 1;
    if (log_signed.heads == 0)
        return true;
    if (memcmp(j->boot_id, log_signed.boot_id, sizeof j->boot_id) != 0 || end < log_signed.end)
        return false;
    return end > log_signed.end || memcmp(j->last, log_signed.last, sizeof j->last) == 0;
}

err_t sign_journal(const struct evidence_journal *j, const uint8_t nonce[EVIDENCE_NONCE],
                   uint8_t *out, size_t cap, size_t *size)
{
    if (j->first == 0 || j->count == 0 || j->count > UINT64_MAX - j->first)
        return ERR_BAD_ARGUMENT;
    if (!log_follows(j))
        return ERR_BAD_STATE;
    err_t err = evidence_begin(EVIDENCE_JOURNAL, log_signed.heads + 1);
    if (err)
        return err;
    memcpy(evidence.nonce, nonce, sizeof evidence.nonce);
    evidence.journal = *j;
    err = keys_attest(&evidence, &work, out, cap, size);
    if (err)
        return err;
    log_signed.heads++;
    log_signed.end = j->first + j->count - 1;
    memcpy(log_signed.boot_id, j->boot_id, sizeof log_signed.boot_id);
    memcpy(log_signed.last, j->last, sizeof log_signed.last);
    return ERR_OK;
}
