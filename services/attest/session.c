// SPDX-License-Identifier: GPL-3.0-or-later
// A session whose key only this cell and the TPM know (part 1, section 19.6): salted with a secret
// that was agreed with the storage key (part 1, annex C.6.1). What it carries is encrypted (section
// 21.3), and the answers of the TPM are proved (section 19.6.8).
#include "attest.h"

#include <string.h>

#include "crypto/agree.h"
#include "crypto/cfb.h"
#include "crypto/sha.h"
#include "crypto/tpm_kdf.h"
#include "crypto/wipe.h"
#include "os/random.h"

enum { NONCE = 16, TRIES = 8, COORDINATE = ATTEST_POINT / 2, PROOF_MAX = 4 * SHA256_SIZE };

_Static_assert((int)SESSION_KEY + (int)ATTEST_HALF <= (int)TPM_KDF_KEY_MAX, "HMAC takes both");

void nonce_make(TPM2B_NONCE *n)
{
    n->size = NONCE;
    for (size_t i = 0; i < NONCE; i += sizeof(uint64_t)) {
        uint64_t word = random_word();
        memcpy(n->buffer + i, &word, sizeof word);
    }
}

err_t session_plain(struct session *s)
{
    const TPM2B_ENCRYPTED_SECRET salt = {.size = 0};
    const TPMT_SYM_DEF none = {.algorithm = TPM2_ALG_NULL};
    memset(s, 0, sizeof *s);
    nonce_make(&s->ours);
    s->theirs.size = sizeof s->theirs.buffer;
    return wire_error(Tss2_Sys_StartAuthSession(wire(), TPM2_RH_NULL, TPM2_RH_NULL, NULL, &s->ours,
                                                &salt, TPM2_SE_POLICY, &none, TPM2_ALG_SHA256,
                                                &s->handle, &s->theirs, NULL));
}

// ---- the salt

static size_t coordinate_put(uint8_t *to, const uint8_t *coordinate)
{
    to[0] = 0;
    to[1] = COORDINATE;
    memcpy(to + 2, coordinate, COORDINATE);
    return 2 + COORDINATE;
}

// `sent` is what lets the holder of the storage key know `salt`.
static err_t salt_make(const struct storage *storage, TPM2B_ENCRYPTED_SECRET *sent,
                       uint8_t salt[TPM_KDF_MAX])
{
    uint8_t secret[AGREE_SECRET], mine[AGREE_PUBLIC], shared[AGREE_SHARED];
    err_t err = ERR_BAD_ARGUMENT;
    for (int i = 0; err == ERR_BAD_ARGUMENT && i < TRIES; i++) {
        err = secret_draw(secret);
        if (!err)
            err = agree_p256(secret, storage->point, mine, shared);
    }
    if (!err) {
        const struct tpm_kdf from = {.key = shared,
                                     .key_size = sizeof shared,
                                     .label = "SECRET",
                                     .first = mine,
                                     .first_size = COORDINATE,
                                     .second = storage->point,
                                     .second_size = COORDINATE};
        size_t at = coordinate_put(sent->secret, mine);
        at += coordinate_put(sent->secret + at, mine + COORDINATE);
        sent->size = (uint16_t)at;
        tpm_kdfe(&from, salt);
    }
    wipe(secret, sizeof secret); // A2
    wipe(shared, sizeof shared);
    return err == ERR_BAD_DATA ? ERR_DEVICE : err; // the TPM's key is none
}

err_t session_open(struct session *s, const struct storage *storage, TPM2_SE kind)
{
    static const TPMT_SYM_DEF aes = {
        .algorithm = TPM2_ALG_AES, .keyBits.aes = CFB_KEY * 8, .mode.aes = TPM2_ALG_CFB};
    TPM2B_ENCRYPTED_SECRET sent = {.size = 0};
    uint8_t salt[TPM_KDF_MAX];
    memset(s, 0, sizeof *s);
    err_t err = salt_make(storage, &sent, salt);
    if (err)
        return err;
    nonce_make(&s->ours);
    s->theirs.size = sizeof s->theirs.buffer;
    err = wire_error(Tss2_Sys_StartAuthSession(wire(), storage->handle, TPM2_RH_NULL, NULL,
                                               &s->ours, &sent, kind, &aes, TPM2_ALG_SHA256,
                                               &s->handle, &s->theirs, NULL));
    if (!err && s->theirs.size > SHA256_SIZE) {
        wire_flush(s->handle);
        err = ERR_DEVICE;
    }
    if (!err) {
        const struct tpm_kdf from = {.key = salt,
                                     .key_size = sizeof salt,
                                     .label = "ATH",
                                     .first = s->theirs.buffer,
                                     .first_size = s->theirs.size,
                                     .second = s->ours.buffer,
                                     .second_size = s->ours.size};
        tpm_kdfa(&from, s->key, SESSION_KEY);
        s->key_size = SESSION_KEY;
    }
    wipe(salt, sizeof salt); // A2
    return err;
}

void session_word(struct session *s, const uint8_t word[ATTEST_HALF])
{
    memcpy(s->key + SESSION_KEY, word, ATTEST_HALF);
    s->key_size = SESSION_KEY + ATTEST_HALF;
}

// A1: a success ended it in the TPM. A2.
void session_close(struct session *s, err_t how)
{
    if (how)
        wire_flush(s->handle);
    wipe(s, sizeof *s);
}

// ---- what it carries

// The newer nonce is the sender's.
static err_t parameter_turn(const struct session *s, bool ours, uint8_t *data, size_t size)
{
    const TPM2B_NONCE *newer = ours ? &s->ours : &s->theirs;
    const TPM2B_NONCE *older = ours ? &s->theirs : &s->ours;
    const struct tpm_kdf from = {.key = s->key,
                                 .key_size = s->key_size,
                                 .label = "CFB",
                                 .first = newer->buffer,
                                 .first_size = newer->size,
                                 .second = older->buffer,
                                 .second_size = older->size};
    uint8_t made[CFB_KEY + CFB_BLOCK];
    tpm_kdfa(&from, made, sizeof made);
    err_t err = ours ? cfb_close(made, made + CFB_KEY, data, size)
                     : cfb_open(made, made + CFB_KEY, data, size);
    wipe(made, sizeof made); // A2
    return err;
}

err_t session_decrypt(const struct session *s, uint8_t *data, size_t size)
{
    return parameter_turn(s, false, data, size);
}

err_t session_encrypt(struct session *s)
{
    uint8_t data[sizeof(TPMS_SENSITIVE_CREATE)];
    const uint8_t *clear;
    size_t size = 0;
    nonce_make(&s->ours);
    s->attributes = TPMA_SESSION_DECRYPT;
    if (Tss2_Sys_GetDecryptParam(wire(), &size, &clear) || size > sizeof data)
        return ERR_BAD_STATE;
    memcpy(data, clear, size);
    err_t err = parameter_turn(s, true, data, size);
    if (!err && Tss2_Sys_SetDecryptParam(wire(), size, data))
        err = ERR_BAD_STATE;
    wipe(data, sizeof data); // A2
    return err;
}

// ---- proofs

// Over a hash of command or answer, both nonces, the sender's first, and the attributes.
static void proof_make(const struct session *s, bool ours, const uint8_t hash[SHA256_SIZE],
                       uint8_t attributes, uint8_t out[SHA256_SIZE])
{
    const TPM2B_NONCE *nonces[2] = {ours ? &s->ours : &s->theirs, ours ? &s->theirs : &s->ours};
    uint8_t message[PROOF_MAX];
    size_t at = SHA256_SIZE;
    memcpy(message, hash, SHA256_SIZE);
    for (int i = 0; i < 2; i++) {
        memcpy(message + at, nonces[i]->buffer, nonces[i]->size);
        at += nonces[i]->size;
    }
    message[at++] = attributes;
    hmac_sha256(s->key, s->key_size, message, at, out);
}

static void parts_hash(const uint8_t *const parts[3], const size_t sizes[3],
                       uint8_t out[SHA256_SIZE])
{
    struct sha256 sha;
    sha256_init(&sha);
    for (int i = 0; i < 3; i++)
        sha256_update(&sha, parts[i], sizes[i]);
    sha256_final(&sha, out);
}

// The TPM's proof that the answer is its own, and not of somebody on the wires.
static err_t answer_check(struct session *s, const uint8_t code[4])
{
    static const uint8_t good[4]; // TPM2_RC_SUCCESS
    TSS2L_SYS_AUTH_RESPONSE proof = {.count = 1};
    const uint8_t *rest;
    uint8_t hash[SHA256_SIZE], wanted[SHA256_SIZE];
    size_t size = 0;
    // The first of the two has seen that all of it lies in the answer.
    if (Tss2_Sys_GetRspAuths(wire(), &proof) || Tss2_Sys_GetRpBuffer(wire(), &size, &rest) ||
        proof.auths[0].nonce.size > SHA256_SIZE || proof.auths[0].hmac.size != SHA256_SIZE)
        return ERR_DEVICE;
    s->theirs = proof.auths[0].nonce;
    parts_hash((const uint8_t *const[]){good, code, rest}, (const size_t[]){4, 4, size}, hash);
    proof_make(s, false, hash, proof.auths[0].sessionAttributes, wanted);
    return equal_ct(wanted, proof.auths[0].hmac.buffer, SHA256_SIZE) ? ERR_OK : ERR_DEVICE;
}

err_t session_call(struct session *s, TPM2_CC code, const TPM2B_NAME *name)
{
    const uint8_t command[4] = {0, 0, (uint8_t)(code >> 8), (uint8_t)code};
    TSS2L_SYS_AUTH_COMMAND proof = {.count = 1};
    TPMS_AUTH_COMMAND *one = &proof.auths[0];
    const uint8_t *rest;
    uint8_t hash[SHA256_SIZE];
    size_t size = 0;
    if (Tss2_Sys_GetCpBuffer(wire(), &size, &rest))
        return ERR_BAD_STATE;
    parts_hash((const uint8_t *const[]){command, name->name, rest},
               (const size_t[]){sizeof command, name->size, size}, hash);
    one->sessionHandle = s->handle;
    one->sessionAttributes = s->attributes; // the session ends with it
    one->nonce = s->ours;
    one->hmac.size = SHA256_SIZE;
    proof_make(s, true, hash, s->attributes, one->hmac.buffer);
    if (Tss2_Sys_SetCmdAuths(wire(), &proof))
        return ERR_BAD_STATE;
    err_t err = wire_error(Tss2_Sys_Execute(wire()));
    return err ? err : answer_check(s, command);
}
