// SPDX-License-Identifier: GPL-3.0-or-later
// What shows an outsider that the attestation key is in a TPM of some maker's: the certificate of
// its endorsement key, which the maker left in the TPM (TCG EK Credential Profile 2.5, sections 2.2
// and B.3.3), and that this TPM opens a credential that was made for both keys (TPM 2.0 Library
// Specification, part 1, section 24).
#include "attest.h"

#include <string.h>
#include <tss2_mu.h>

#define CERTIFICATE_INDEX 0x01c00002u // RSA-2048

enum { PIECE = 256 };

// The profile's template L-1: the key that the maker certified, made anew.
static err_t key_make(TPM2_HANDLE *out, uint8_t key[CREDENTIAL_KEY])
{
    static const uint8_t policy[32] = {0x83, 0x71, 0x97, 0x67, 0x44, 0x84, 0xb3, 0xf8, 0x1a,
                                       0x90, 0xcc, 0x8d, 0x46, 0xa5, 0xd7, 0x24, 0xfd, 0x52,
                                       0xd7, 0x6e, 0x06, 0x52, 0x0b, 0x64, 0xf2, 0xa1, 0xda,
                                       0x1b, 0x33, 0x14, 0x69, 0xaa}; // PolicySecret(endorsement
                                                                      // hierarchy)
    static TPM2B_PUBLIC template, public;
    TPMT_PUBLIC *p = &template.publicArea;
    memset(&template, 0, sizeof template);
    p->type = TPM2_ALG_RSA;
    p->nameAlg = TPM2_ALG_SHA256;
    p->objectAttributes = TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT |
                          TPMA_OBJECT_SENSITIVEDATAORIGIN | TPMA_OBJECT_ADMINWITHPOLICY |
                          TPMA_OBJECT_RESTRICTED | TPMA_OBJECT_DECRYPT;
    p->authPolicy.size = sizeof policy;
    memcpy(p->authPolicy.buffer, policy, sizeof policy);
    p->parameters.rsaDetail.symmetric.algorithm = TPM2_ALG_AES;
    p->parameters.rsaDetail.symmetric.keyBits.aes = 128;
    p->parameters.rsaDetail.symmetric.mode.aes = TPM2_ALG_CFB;
    p->parameters.rsaDetail.scheme.scheme = TPM2_ALG_NULL;
    p->parameters.rsaDetail.keyBits = CREDENTIAL_KEY * 8;
    p->unique.rsa.size = CREDENTIAL_KEY;
    err_t err = key_primary(TPM2_RH_ENDORSEMENT, &template, out, &public);
    if (err)
        return err;
    if (public.publicArea.type != TPM2_ALG_RSA ||
        public.publicArea.unique.rsa.size != CREDENTIAL_KEY) {
        wire_flush(*out); // A1
        return ERR_DEVICE;
    }
    memcpy(key, public.publicArea.unique.rsa.buffer, CREDENTIAL_KEY);
    return ERR_OK;
}

static err_t certificate_read(uint8_t *out, size_t cap, size_t *size)
{
    TPM2B_NV_PUBLIC public = {.size = 0};
    TPM2B_NAME name = {.size = sizeof name.name};
    TPM2B_MAX_NV_BUFFER data;
    err_t err =
        wire_error(Tss2_Sys_NV_ReadPublic(wire(), CERTIFICATE_INDEX, NULL, &public, &name, NULL));
    const size_t whole = public.nvPublic.dataSize;
    if (!err && whole > cap)
        err = ERR_TOO_SMALL;
    for (size_t at = 0; !err && at < whole; at += data.size) {
        const size_t piece = whole - at < PIECE ? whole - at : PIECE;
        data.size = sizeof data.buffer;
        err = wire_error(Tss2_Sys_NV_Read(wire(), CERTIFICATE_INDEX, CERTIFICATE_INDEX,
                                          wire_empty_password(), (uint16_t)piece, (uint16_t)at,
                                          &data, NULL));
        if (!err && data.size != piece)
            err = ERR_DEVICE;
        if (!err)
            memcpy(out + at, data.buffer, piece);
    }
    if (!err)
        *size = whole;
    return err;
}

err_t endorse_show(uint8_t *out, size_t cap, size_t *size)
{
    TPM2_HANDLE key = 0;
    size_t more = 0;
    if (cap < CREDENTIAL_KEY)
        return ERR_TOO_SMALL;
    err_t err = certificate_read(out + CREDENTIAL_KEY, cap - CREDENTIAL_KEY, &more);
    if (!err)
        err = key_make(&key, out);
    if (err)
        return err;
    wire_flush(key); // A1
    *size = CREDENTIAL_KEY + more;
    return ERR_OK;
}

// The endorsement key works only for whoever may use its hierarchy: the password is empty.
static err_t permission_begin(struct session *s)
{
    TPM2B_TIMEOUT until = {.size = sizeof until.buffer};
    TPMT_TK_AUTH ticket = {.tag = 0};
    err_t err = session_plain(s);
    if (err)
        return err;
    err = wire_error(Tss2_Sys_PolicySecret(wire(), TPM2_RH_ENDORSEMENT, s->handle,
                                           wire_empty_password(), NULL, NULL, NULL, 0, &until,
                                           &ticket, NULL));
    if (err)
        wire_flush(s->handle); // A1
    return err;
}

static err_t credential_open(TPM2_HANDLE attestation, TPM2_HANDLE endorsement,
                             const uint8_t question[CREDENTIAL_QUESTION],
                             uint8_t secret[CREDENTIAL_SECRET])
{
    TSS2L_SYS_AUTH_COMMAND proof = {.count = 2, .auths = {{.sessionHandle = TPM2_RH_PW}}};
    TPM2B_ID_OBJECT credential = {.size = CREDENTIAL_SIZE};
    TPM2B_ENCRYPTED_SECRET seed = {.size = CREDENTIAL_KEY};
    TPM2B_DIGEST found = {.size = sizeof found.buffer};
    struct session s;
    memcpy(credential.credential, question, CREDENTIAL_SIZE);
    memcpy(seed.secret, question + CREDENTIAL_SIZE, CREDENTIAL_KEY);
    err_t err = permission_begin(&s);
    if (err)
        return err;
    proof.auths[1].sessionHandle = s.handle;
    err = wire_error(Tss2_Sys_ActivateCredential(wire(), attestation, endorsement, &proof,
                                                 &credential, &seed, &found, NULL));
    session_close(&s, err);
    if (!err && found.size != CREDENTIAL_SECRET)
        err = ERR_BAD_DATA;
    if (!err)
        memcpy(secret, found.buffer, CREDENTIAL_SECRET);
    return err;
}

err_t endorse_open(const uint8_t question[CREDENTIAL_QUESTION], uint8_t secret[CREDENTIAL_SECRET])
{
    TPM2_HANDLE attestation = 0, endorsement = 0;
    uint8_t unused[CREDENTIAL_KEY];
    err_t err = key_attestation(&attestation, unused);
    if (err)
        return err;
    err = key_make(&endorsement, unused);
    if (!err) {
        err = credential_open(attestation, endorsement, question, secret);
        wire_flush(endorsement); // A1
    }
    wire_flush(attestation); // A1
    return err;
}
