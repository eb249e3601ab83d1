// SPDX-License-Identifier: GPL-3.0-or-later
// The vault: seeds, keys, signatures. It parses no PSBT and believes nobody: neither the reader's
// request, nor the requester's previous transactions, nor the amounts in either.
//
// There is one place for a pending request in the whole system. How it goes for one caller:
//
//            offer          ask             approve (right hash, right number)
//    NONE ----------> OPEN ------> WAITING ------------------------------------> SIGNED
//     ^                |             |                                             |
//     |                |  any check  |  wrong number, no, time-out                 |
//     |                v  that fails v                                             |
//     +----------- REFUSED <---------+                                             |
//     |  cancel        | cancel, or the next offer                                 |
//     +----------------+-----------------------------------------------------------+
//
// V1  At most one request is OPEN or WAITING, and it belongs to one caller.
// V2  A request is WAITING only after every check that can be made without the person has passed:
// form, ownership
//     of every input and every claimed change output, and every previous transaction of a P2WPKH
//     input.
// V3  Signatures are made from the bytes that were hashed when the request was offered, and from
// nothing else. V4  Nothing is signed unless it is WAITING, was fetched by the prompt, and hash and
// number are right; the
//     first attempt with the right hash ends the wait, whatever its number.
// V5  Signatures leave only together with evidence: SIGNED means that both exist.
// V6  A caller sees its own results only.
// V7  Secrets: `master`, `root` and `device_seed` live from being made until power-off or
// `forget`; everything derived from them, PINs,
//     words, entropy, and app keys live in one operation and are wiped on every path out of it.
// V8  Every caller's state is in a table of fixed size; nobody can take the place of another who is
//     there still.
// V9  Each time a question is fetched it has a number of its own: what the person typed for a
// prompt that died is no answer to the next one.
// V10 The head of the event log is signed for one log, whose end never goes back and never gets
// another hash.
// V11 The device's own chain belongs to the seed: it is forgotten with it, and only grows until
// then.
#pragma once
#include "abi/plan.h"
#include "format/evidence.h"
#include "format/fingerprint.h"
#include "format/review.h"
#include "format/spend.h"
#include "gen/vault.h"
#include "os/patience.h"
#include "store.h"

enum {
    VAULT_CLIENTS = 8,
    VAULT_PREVIOUS_MAX = 1 << 20, // bytes of a previous transaction
    VAULT_STALE_SECONDS = 30, // an OPEN request that nobody works on gives way to another caller's
    VAULT_NUMBERS = 10000,    // four digits
    VAULT_RANDOM = 32,
};

// What `result` reports (abi/vault.idl).
enum result_state { RESULT_NONE = 0, RESULT_WAITING = 1, RESULT_SIGNED = 2, RESULT_REFUSED = 3 };

struct signature {
    uint32_t input;
    size_t size;
    uint8_t bytes[SPEND_SIGNATURE_MAX];
};

// A caller, and what became of its last request (V8).
struct client {
    uint64_t identity;    // 0: the place is free
    uint32_t fingerprint; // of its master key; 0 until it was asked for
    char name[BUNDLE_NAME + 1], app_id[APP_ID_SIZE + 1];
    uint8_t publisher[PUBLISHER_SIZE];
    struct patience patience;
    uint32_t state; // enum result_state
    struct refusal why;
    uint32_t signature_count;
    struct signature signatures[REQUEST_INPUTS_MAX];
    uint8_t evidence[EVIDENCE_MAX];
    size_t evidence_size;
};

// client.c: find or add the caller. Errors: NO_SLOT; the steward's.
MUST_USE err_t client_of(uint64_t identity, struct client **out);
// Forget its last request (V6).
void client_clear(struct client *client);

// Whether the request that is open, if one is, is this caller's.
bool vault_busy_with(const struct client *client);
// Forget what was derived from a seed that is gone, for all of them.
void clients_forget(void);
// Its last request was refused.
void client_refuse(struct client *client, struct refusal why);

// keys.c: everything that is secret, behind functions that do not let it out (V7).
bool keys_seeded(void);
uint32_t keys_network(void);
MUST_USE err_t keys_restore(const uint8_t *words, size_t size, uint32_t network,
                            uint32_t *position);
MUST_USE err_t keys_create(uint8_t *words, size_t cap, size_t *size);
// The seed that was kept. Errors: BAD_STATE (there is one).
MUST_USE err_t keys_open(const struct store_secret *root);
// What it was made of: a secret, wiped by whoever asked. Errors: BAD_STATE (no seed).
MUST_USE err_t keys_root(struct store_secret *root);
// Forget the seed and everything made of it.
void keys_forget(void);
MUST_USE err_t keys_device(uint8_t key[32]);
MUST_USE err_t keys_random(void *out, size_t size);
// A number below VAULT_NUMBERS, each equally likely.
MUST_USE err_t keys_number(uint32_t *number);
// The app's master key: a secret, wiped by whoever asked (hd_key_wipe). Errors: BAD_STATE (no
// seed).
MUST_USE err_t keys_app(const struct client *client, struct hd_key *out);
// The blinded context for it; made by keys_app or keys_device.
const struct secp *keys_secp(void);
// Sign evidence with the device key. Errors: those of evidence_sign.
MUST_USE err_t keys_attest(const struct evidence *e, struct evidence_work *work, uint8_t *out,
                           size_t cap, size_t *size);

// sign.c: sign all inputs and make the evidence; fills the client's result. On failure the client
// has neither (V5). Errors: REFUSED (`why`), others.
struct approved {
    const struct request *request;
    const uint8_t *hash;
    const char *text;
    size_t text_size;
    uint64_t sequence;
};
MUST_USE err_t sign_all(struct client *client, const struct approved *what, struct refusal *why);
// Sign the head of the event log (V10). Errors: BAD_ARGUMENT, BAD_STATE (it does not follow).
MUST_USE err_t sign_journal(const struct evidence_journal *j, const uint8_t nonce[EVIDENCE_NONCE],
                            uint8_t *out, size_t cap, size_t *size);

// machine.c: who keeps the other half of the key; NULL: no TPM. `*sealing`: it may close something
// for this system, not only open what was closed.
const struct machine *machine_find(bool *sealing);
// Quotes name this device key from now on.
void machine_bind(const uint8_t key[32]);

// unlock.c: what survives power-off. Looks for the medium; the vault serves whatever comes of it.
void unlock_begin(void);
err_t unlock_storage(const struct caller *who, uint32_t *state, uint32_t *protection,
                     uint32_t *left);
err_t unlock_open(const struct caller *who, const uint8_t *pin, size_t size, uint32_t *verdict,
                  uint32_t *left);
err_t unlock_protect(const struct caller *who, const uint8_t *old, size_t old_size,
                     const uint8_t *pin, size_t size, uint32_t *verdict, uint32_t *left);
err_t unlock_words(const struct caller *who, const uint8_t *pin, size_t size, uint8_t *words,
                   size_t cap, size_t *used, uint32_t *verdict, uint32_t *left);
err_t unlock_forget(const struct caller *who);

// own.c: the device's own chain (V11).
void own_forget(void);
err_t own_offer(const struct caller *who, const uint8_t *value, size_t size, uint32_t *code);
err_t own_vouched(const struct caller *who, uint32_t offset, uint8_t *data, size_t cap,
                  size_t *size, uint32_t *total, uint32_t *state);
err_t own_withdraw(const struct caller *who);
err_t own_program(const struct caller *who, uint8_t *value, size_t cap, size_t *size,
                  uint32_t *number, uint64_t *number_of_offer);
err_t own_waits(const struct caller *who, uint64_t number_of_offer);
err_t own_approve(const struct caller *who, const uint8_t hash[32], uint32_t number);
err_t own_reject(const struct caller *who, const uint8_t hash[32]);
err_t own_listed(const struct caller *who, uint32_t index, uint8_t id[32], uint8_t *value,
                 size_t cap, size_t *size);
err_t own_word(const struct caller *who, const uint8_t publisher[32], const uint8_t bytes[32],
               const uint8_t code_root[32], uint64_t version, uint32_t *word);
err_t own_refuse(const struct caller *who, const uint8_t bytes[32], uint64_t version,
                 uint64_t *refused);

// vault.c: the pending request is refused, results are forgotten: the seed is gone.
void requests_forget(void);

// The operations, and what the server's loop needs for `wait_question`.
extern const struct vault_ops vault_operations;
nsec_t vault_deadline(void);
void vault_tick(void);
