// SPDX-License-Identifier: GPL-3.0-or-later
#include "attest.h"

#include <string.h>
#include <tss2_mu.h>

#include "crypto/sha.h"
#include "crypto/wipe.h"
#include "format/bytes_le.h"
#include "format/seal_policy.h"

enum {
    PCR_SECURE_BOOT = 7,
    BLOB_MAGIC = 0x324c5343, // "CSL2"
    // magic, floor of the counter (0: none), policy key, the storage key's name
    BLOB_KEY = 8,
    BLOB_STORAGE = BLOB_KEY + ATTEST_POLICY_KEY,
    BLOB_HEAD = BLOB_STORAGE + ATTEST_NAME,
};

// ---- the session that shows everything but the word

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

// All but the word, in the order of attest.h. Whatever the TPM refuses here is another state.
static err_t policy_show(const struct session *s, const struct image_facts *image,
                         const uint8_t key[ATTEST_POLICY_KEY], uint64_t floor)
{
    err_t err = policy_authorize(s, key, image->policy);
    if (!err)
        err = policy_pcr(s, 1u << PCR_SECURE_BOOT);
    if (!err && floor != 0)
        err = counter_policy(s->handle, floor);
    return err && err != ERR_DEVICE ? ERR_REFUSED : err;
}

// What is shown now, and the word. The last step is made here (part 3, section 23.17.1): whatever
// the wires say of the others, nothing that is sealed opens without the word.
static err_t policy_make(const struct attest *a, TPM2B_DIGEST *out)
{
    static const uint8_t word[4] = {0, 0, TPM2_CC_PolicyAuthValue >> 8,
                                    TPM2_CC_PolicyAuthValue & 0xff};
    struct sha256 sha;
    struct session s;
    TPM2B_DIGEST shown;
    err_t err = session_plain(&s);
    if (err)
        return err;
    err = policy_show(&s, &a->image, a->image.policy_key, a->counter);
    if (!err)
        err = policy_digest(&s, &shown);
    wire_flush(s.handle); // A1
    if (err)
        return err;
    sha256_init(&sha);
    sha256_update(&sha, shown.buffer, shown.size);
    sha256_update(&sha, word, sizeof word);
    out->size = SHA256_SIZE;
    sha256_final(&sha, out->buffer);
    return ERR_OK;
}

err_t seal_possible(const struct image_facts *image)
{
    struct session s;
    if (!image->measured)
        return ERR_BAD_STATE;
    err_t err = session_plain(&s);
    if (err)
        return err;
    err = policy_show(&s, image, image->policy_key, 0);
    wire_flush(s.handle); // A1
    return err;
}

// ---- sealing

static err_t object_prepare(const struct storage *parent, const TPM2B_DIGEST *policy,
                            const uint8_t half[ATTEST_HALF], const uint8_t auth[ATTEST_HALF])
{
    const TPM2B_DATA outside = {.size = 0};
    const TPML_PCR_SELECTION none = {.count = 0};
    TPM2B_SENSITIVE_CREATE secret = {.size = 0};
    TPM2B_PUBLIC template = {.size = 0};
    secret.sensitive.userAuth.size = secret.sensitive.data.size = ATTEST_HALF;
    memcpy(secret.sensitive.userAuth.buffer, auth, ATTEST_HALF);
    memcpy(secret.sensitive.data.buffer, half, ATTEST_HALF);
    // Only the policy opens it, and wrong words count (no NODA).
    template.publicArea.type = TPM2_ALG_KEYEDHASH;
    template.publicArea.nameAlg = TPM2_ALG_SHA256;
    template.publicArea.objectAttributes = TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT;
    template.publicArea.authPolicy = *policy;
    template.publicArea.parameters.keyedHashDetail.scheme.scheme = TPM2_ALG_NULL;
    err_t err = wire_error(
        Tss2_Sys_Create_Prepare(wire(), parent->handle, &secret, &template, &outside, &none));
    wipe(&secret, sizeof secret); // A2
    return err;
}

static err_t object_make(const struct storage *parent, const TPM2B_DIGEST *policy,
                         const uint8_t half[ATTEST_HALF], const uint8_t auth[ATTEST_HALF],
                         TPM2B_PUBLIC *public, TPM2B_PRIVATE *private)
{
    static TPM2B_CREATION_DATA data;
    TPM2B_DIGEST digest = {.size = 0};
    TPMT_TK_CREATION ticket = {.tag = 0};
    struct session s;
    err_t err = session_open(&s, parent, TPM2_SE_HMAC);
    if (err)
        return err;
    err = object_prepare(parent, policy, half, auth);
    if (!err)
        err = session_encrypt(&s);
    if (!err)
        err = session_call(&s, TPM2_CC_Create, &parent->name);
    session_close(&s, err);
    memset(&data, 0, sizeof data);
    public->size = 0;
    private->size = sizeof private->buffer;
    return err ? err
               : wire_error(
                     Tss2_Sys_Create_Complete(wire(), private, public, &data, &digest, &ticket));
}

static void storage_remember(struct attest *a, const uint8_t name[ATTEST_NAME])
{
    memcpy(a->storage, name, ATTEST_NAME);
    a->known = true;
}

static err_t blob_write(const struct attest *a, const TPM2B_PUBLIC *public,
                        const TPM2B_PRIVATE *private, uint8_t *blob, size_t cap, size_t *size)
{
    size_t at = BLOB_HEAD;
    if (cap < BLOB_HEAD || a->counter > UINT32_MAX)
        return ERR_TOO_SMALL;
    le32_put(blob, BLOB_MAGIC);
    le32_put(blob + 4, (uint32_t)a->counter);
    memcpy(blob + BLOB_KEY, a->image.policy_key, ATTEST_POLICY_KEY);
    memcpy(blob + BLOB_STORAGE, a->storage, ATTEST_NAME);
    if (Tss2_MU_TPM2B_PUBLIC_Marshal(public, blob, cap, &at) != TSS2_RC_SUCCESS ||
        Tss2_MU_TPM2B_PRIVATE_Marshal(private, blob, cap, &at) != TSS2_RC_SUCCESS)
        return ERR_TOO_SMALL;
    *size = at;
    return ERR_OK;
}

err_t seal_make(struct attest *a, const uint8_t half[ATTEST_HALF], const uint8_t auth[ATTEST_HALF],
                uint8_t *blob, size_t cap, size_t *size)
{
    static TPM2B_PUBLIC public;
    static TPM2B_PRIVATE private;
    struct storage parent;
    TPM2B_DIGEST policy;
    if (!a->sealing)
        return ERR_BAD_STATE;
    // What is shown now is what must be shown then: it can be opened as soon as it is closed.
    err_t err = policy_make(a, &policy);
    if (!err)
        err = key_storage(&parent);
    if (err)
        return err;
    if (a->known && memcmp(a->storage, parent.name.name, ATTEST_NAME) != 0)
        err = ERR_DEVICE;
    else
        err = object_make(&parent, &policy, half, auth, &public, &private);
    wire_flush(parent.handle); // A1
    if (err)
        return err;
    storage_remember(a, parent.name.name);
    return blob_write(a, &public, &private, blob, cap, size);
}

// ---- opening

static err_t blob_load(const struct storage *parent, const uint8_t *blob, size_t size,
                       TPM2_HANDLE *out, TPM2B_NAME *name)
{
    static TPM2B_PUBLIC public;
    static TPM2B_PRIVATE private;
    size_t at = BLOB_HEAD;
    public.size = 0;
    private.size = 0;
    if (Tss2_MU_TPM2B_PUBLIC_Unmarshal(blob, size, &at, &public) != TSS2_RC_SUCCESS ||
        Tss2_MU_TPM2B_PRIVATE_Unmarshal(blob, size, &at, &private) != TSS2_RC_SUCCESS)
        return ERR_BAD_DATA;
    name->size = sizeof name->name;
    err_t err = wire_error(Tss2_Sys_Load(wire(), parent->handle, wire_empty_password(), &private,
                                         &public, out, name, NULL));
    // Whatever the TPM has against it: it did not make it.
    return err == ERR_OK || err == ERR_DEVICE || err == ERR_BUSY ? err : ERR_BAD_DATA;
}

// The object, and a session with whoever has the key that the blob was made under: the salt is
// worth nothing if anybody else has it.
static err_t blob_begin(const uint8_t *blob, size_t size, TPM2_HANDLE *object, TPM2B_NAME *name,
                        struct session *s)
{
    struct storage parent;
    err_t err = key_storage(&parent);
    if (err)
        return err;
    if (memcmp(blob + BLOB_STORAGE, parent.name.name, ATTEST_NAME) != 0)
        err = ERR_BAD_DATA;
    else
        err = blob_load(&parent, blob, size, object, name);
    if (!err) {
        err = session_open(s, &parent, TPM2_SE_POLICY);
        if (err)
            wire_flush(*object); // A1
    }
    wire_flush(parent.handle); // A1
    return err;
}

static err_t object_open(struct session *s, TPM2_HANDLE object, const TPM2B_NAME *name,
                         uint8_t half[ATTEST_HALF])
{
    TPM2B_SENSITIVE_DATA data = {.size = sizeof data.buffer};
    nonce_make(&s->ours);
    s->attributes = TPMA_SESSION_ENCRYPT;
    err_t err = wire_error(Tss2_Sys_Unseal_Prepare(wire(), object));
    if (!err)
        err = session_call(s, TPM2_CC_Unseal, name);
    if (err)
        return err;
    if (Tss2_Sys_Unseal_Complete(wire(), &data) || data.size != ATTEST_HALF)
        return ERR_BAD_DATA;
    err = session_decrypt(s, data.buffer, data.size);
    if (!err)
        memcpy(half, data.buffer, ATTEST_HALF);
    wipe(&data, sizeof data); // A2
    return err;
}

err_t seal_open(struct attest *a, const uint8_t *blob, size_t size, const uint8_t auth[ATTEST_HALF],
                uint8_t half[ATTEST_HALF])
{
    struct session s;
    TPM2B_NAME name;
    TPM2_HANDLE object = 0;
    if (size < BLOB_HEAD || size > ATTEST_BLOB_MAX || le32_get(blob) != BLOB_MAGIC)
        return ERR_BAD_DATA;
    err_t err = blob_begin(blob, size, &object, &name, &s);
    if (err)
        return err;
    err = policy_show(&s, &a->image, blob + BLOB_KEY, le32_get(blob + 4));
    if (!err)
        err = wire_error(Tss2_Sys_PolicyAuthValue(wire(), s.handle, NULL, NULL));
    if (!err) {
        session_word(&s, auth);
        err = object_open(&s, object, &name, half);
    }
    session_close(&s, err);
    wire_flush(object); // A1
    if (!err)
        storage_remember(a, blob + BLOB_STORAGE);
    // A power cut from now on is no attack: without this the TPM counts it as a wrong word (part 1,
    // section 19.8.6).
    if (Tss2_Sys_Shutdown(wire(), NULL, TPM2_SU_CLEAR, NULL) != TSS2_RC_SUCCESS && !err)
        err = ERR_DEVICE;
    return err;
}
