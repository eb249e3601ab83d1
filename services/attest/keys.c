// SPDX-License-Identifier: GPL-3.0-or-later
#include "attest.h"

#include <string.h>
#include <tss2_mu.h>

#include "crypto/sha.h"

enum { COORDINATE = ATTEST_POINT / 2, PUBLIC_MAX = 256 };

// A P-256 key; the caller adds attributes and scheme (part 2, section 12.2).
static TPM2B_PUBLIC template_begin(TPMA_OBJECT attributes)
{
    TPM2B_PUBLIC p = {.size = 0};
    p.publicArea.type = TPM2_ALG_ECC;
    p.publicArea.nameAlg = TPM2_ALG_SHA256;
    p.publicArea.objectAttributes = attributes;
    TPMS_ECC_PARMS *ecc = &p.publicArea.parameters.eccDetail;
    ecc->symmetric.algorithm = TPM2_ALG_NULL;
    ecc->scheme.scheme = TPM2_ALG_NULL;
    ecc->curveID = TPM2_ECC_NIST_P256;
    ecc->kdf.scheme = TPM2_ALG_NULL;
    return p;
}

static const TPMA_OBJECT own = TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT |
                               TPMA_OBJECT_SENSITIVEDATAORIGIN | TPMA_OBJECT_USERWITHAUTH |
                               TPMA_OBJECT_RESTRICTED | TPMA_OBJECT_NODA;

err_t key_primary(TPMI_RH_HIERARCHY hierarchy, const TPM2B_PUBLIC *template, TPM2_HANDLE *out,
                  TPM2B_PUBLIC *public)
{
    static TPM2B_CREATION_DATA data;
    const TPM2B_SENSITIVE_CREATE nothing = {.size = 0};
    const TPM2B_DATA outside = {.size = 0};
    const TPML_PCR_SELECTION none = {.count = 0};
    TPM2B_DIGEST digest = {.size = 0};
    TPMT_TK_CREATION ticket = {.tag = 0};
    TPM2B_NAME name = {.size = sizeof name.name};
    TSS2L_SYS_AUTH_RESPONSE response = {.count = 0};
    memset(&data, 0, sizeof data);
    public->size = 0;
    return wire_error(Tss2_Sys_CreatePrimary(wire(), hierarchy, wire_empty_password(), &nothing,
                                             template, &outside, &none, out, public, &data, &digest,
                                             &ticket, &name, &response));
}

// A coordinate comes without its leading zeroes.
static err_t coordinate_take(const TPM2B_ECC_PARAMETER *p, uint8_t out[COORDINATE])
{
    if (p->size > COORDINATE)
        return ERR_DEVICE;
    memset(out, 0, COORDINATE);
    memcpy(out + COORDINATE - p->size, p->buffer, p->size);
    return ERR_OK;
}

static err_t point_take(const TPMS_ECC_POINT *p, uint8_t out[2 * COORDINATE])
{
    err_t err = coordinate_take(&p->x, out);
    return err ? err : coordinate_take(&p->y, out + COORDINATE);
}

// Part 1, section 16: the hash's number, and the hash of the public part.
static err_t name_make(const TPM2B_PUBLIC *public, TPM2B_NAME *out)
{
    uint8_t bytes[PUBLIC_MAX];
    size_t size = 0;
    if (Tss2_MU_TPMT_PUBLIC_Marshal(&public->publicArea, bytes, sizeof bytes, &size))
        return ERR_DEVICE;
    out->size = ATTEST_NAME;
    out->name[0] = TPM2_ALG_SHA256 >> 8;
    out->name[1] = TPM2_ALG_SHA256 & 0xff;
    sha256(bytes, size, out->name + 2);
    return ERR_OK;
}

err_t key_storage(struct storage *out)
{
    TPM2B_PUBLIC public, template = template_begin(own | TPMA_OBJECT_DECRYPT);
    TPMT_SYM_DEF_OBJECT *symmetric = &template.publicArea.parameters.eccDetail.symmetric;
    struct storage s;
    symmetric->algorithm = TPM2_ALG_AES;
    symmetric->keyBits.aes = 128;
    symmetric->mode.aes = TPM2_ALG_CFB;
    err_t err = key_primary(TPM2_RH_OWNER, &template, &s.handle, &public);
    if (err)
        return err;
    err = point_take(&public.publicArea.unique.ecc, s.point);
    if (!err)
        err = name_make(&public, &s.name);
    if (err)
        wire_flush(s.handle); // A1
    else
        *out = s;
    return err;
}

err_t key_attestation(TPM2_HANDLE *out, uint8_t public_key[QUOTE_KEY])
{
    TPM2B_PUBLIC public, template = template_begin(own | TPMA_OBJECT_SIGN_ENCRYPT);
    TPMT_ECC_SCHEME *scheme = &template.publicArea.parameters.eccDetail.scheme;
    scheme->scheme = TPM2_ALG_ECDSA;
    scheme->details.ecdsa.hashAlg = TPM2_ALG_SHA256;
    TPM2_HANDLE handle = 0;
    uint8_t key[QUOTE_KEY];
    err_t err = key_primary(TPM2_RH_ENDORSEMENT, &template, &handle, &public);
    if (err)
        return err;
    err = point_take(&public.publicArea.unique.ecc, key);
    if (err) {
        wire_flush(handle);
        return err;
    }
    memcpy(public_key, key, sizeof key);
    *out = handle;
    return ERR_OK;
}

err_t key_policy(const uint8_t public_key[ATTEST_POLICY_KEY], TPM2_HANDLE *out, TPM2B_NAME *name)
{
    TPM2B_PUBLIC public = template_begin(TPMA_OBJECT_USERWITHAUTH | TPMA_OBJECT_SIGN_ENCRYPT);
    TPMS_ECC_POINT *point = &public.publicArea.unique.ecc;
    TSS2L_SYS_AUTH_RESPONSE response = {.count = 0};
    point->x.size = point->y.size = COORDINATE;
    memcpy(point->x.buffer, public_key, COORDINATE);
    memcpy(point->y.buffer, public_key + COORDINATE, COORDINATE);
    name->size = sizeof name->name;
    // In a hierarchy, so that its word becomes a ticket.
    return wire_error(
        Tss2_Sys_LoadExternal(wire(), NULL, NULL, &public, TPM2_RH_OWNER, out, name, &response));
}
