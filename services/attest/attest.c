// SPDX-License-Identifier: GPL-3.0-or-later
#include "attest.h"

#include <string.h>

void attest_begin(struct attest *a, const struct image_facts *image, wire_transmit_t *transmit,
                  const char **why)
{
    uint8_t values[QUOTE_REGISTERS][QUOTE_DIGEST];
    TPM2_HANDLE key = 0;
    a->image = *image;
    a->tpm = ATTEST_FAILS;
    *why = "the TPM fails, or its owner has locked it: nothing is quoted or sealed";
    err_t err = wire_begin(transmit);
    if (!err) {
        // Firmware does it, and then the TPM refuses a second time. Where none has, nothing was
        // measured either, and quotes say so.
        err = wire_error(Tss2_Sys_Startup(wire(), TPM2_SU_CLEAR));
        wire_clear();
    }
    if (err != ERR_DEVICE)
        err = pcr_read(values);
    if (!err)
        err = key_attestation(&key, a->key);
    if (err)
        return;
    wire_flush(key); // A1
    a->tpm = ATTEST_WORKS;
    *why = NULL;
    if (!image->measured) {
        *why = "this system was not measured: a quote will not match, and nothing is sealed";
        return;
    }
    if (counter_raise(image->rollback_index, &a->counter, why) != ERR_OK)
        *why = "the rollback counter cannot be raised";
    a->sealing = seal_possible(image) == ERR_OK;
    if (!a->sealing)
        *why = "no signature vouches for this image's measurements: nothing is sealed";
}
