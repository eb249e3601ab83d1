// SPDX-License-Identifier: GPL-3.0-or-later
// From tpm2-tss's sys layer to whoever carries bytes: a TCTI of one command and its response.
#include "attest.h"

#include <string.h>
#include <tss2_tcti.h>

enum {
    MESSAGE_MAX = 4096,
    CONTEXT_MAX = 8192, // the library's state beside the message
    HEAD = 10,
    RETRIES = 8,
    LEFT_MAX = 4,    // more of one kind than we ever have
    FORMAT_1 = 0x80, // bit 7: which handle, session or parameter stands in bits 6 and 8 to 11
    FORMAT_1_CODE = 0xbf,
};

static struct {
    TSS2_TCTI_CONTEXT_COMMON_V1 head; // first: the library knows no more of it
    wire_transmit_t *transmit;
    uint8_t response[MESSAGE_MAX];
    size_t size;
} line;
static _Alignas(16) uint8_t context[CONTEXT_MAX];

// TPM2_RC_RETRY: it was busy with itself and did nothing; the same command may come again (part 3,
// section 5.4).
static bool line_again(void)
{
    const uint8_t *code = line.response + HEAD - 4;
    return line.size == HEAD && code[0] == 0 && code[1] == 0 && code[2] == TPM2_RC_RETRY >> 8 &&
           code[3] == (TPM2_RC_RETRY & 0xff);
}

// The library waits for ever for the answer to a command whose answer it could not read: an answer
// that is none says, as far as it is concerned, that the TPM fails.
static void line_judge(void)
{
    static const uint8_t failure[HEAD] = {
        TPM2_ST_NO_SESSIONS >> 8, TPM2_ST_NO_SESSIONS & 0xff, 0, 0, 0, HEAD, 0, 0,
        TPM2_RC_FAILURE >> 8,     TPM2_RC_FAILURE & 0xff};
    const uint8_t *r = line.response;
    const uint32_t tag = (uint32_t)r[0] << 8 | r[1], size = (uint32_t)r[4] << 8 | r[5];
    if (line.size >= HEAD && (tag == TPM2_ST_NO_SESSIONS || tag == TPM2_ST_SESSIONS) && r[2] == 0 &&
        r[3] == 0 && size == line.size)
        return;
    memset(line.response, 0, sizeof line.response); // A2
    memcpy(line.response, failure, sizeof failure);
    line.size = sizeof failure;
}

static TSS2_RC line_transmit(TSS2_TCTI_CONTEXT *tcti, size_t size, const uint8_t *command)
{
    (void)tcti;
    for (int i = 0; i < RETRIES; i++) {
        line.size = 0;
        if (line.transmit(command, size, line.response, sizeof line.response, &line.size))
            return TSS2_TCTI_RC_IO_ERROR;
        line_judge();
        if (!line_again())
            break;
    }
    return TSS2_RC_SUCCESS;
}

static TSS2_RC line_receive(TSS2_TCTI_CONTEXT *tcti, size_t *size, uint8_t *response,
                            int32_t timeout)
{
    (void)tcti;
    (void)timeout;
    if (line.size < HEAD)
        return TSS2_TCTI_RC_IO_ERROR;
    if (response == NULL) {
        *size = line.size;
        return TSS2_RC_SUCCESS;
    }
    if (*size < line.size)
        return TSS2_TCTI_RC_INSUFFICIENT_BUFFER;
    memcpy(response, line.response, line.size);
    *size = line.size;
    memset(line.response, 0, sizeof line.response); // A2: it may have been an unsealed secret
    line.size = 0;
    return TSS2_RC_SUCCESS;
}

err_t wire_begin(wire_transmit_t *transmit)
{
    TSS2_ABI_VERSION version = TSS2_ABI_VERSION_CURRENT;
    memset(&line, 0, sizeof line);
    line.head.magic = 1;
    line.head.version = 1;
    line.head.transmit = line_transmit;
    line.head.receive = line_receive;
    line.transmit = transmit;
    // Safety: the library reads no more than the part that stands first.
    TSS2_TCTI_CONTEXT *tcti = (TSS2_TCTI_CONTEXT *)(void *)&line;
    return Tss2_Sys_Initialize(wire(), sizeof context, tcti, &version) ? ERR_DEVICE : ERR_OK;
}

TSS2_SYS_CONTEXT *wire(void)
{
    // Safety: aligned for anything, and the library was told how large it is.
    return (TSS2_SYS_CONTEXT *)(void *)context;
}

err_t wire_error(TSS2_RC code)
{
    if (code == TSS2_RC_SUCCESS)
        return ERR_OK;
    if ((code & TSS2_RC_LAYER_MASK) != 0)
        return ERR_DEVICE; // not the TPM's word
    switch ((code & FORMAT_1) != 0 ? code & FORMAT_1_CODE : code) {
    case TPM2_RC_AUTH_FAIL:
    case TPM2_RC_BAD_AUTH:
        return ERR_DENIED;
    case TPM2_RC_LOCKOUT:
        return ERR_BUSY;
    case TPM2_RC_POLICY_FAIL:
    case TPM2_RC_POLICY:
    case TPM2_RC_PCR_CHANGED:
    case TPM2_RC_SIGNATURE:
        return ERR_REFUSED;
    case TPM2_RC_HANDLE:
        return ERR_NOT_FOUND;
    case TPM2_RC_FAILURE:
        return ERR_DEVICE;
    default:
        return ERR_BAD_DATA;
    }
}

const TSS2L_SYS_AUTH_COMMAND *wire_empty_password(void)
{
    static const TSS2L_SYS_AUTH_COMMAND empty = {.count = 1,
                                                 .auths = {{.sessionHandle = TPM2_RH_PW}}};
    return &empty;
}

void wire_clear(void)
{
    static const TPM2_HANDLE kinds[] = {TPM2_TRANSIENT_FIRST, TPM2_POLICY_SESSION_FIRST,
                                        TPM2_HMAC_SESSION_FIRST};
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++)
        for (TPM2_HANDLE i = 0; i < LEFT_MAX; i++)
            wire_flush(kinds[k] + i);
}

void wire_flush(TPM2_HANDLE handle)
{
    // What cannot be flushed fills the TPM, and the next operation says so.
    if (Tss2_Sys_FlushContext(wire(), handle) != TSS2_RC_SUCCESS)
        return;
}
