// SPDX-License-Identifier: GPL-3.0-or-later
#include "attest.h"

#include <string.h>
#include <tss2_mu.h>

#include "crypto/sha.h"
#include "crypto/wipe.h"
#include "format/bytes_le.h"
#include "format/seal_policy.h"
#include "os/random.h"

enum {
    NONCE = 16,
    PCR_SECURE_BOOT = 7,
    BLOB_MAGIC = 0x314c5343,               // "CSL1"
    BLOB_HEAD = 4 + 4 + ATTEST_POLICY_KEY, // magic, floor of the counter (0: none), policy key
};

// ---- the session that shows everything but the word

struct session {
    TPM2_HANDLE handle;
    TPM2B_NONCE theirs;
};

static void nonce_make(TPM2B_NONCE *n)
{
    n->size = NONCE;
    for (size_t i = 0; i < NONCE; i += sizeof(uint64_t)) {
        uint64_t word = random_word();
        memcpy(n->buffer + i, &word, sizeof word);
    }
}

static err_t session_open(struct session *s)
{
    TPM2B_NONCE ours;
    const TPM2B_ENCRYPTED_SECRET salt = {.size = 0};
    const TPMT_SYM_DEF none = {.algorithm = TPM2_ALG_NULL};
    nonce_make(&ours);
    s->theirs.size = sizeof s->theirs.buffer;
    return wire_error(Tss2_Sys_StartAuthSession(wire(), TPM2_RH_NULL, TPM2_RH_NULL, NULL, &ours,
                                                &salt, TPM2_SE_POLICY, &none, TPM2_ALG_SHA256,
                                                &s->handle, &s->theirs, NULL));
}

static err_t policy_pcr(const struct session *s, uint32_t mask)
{
    const TPM2B_DIGEST now = {.size = 0}; // whatever they hold
    TPML_PCR_SELECTION which = {.count = 1};
    which.pcrSelections[0].hash = TPM2_ALG_SHA256;
    which.pcrSelections[0].sizeofSelect = SEAL_SELECT;
    for (uint32_t i = 0; i < SEAL_SELECT; i++)
        which.pcrSelections[0].pcrSelect[i] = (uint8_t)(mask >> 8 * i);
    return wire_error(Tss2_Sys_PolicyPCR(wire(), s->handle, NULL, &now, &which, NULL));
}

static err_t policy_digest(const struct session *s, TPM2B_DIGEST *out)
{
    out->size = sizeof out->buffer;
    return wire_error(Tss2_Sys_PolicyGetDigest(wire(), s->handle, NULL, out, NULL));
}

// The TPM checks the signer's word on what registers 11 and 12 hold now.
static err_t policy_verify(TPM2_HANDLE key, const TPM2B_DIGEST *approved,
                           const uint8_t policy[ATTEST_POLICY], TPMT_TK_VERIFIED *ticket)
{
    TPM2B_DIGEST message = {.size = SHA256_SIZE};
    TPMT_SIGNATURE signature = {.sigAlg = TPM2_ALG_ECDSA};
    TPMS_SIGNATURE_ECC *ecdsa = &signature.signature.ecdsa;
    seal_policy_message(approved->buffer, message.buffer);
    ecdsa->hash = TPM2_ALG_SHA256;
    ecdsa->signatureR.size = ecdsa->signatureS.size = ATTEST_POLICY / 2;
    memcpy(ecdsa->signatureR.buffer, policy, ATTEST_POLICY / 2);
    memcpy(ecdsa->signatureS.buffer, policy + ATTEST_POLICY / 2, ATTEST_POLICY / 2);
    return wire_error(
        Tss2_Sys_VerifySignature(wire(), key, NULL, &message, &signature, ticket, NULL));
}

static err_t policy_authorize(const struct session *s, const uint8_t key[ATTEST_POLICY_KEY],
                              const uint8_t policy[ATTEST_POLICY])
{
    TPM2B_NONCE reference = {.size = sizeof SEAL_REFERENCE - 1};
    TPM2B_DIGEST approved;
    TPM2B_NAME name;
    TPMT_TK_VERIFIED ticket = {.tag = 0};
    TPM2_HANDLE handle = 0;
    memcpy(reference.buffer, SEAL_REFERENCE, reference.size);
    err_t err = policy_pcr(s, SEAL_REGISTERS);
    if (!err)
        err = policy_digest(s, &approved);
    if (!err && approved.size != SHA256_SIZE)
        err = ERR_DEVICE;
    if (!err)
        err = key_policy(key, &handle, &name);
    if (err)
        return err;
    err = policy_verify(handle, &approved, policy, &ticket);
    wire_flush(handle); // A1
    if (!err)
        err = wire_error(Tss2_Sys_PolicyAuthorize(wire(), s->handle, NULL, &approved, &reference,
                                                  &name, &ticket, NULL));
    return err;
}

// All of it, in the order of attest.h. Whatever the TPM refuses here is another state.
static err_t policy_show(const struct session *s, const struct image_facts *image,
                         const uint8_t key[ATTEST_POLICY_KEY], uint64_t floor)
{
    err_t err = policy_authorize(s, key, image->policy);
    if (!err)
        err = policy_pcr(s, 1u << PCR_SECURE_BOOT);
    if (!err && floor != 0)
        err = counter_policy(s->handle, floor);
    if (!err)
        err = wire_error(Tss2_Sys_PolicyAuthValue(wire(), s->handle, NULL, NULL));
    return err && err != ERR_DEVICE ? ERR_REFUSED : err;
}

err_t seal_possible(const struct image_facts *image)
{
    struct session s;
    if (!image->measured)
        return ERR_BAD_STATE;
    err_t err = session_open(&s);
    if (err)
        return err;
    err = policy_show(&s, image, image->policy_key, 0);
    wire_flush(s.handle); // A1
    return err;
}

// ---- sealing

static err_t object_make(const TPM2B_DIGEST *policy, const uint8_t half[ATTEST_HALF],
                         const uint8_t auth[ATTEST_HALF], TPM2B_PUBLIC *public,
                         TPM2B_PRIVATE *private)
{
    static TPM2B_CREATION_DATA data;
    const TPM2B_DATA outside = {.size = 0};
    const TPML_PCR_SELECTION none = {.count = 0};
    TPM2B_SENSITIVE_CREATE secret = {.size = 0};
    TPM2B_PUBLIC template = {.size = 0};
    TPM2B_DIGEST digest = {.size = 0};
    TPMT_TK_CREATION ticket = {.tag = 0};
    TPM2_HANDLE parent = 0;
    secret.sensitive.userAuth.size = secret.sensitive.data.size = ATTEST_HALF;
    memcpy(secret.sensitive.userAuth.buffer, auth, ATTEST_HALF);
    memcpy(secret.sensitive.data.buffer, half, ATTEST_HALF);
    // Only the policy opens it, and wrong words count (no NODA).
    template.publicArea.type = TPM2_ALG_KEYEDHASH;
    template.publicArea.nameAlg = TPM2_ALG_SHA256;
    template.publicArea.objectAttributes = TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT;
    template.publicArea.authPolicy = *policy;
    template.publicArea.parameters.keyedHashDetail.scheme.scheme = TPM2_ALG_NULL;
    err_t err = key_storage(&parent);
    if (!err) {
        memset(&data, 0, sizeof data);
        public->size = 0;
        private->size = sizeof private->buffer;
        err = wire_error(Tss2_Sys_Create(wire(), parent, wire_empty_password(), &secret, &template,
                                         &outside, &none, private, public, &data, &digest, &ticket,
                                         NULL));
        wire_flush(parent); // A1
    }
    wipe(&secret, sizeof secret); // A2
    return err;
}

static err_t blob_write(const uint8_t key[ATTEST_POLICY_KEY], uint64_t floor,
                        const TPM2B_PUBLIC *public, const TPM2B_PRIVATE *private, uint8_t *blob,
                        size_t cap, size_t *size)
{
    size_t at = BLOB_HEAD;
    if (cap < BLOB_HEAD || floor > UINT32_MAX)
        return ERR_TOO_SMALL;
    le32_put(blob, BLOB_MAGIC);
    le32_put(blob + 4, (uint32_t)floor);
    memcpy(blob + 8, key, ATTEST_POLICY_KEY);
    if (Tss2_MU_TPM2B_PUBLIC_Marshal(public, blob, cap, &at) != TSS2_RC_SUCCESS ||
        Tss2_MU_TPM2B_PRIVATE_Marshal(private, blob, cap, &at) != TSS2_RC_SUCCESS)
        return ERR_TOO_SMALL;
    *size = at;
    return ERR_OK;
}

err_t seal_make(const struct attest *a, const uint8_t half[ATTEST_HALF],
                const uint8_t auth[ATTEST_HALF], uint8_t *blob, size_t cap, size_t *size)
{
    static TPM2B_PUBLIC public;
    static TPM2B_PRIVATE private;
    struct session s;
    TPM2B_DIGEST policy;
    if (!a->sealing)
        return ERR_BAD_STATE;
    err_t err = session_open(&s);
    if (err)
        return err;
    // What is shown now is what must be shown then: it can be opened as soon as it is closed.
    err = policy_show(&s, &a->image, a->image.policy_key, a->counter);
    if (!err)
        err = policy_digest(&s, &policy);
    wire_flush(s.handle); // A1
    if (!err)
        err = object_make(&policy, half, auth, &public, &private);
    if (!err)
        err = blob_write(a->image.policy_key, a->counter, &public, &private, blob, cap, size);
    return err;
}

// ---- opening

static err_t blob_load(const uint8_t *blob, size_t size, TPM2_HANDLE *out, TPM2B_NAME *name)
{
    static TPM2B_PUBLIC public;
    static TPM2B_PRIVATE private;
    size_t at = BLOB_HEAD;
    TPM2_HANDLE parent = 0;
    public.size = 0;
    private.size = 0;
    if (Tss2_MU_TPM2B_PUBLIC_Unmarshal(blob, size, &at, &public) != TSS2_RC_SUCCESS ||
        Tss2_MU_TPM2B_PRIVATE_Unmarshal(blob, size, &at, &private) != TSS2_RC_SUCCESS)
        return ERR_BAD_DATA;
    err_t err = key_storage(&parent);
    if (err)
        return err;
    name->size = sizeof name->name;
    err = wire_error(
        Tss2_Sys_Load(wire(), parent, wire_empty_password(), &private, &public, out, name, NULL));
    wire_flush(parent); // A1
    // Whatever the TPM has against it: it did not make it.
    return err == ERR_OK || err == ERR_DEVICE || err == ERR_BUSY ? err : ERR_BAD_DATA;
}

// The session's proof that we know the word (part 1, section 19.6.5), for Unseal, which has no
// parameters.
static void proof_make(const struct session *s, const TPM2B_NAME *name,
                       const uint8_t auth[ATTEST_HALF], TPMS_AUTH_COMMAND *out)
{
    const uint8_t code[4] = {0, 0, TPM2_CC_Unseal >> 8, TPM2_CC_Unseal & 0xff};
    const uint8_t attributes = 0; // the session ends with it
    uint8_t message[SHA256_SIZE + 2 * sizeof s->theirs.buffer + 1];
    struct sha256 sha;
    size_t at = SHA256_SIZE;
    sha256_init(&sha);
    sha256_update(&sha, code, sizeof code);
    sha256_update(&sha, name->name, name->size);
    sha256_final(&sha, message);
    nonce_make(&out->nonce);
    memcpy(message + at, out->nonce.buffer, out->nonce.size);
    at += out->nonce.size;
    memcpy(message + at, s->theirs.buffer, s->theirs.size);
    at += s->theirs.size;
    message[at++] = attributes;
    out->sessionHandle = s->handle;
    out->sessionAttributes = attributes;
    out->hmac.size = SHA256_SIZE;
    hmac_sha256(auth, ATTEST_HALF, message, at, out->hmac.buffer);
}

static err_t object_open(const struct session *s, TPM2_HANDLE object, const TPM2B_NAME *name,
                         const uint8_t auth[ATTEST_HALF], uint8_t half[ATTEST_HALF])
{
    TSS2L_SYS_AUTH_COMMAND proof = {.count = 1};
    TPM2B_SENSITIVE_DATA data = {.size = sizeof data.buffer};
    proof_make(s, name, auth, &proof.auths[0]);
    err_t err = wire_error(Tss2_Sys_Unseal(wire(), object, &proof, &data, NULL));
    if (!err && data.size != ATTEST_HALF)
        err = ERR_BAD_DATA;
    if (!err)
        memcpy(half, data.buffer, ATTEST_HALF);
    if (err)
        wire_flush(s->handle); // A1: a success ended it
    wipe(&data, sizeof data);  // A2
    wipe(&proof, sizeof proof);
    return err;
}

err_t seal_open(const struct attest *a, const uint8_t *blob, size_t size,
                const uint8_t auth[ATTEST_HALF], uint8_t half[ATTEST_HALF])
{
    struct session s;
    TPM2B_NAME name;
    TPM2_HANDLE object = 0;
    if (size < BLOB_HEAD || size > ATTEST_BLOB_MAX || le32_get(blob) != BLOB_MAGIC)
        return ERR_BAD_DATA;
    err_t err = blob_load(blob, size, &object, &name);
    if (err)
        return err;
    err = session_open(&s);
    if (!err) {
        err = policy_show(&s, &a->image, blob + 8, le32_get(blob + 4));
        if (err)
            wire_flush(s.handle); // A1
        else
            err = object_open(&s, object, &name, auth, half);
    }
    wire_flush(object); // A1
    // A power cut from now on is no attack: without this the TPM counts it as a wrong word (part 1,
    // section 19.8.6).
    if (Tss2_Sys_Shutdown(wire(), NULL, TPM2_SU_CLEAR, NULL) != TSS2_RC_SUCCESS && !err)
        err = ERR_DEVICE;
    return err;
}
