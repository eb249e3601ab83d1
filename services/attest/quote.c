// SPDX-License-Identifier: GPL-3.0-or-later
#include "attest.h"

#include <string.h>

enum { AT_ONCE = 8, HALF_SIGNATURE = QUOTE_SIGNATURE / 2 }; // a TPM gives at most 8 digests

static TPML_PCR_SELECTION selection(uint32_t mask)
{
    TPML_PCR_SELECTION s = {.count = 1};
    s.pcrSelections[0].hash = TPM2_ALG_SHA256;
    s.pcrSelections[0].sizeofSelect = 3;
    for (uint32_t i = 0; i < 3; i++)
        s.pcrSelections[0].pcrSelect[i] = (uint8_t)(mask >> 8 * i);
    return s;
}

err_t pcr_read(uint8_t values[QUOTE_REGISTERS][QUOTE_DIGEST])
{
    for (uint32_t first = 0; first < QUOTE_REGISTERS; first += AT_ONCE) {
        const TPML_PCR_SELECTION wanted = selection(0xffu << first);
        TPML_PCR_SELECTION got = {.count = 0};
        TPML_DIGEST digests = {.count = 0};
        TSS2L_SYS_AUTH_RESPONSE response = {.count = 0};
        uint32_t updates = 0;
        err_t err = wire_error(
            Tss2_Sys_PCR_Read(wire(), NULL, &wanted, &updates, &got, &digests, &response));
        if (err)
            return err;
        if (digests.count != AT_ONCE)
            return ERR_DEVICE; // no SHA-256 bank
        for (uint32_t i = 0; i < AT_ONCE; i++) {
            if (digests.digests[i].size != QUOTE_DIGEST)
                return ERR_DEVICE;
            memcpy(values[first + i], digests.digests[i].buffer, QUOTE_DIGEST);
        }
    }
    return ERR_OK;
}

err_t pcr_extend(uint32_t pcr, const uint8_t digest[QUOTE_DIGEST])
{
    TPML_DIGEST_VALUES values = {.count = 1};
    TSS2L_SYS_AUTH_RESPONSE response = {.count = 0};
    values.digests[0].hashAlg = TPM2_ALG_SHA256;
    memcpy(values.digests[0].digest.sha256, digest, QUOTE_DIGEST);
    return wire_error(Tss2_Sys_PCR_Extend(wire(), pcr, wire_empty_password(), &values, &response));
}

static err_t half_take(const TPM2B_ECC_PARAMETER *p, uint8_t out[HALF_SIGNATURE])
{
    if (p->size > HALF_SIGNATURE)
        return ERR_DEVICE;
    memcpy(out + HALF_SIGNATURE - p->size, p->buffer, p->size);
    return ERR_OK;
}

static err_t quote_sign(TPM2_HANDLE key, struct quote *q)
{
    const TPML_PCR_SELECTION wanted = selection(QUOTE_MASK);
    const TPMT_SIG_SCHEME as_the_key = {.scheme = TPM2_ALG_NULL};
    TPM2B_DATA bound = {.size = QUOTE_DIGEST};
    TPM2B_ATTEST attest = {.size = sizeof attest.attestationData};
    TPMT_SIGNATURE signature = {.sigAlg = 0};
    TSS2L_SYS_AUTH_RESPONSE response = {.count = 0};
    quote_binding(q->nonce, q->device_key, bound.buffer);
    err_t err = wire_error(Tss2_Sys_Quote(wire(), key, wire_empty_password(), &bound, &as_the_key,
                                          &wanted, &attest, &signature, &response));
    if (err)
        return err;
    if (attest.size > QUOTE_ATTEST_MAX || signature.sigAlg != TPM2_ALG_ECDSA)
        return ERR_DEVICE;
    q->attest_size = attest.size;
    memcpy(q->attest, attest.attestationData, attest.size);
    err = half_take(&signature.signature.ecdsa.signatureR, q->signature);
    return err ? err
               : half_take(&signature.signature.ecdsa.signatureS, q->signature + HALF_SIGNATURE);
}

err_t quote_make(const struct attest *a, const uint8_t nonce[QUOTE_NONCE], uint8_t *out, size_t cap,
                 size_t *size)
{
    struct quote q = {.attest_size = 0};
    TPM2_HANDLE key = 0;
    if (!a->bound)
        return ERR_BAD_STATE;
    memcpy(q.nonce, nonce, sizeof q.nonce);
    memcpy(q.device_key, a->device_key, sizeof q.device_key);
    err_t err = pcr_read(q.registers);
    for (uint32_t i = 0; i < QUOTE_REGISTERS; i++)
        if ((QUOTE_MASK >> i & 1) == 0)
            memset(q.registers[i], 0, QUOTE_DIGEST);
    if (!err)
        err = key_attestation(&key, q.key);
    if (err)
        return err;
    err = quote_sign(key, &q);
    wire_flush(key); // A1
    return err ? err : quote_write(&q, out, cap, size);
}
