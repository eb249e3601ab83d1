// SPDX-License-Identifier: GPL-3.0-or-later
// The device's own chain (docs/chain.md): what its person vouched for. It lives as long as the
// seed is open, like the programs that it vouches for; its keys, and so its id, are the seed's.
//
//            offer_program            program, then approve_program (right hash, right number)
//   NONE, VOUCHED, REFUSED -----> WAITING ------------------------------------> VOUCHED
//                                    '--- wrong number, reject_program ----> REFUSED
#include "crypto/hash.h"
#include "crypto/wipe.h"
#include "format/chain.h"
#include "os/syscall.h"
#include "vault.h"

enum own_state { OWN_NONE = 0, OWN_WAITING = 1, OWN_VOUCHED = 2, OWN_REFUSED = 3 };

// The last entries are kept for refusals: whatever was vouched for can be taken back. A program's
// entry is below 3,800 bytes.
enum { OWN_ENTRIES = 64, OWN_OFFERS = 56, OWN_ENTRY = 4608 };

static struct {
    uint8_t bytes[OWN_ENTRIES * OWN_ENTRY];
    size_t size; // 0: there is none
    struct chain chain, longer;
    // The program that is offered, and nothing else, is what is signed (V11).
    uint32_t state; // enum own_state
    uint8_t value[REGISTER_VALUE];
    size_t value_size;
    uint8_t hash[HASH_SIZE];
    struct program_register program;
    uint32_t number; // secret from everybody but the prompt and the person
    bool fetched;    // the prompt has it
} own;

static uint64_t sequence;        // of the last offer
static struct patience patience; // with whoever offers

static void offer_end(enum own_state state)
{
    if (own.state == OWN_WAITING && state == OWN_VOUCHED)
        patience_yes(&patience);
    else if (own.state == OWN_WAITING)
        patience_no(&patience, sys_now());
    own.state = state;
    own.fetched = false;
    wipe(&own.number, sizeof own.number);
}

void own_forget(void)
{
    wipe(&own, sizeof own);
}

// Two independent seeds; `contexts` names them. The words alone make them, so a second device with
// the same words has the same chain.
static err_t secret_make(const char *const contexts[2], uint8_t out[static HYBRID_SECRET_SIZE])
{
    struct store_secret root;
    const err_t err = keys_root(&root);
    if (err)
        return err;
    hash_derive_key(contexts[0], root.entropy, root.size, out);
    hash_derive_key(contexts[1], root.entropy, root.size, out + HYBRID_SECRET_SIZE / 2);
    wipe(&root, sizeof root);
    return ERR_OK;
}

static err_t key_make(uint8_t out[static HYBRID_SECRET_SIZE])
{
    static const char *const contexts[] = {"cella device chain 1: key, Ed25519",
                                           "cella device chain 1: key, ML-DSA-65"};
    return secret_make(contexts, out);
}

static err_t recovery_commit(uint8_t out[CHAIN_HASH])
{
    static const char *const contexts[] = {"cella device chain 1: recovery, Ed25519",
                                           "cella device chain 1: recovery, ML-DSA-65"};
    uint8_t secret[HYBRID_SECRET_SIZE], key[HYBRID_PUBLIC_SIZE];
    err_t err = secret_make(contexts, secret);
    if (!err)
        err = hybrid_public(secret, key);
    wipe(secret, sizeof secret);
    if (!err)
        chain_commit_recovery(key, out);
    return err;
}

// Sign the draft, append it, and believe the longer chain only as far as it verifies.
static err_t own_say(const struct chain_draft *draft,
                     const uint8_t secret[static HYBRID_SECRET_SIZE], uint32_t *code)
{
    struct chain_check check;
    size_t size = 0;
    err_t err = chain_draft_sign(&own.chain, own.chain.count, draft, secret, own.bytes + own.size,
                                 sizeof own.bytes - own.size, &size);
    if (err)
        return err == ERR_TOO_SMALL ? ERR_NO_SLOT : err;
    err = chain_verify(own.bytes, own.size + size, &own.longer, &check);
    *code = check.refusal;
    if (err)
        return ERR_OK; // results do not travel with an error: the code says it
    own.chain = own.longer;
    own.size += size;
    return ERR_OK;
}

static err_t own_begin(const uint8_t secret[static HYBRID_SECRET_SIZE], uint32_t *code)
{
    uint8_t key[HYBRID_PUBLIC_SIZE], next[CHAIN_HASH], recovery[CHAIN_HASH];
    const struct chain_draft draft = {
        .operation = CHAIN_CREATE, .name = "", .next = next, .recovery = recovery};
    err_t err = hybrid_public(secret, key);
    if (!err)
        err = recovery_commit(recovery);
    if (err)
        return err;
    chain_commit_next(key, next);
    return own_say(&draft, secret, code);
}

// Say that of a program, as the first thing if nothing was said yet.
static err_t program_sign(const char *name, const uint8_t *value, size_t size, uint32_t *code)
{
    uint8_t secret[HYBRID_SECRET_SIZE];
    err_t err = key_make(secret);
    if (err)
        return err;
    // Time is 0: the device has no clock that it could believe.
    const struct chain_draft draft = {
        .operation = CHAIN_WRITE, .name = name, .type = REGISTER_OBJECT, .value = {value, size}
    };
    if (own.chain.count == 0)
        err = own_begin(secret, code);
    if (!err && *code == CHAIN_GOOD)
        err = own_say(&draft, secret, code);
    wipe(secret, sizeof secret);
    return err;
}

// Whether the chain could go on with this program: nobody is asked in vain.
static uint32_t offer_follows(const struct program_register *program)
{
    struct program_register last;
    enum chain_refusal why;
    if (own.size == 0 || chain_program(&own.chain, program->name, &last, &why) != ERR_OK)
        return CHAIN_GOOD;
    return program_follow(&last, program);
}

err_t own_offer(const struct caller *who, const uint8_t *value, size_t size, uint32_t *code)
{
    (void)who;
    struct program_register program;
    if (program_decode((struct span){value, size}, &program) != ERR_OK)
        return ERR_BAD_DATA;
    if (!keys_seeded())
        return ERR_BAD_STATE;
    if (own.state == OWN_WAITING)
        return ERR_BUSY;
    if (own.chain.count >= OWN_OFFERS)
        return ERR_NO_SLOT;
    if (patience_over(&patience, sys_now()))
        return ERR_DENIED;
    *code = offer_follows(&program);
    if (*code != CHAIN_GOOD)
        return ERR_OK; // results do not travel with an error: the code says it
    err_t err = keys_number(&own.number);
    if (err)
        return err;
    memcpy(own.value, value, size);
    own.value_size = size;
    own.program = program;
    hash_bytes(value, size, own.hash);
    own.state = OWN_WAITING;
    own.fetched = false;
    sequence++;
    return ERR_OK;
}

err_t own_vouched(const struct caller *who, uint32_t offset, uint8_t *data, size_t cap,
                  size_t *size, uint32_t *total, uint32_t *state)
{
    (void)who;
    const size_t left = offset < own.size ? own.size - offset : 0;
    *size = left < cap ? left : cap;
    memcpy(data, own.bytes + (left ? offset : 0), *size);
    *total = (uint32_t)own.size;
    *state = own.state;
    return ERR_OK;
}

err_t own_withdraw(const struct caller *who)
{
    (void)who;
    if (own.state == OWN_WAITING)
        offer_end(OWN_NONE);
    return ERR_OK;
}

err_t own_program(const struct caller *who, uint8_t *value, size_t cap, size_t *size,
                  uint32_t *number, uint64_t *number_of_offer)
{
    (void)who;
    if (own.state != OWN_WAITING)
        return ERR_NOT_FOUND;
    if (own.value_size > cap)
        return ERR_TOO_SMALL;
    // As for payments: what was typed for a prompt that died is no answer (V9).
    const uint32_t old = own.number;
    err_t err = ERR_OK;
    for (int i = 0; own.fetched && !err && own.number == old && i < 8; i++)
        err = keys_number(&own.number);
    if (err || (own.fetched && own.number == old)) {
        offer_end(OWN_REFUSED);
        return err ? err : ERR_BAD_STATE;
    }
    memcpy(value, own.value, own.value_size);
    *size = own.value_size;
    *number = own.number;
    *number_of_offer = sequence;
    own.fetched = true;
    return ERR_OK;
}

err_t own_waits(const struct caller *who, uint64_t number_of_offer)
{
    (void)who;
    return own.state == OWN_WAITING && number_of_offer == sequence ? ERR_OK : ERR_NOT_FOUND;
}

// Is it this offer that the prompt has shown?
static bool offer_is(const uint8_t hash[32])
{
    return own.state == OWN_WAITING && own.fetched && equal_ct(hash, own.hash, sizeof own.hash);
}

err_t own_approve(const struct caller *who, const uint8_t hash[32], uint32_t number)
{
    (void)who;
    uint32_t code = CHAIN_GOOD;
    if (!offer_is(hash))
        return ERR_NOT_FOUND;
    if (!equal_ct(&number, &own.number, sizeof number)) {
        offer_end(OWN_REFUSED);
        return ERR_REFUSED;
    }
    err_t err = program_sign(own.program.name, own.value, own.value_size, &code);
    if (!err && code != CHAIN_GOOD)
        err = ERR_BAD_STATE;
    offer_end(err ? OWN_REFUSED : OWN_VOUCHED);
    return err;
}

err_t own_reject(const struct caller *who, const uint8_t hash[32])
{
    (void)who;
    if (!offer_is(hash))
        return ERR_NOT_FOUND;
    offer_end(OWN_REFUSED);
    return ERR_OK;
}

// ---- what the person asks about it at the console

err_t own_listed(const struct caller *who, uint32_t index, uint8_t id[32], uint8_t *value,
                 size_t cap, size_t *size)
{
    (void)who;
    struct program_register program;
    enum chain_refusal why;
    if (index >= own.chain.register_count)
        return ERR_NOT_FOUND;
    err_t err = chain_program(&own.chain, own.chain.registers[index].name, &program, &why);
    if (!err)
        err = program_encode(&program, value, cap, size);
    if (!err)
        memcpy(id, own.chain.id, sizeof own.chain.id);
    return err;
}

// A name as it travels, in 32 bytes. Errors: BAD_ARGUMENT.
static err_t name_take(const uint8_t bytes[32], char out[REGISTER_NAME + 1])
{
    memcpy(out, bytes, REGISTER_NAME);
    out[REGISTER_NAME] = '\0';
    return register_name_good(out, strlen(out)) ? ERR_OK : ERR_BAD_ARGUMENT;
}

enum { WORD_OTHERS = 0, WORD_VOUCHED = 1, WORD_NOT_VOUCHED = 2 }; // abi/vault.idl

err_t own_word(const struct caller *who, const uint8_t publisher[32], const uint8_t bytes[32],
               const uint8_t code_root[32], uint64_t version, uint32_t *word)
{
    (void)who;
    char name[REGISTER_NAME + 1];
    struct program_register last, said;
    enum chain_refusal why;
    *word = WORD_OTHERS;
    if (own.chain.count == 0 || memcmp(publisher, own.chain.id, sizeof own.chain.id) != 0)
        return ERR_OK;
    *word = WORD_NOT_VOUCHED;
    if (name_take(bytes, name) != ERR_OK ||
        chain_program(&own.chain, name, &last, &why) != ERR_OK ||
        chain_program_version(&own.chain, name, version, &said, &why) != ERR_OK)
        return ERR_OK;
    const bool taken_back = last.revoked || version < last.minimum;
    if (!taken_back && memcmp(said.code_root, code_root, sizeof said.code_root) == 0)
        *word = WORD_VOUCHED;
    return ERR_OK;
}

// What says that the program is refused. One of which nothing else is known has a size of 1 and no
// roots: the name and the version are what a refusal is about.
static struct program_register refusal_of(const char *name, uint64_t version, bool *before)
{
    struct program_register last = {.version = 0}, refusal;
    enum chain_refusal why;
    err_t err = chain_program(&own.chain, name, &last, &why);
    if (!err && last.version >= version) {
        refusal = last;
    } else {
        refusal = (struct program_register){
            .version = version, .architecture = PROGRAM_X86_64, .size = 1, .minimum = last.minimum};
        memcpy(refusal.name, name, strlen(name));
    }
    *before = refusal.revoked;
    refusal.revoked = true;
    return refusal;
}

err_t own_refuse(const struct caller *who, const uint8_t bytes[32], uint64_t version,
                 uint64_t *refused)
{
    (void)who;
    char name[REGISTER_NAME + 1];
    uint8_t value[REGISTER_VALUE];
    uint32_t code = CHAIN_GOOD;
    size_t size;
    err_t err = name_take(bytes, name);
    if (err)
        return err;
    if (!keys_seeded())
        return ERR_BAD_STATE;
    bool before;
    const struct program_register refusal = refusal_of(name, version, &before);
    if (before) {
        *refused = refusal.version;
        return ERR_OK; // nothing is said twice
    }
    err = program_encode(&refusal, value, sizeof value, &size);
    if (err)
        return err;
    if (own.chain.count == OWN_ENTRIES)
        return ERR_NO_SLOT;
    err = program_sign(name, value, size, &code);
    if (!err && code != CHAIN_GOOD)
        err = code == CHAIN_REFUSED_REGISTERS ? ERR_NO_SLOT : ERR_BAD_STATE;
    if (!err)
        *refused = refusal.version;
    return err;
}
