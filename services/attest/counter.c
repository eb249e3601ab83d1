// SPDX-License-Identifier: GPL-3.0-or-later
// The rollback counter (boot/core/counter.h has what the loader asks of it). It is of the TPM's
// type counter: it only rises, and one that is undefined and defined again starts above every value
// that any counter of this TPM has had.
#include "attest.h"

#include <string.h>

#define COUNTER_INDEX 0x01c10101u

enum { COUNTER_SIZE = 8, RAISES_MAX = 4096 };

// Everybody may read and raise it: who raises it too far keeps this machine from starting, and can
// do that in other ways. Wrong tries at something else do not lock it.
static const TPMA_NV shape = (TPM2_NT_COUNTER << TPMA_NV_TPM2_NT_SHIFT) | TPMA_NV_AUTHREAD |
                             TPMA_NV_AUTHWRITE | TPMA_NV_NO_DA;

static err_t counter_define(void)
{
    const TPM2B_AUTH empty = {.size = 0};
    TPM2B_NV_PUBLIC public = {.size = 0};
    TSS2L_SYS_AUTH_RESPONSE response = {.count = 0};
    public.nvPublic.nvIndex = COUNTER_INDEX;
    public.nvPublic.nameAlg = TPM2_ALG_SHA256;
    public.nvPublic.attributes = shape;
    public.nvPublic.dataSize = COUNTER_SIZE;
    return wire_error(Tss2_Sys_NV_DefineSpace(wire(), TPM2_RH_OWNER, wire_empty_password(), &empty,
                                              &public, &response));
}

static err_t counter_undefine(void)
{
    TSS2L_SYS_AUTH_RESPONSE response = {.count = 0};
    return wire_error(Tss2_Sys_NV_UndefineSpace(wire(), TPM2_RH_OWNER, COUNTER_INDEX,
                                                wire_empty_password(), &response));
}

static err_t counter_step(void)
{
    TSS2L_SYS_AUTH_RESPONSE response = {.count = 0};
    return wire_error(Tss2_Sys_NV_Increment(wire(), COUNTER_INDEX, COUNTER_INDEX,
                                            wire_empty_password(), &response));
}

static err_t counter_read(uint64_t *value)
{
    TPM2B_MAX_NV_BUFFER data = {.size = sizeof data.buffer};
    TSS2L_SYS_AUTH_RESPONSE response = {.count = 0};
    err_t err =
        wire_error(Tss2_Sys_NV_Read(wire(), COUNTER_INDEX, COUNTER_INDEX, wire_empty_password(),
                                    COUNTER_SIZE, 0, &data, &response));
    if (err)
        return err;
    if (data.size != COUNTER_SIZE)
        return ERR_DEVICE;
    uint64_t v = 0;
    for (uint32_t i = 0; i < COUNTER_SIZE; i++)
        v = v << 8 | data.buffer[i];
    *value = v;
    return ERR_OK;
}

// What is there: NOT_FOUND, BAD_STATE (another shape), or OK with `*written`.
static err_t counter_look(bool *written)
{
    TPM2B_NV_PUBLIC public = {.size = 0};
    TPM2B_NAME name = {.size = sizeof name.name};
    TSS2L_SYS_AUTH_RESPONSE response = {.count = 0};
    err_t err =
        wire_error(Tss2_Sys_NV_ReadPublic(wire(), COUNTER_INDEX, NULL, &public, &name, &response));
    if (err)
        return err;
    if ((public.nvPublic.attributes & ~(TPMA_NV)TPMA_NV_WRITTEN) != shape ||
        public.nvPublic.dataSize != COUNTER_SIZE || public.nvPublic.authPolicy.size != 0)
        return ERR_BAD_STATE;
    *written = (public.nvPublic.attributes & TPMA_NV_WRITTEN) != 0;
    return ERR_OK;
}

err_t counter_raise(uint64_t index, uint64_t *value, const char **why)
{
    bool written = false, fresh = false;
    uint64_t v = 0;
    err_t err = counter_look(&written);
    *value = 0;
    if (err == ERR_NOT_FOUND) {
        fresh = true;
        err = counter_define();
    }
    if (err && err != ERR_DEVICE) {
        *why = fresh ? "the TPM's owner lets nobody make a rollback counter"
                     : "the TPM has something else in the rollback counter's place";
        return ERR_OK;
    }
    if (!err && !written)
        err = counter_step();
    if (!err)
        err = counter_read(&v);
    if (!err && fresh && v > index) { // it would keep this very image from starting
        *why = "this TPM's counters begin above the image's rollback index: no rollback counter";
        return counter_undefine();
    }
    for (uint32_t i = 0; !err && v < index && i < RAISES_MAX; i++, v++)
        err = counter_step();
    if (!err)
        err = counter_read(&v);
    if (!err)
        *value = v;
    return err;
}

err_t counter_policy(TPM2_HANDLE session, uint64_t floor)
{
    TPM2B_OPERAND operand = {.size = COUNTER_SIZE};
    TSS2L_SYS_AUTH_RESPONSE response = {.count = 0};
    for (uint32_t i = 0; i < COUNTER_SIZE; i++)
        operand.buffer[i] = (uint8_t)(floor >> 8 * (COUNTER_SIZE - 1 - i));
    return wire_error(Tss2_Sys_PolicyNV(wire(), COUNTER_INDEX, COUNTER_INDEX, session,
                                        wire_empty_password(), &operand, 0, TPM2_EO_UNSIGNED_GE,
                                        &response));
}
