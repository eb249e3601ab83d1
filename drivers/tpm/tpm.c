// SPDX-License-Identifier: GPL-3.0-or-later
#include "tpm.h"
#include "bus.h"
#include "os/ipc.h"
#include "os/syscall.h"

enum {
    REG_ACCESS = 0x00,       // FIFO TPM_ACCESS, CRB LOC_STATE: bit 7 of both is tpmRegValidSts
    REG_INTERFACE_ID = 0x30, // bits 0 to 3: 0 FIFO, 1 CRB, 15 the older TIS 1.3
    REG_FIFO_VENDOR = 0xf00,
    REG_CRB_VENDOR = 0x34, // high half of INTERFACE_ID: VID, DID
    NOBODY = 0xffffffffu,
    ACCESS_VALID = 0x80,
    VALID_MSEC = 750, // TIMEOUT_A
    LOOKS = 64,       // at a register before the first sleep
    TAG_PLAIN = 0x8001,
    TAG_SESSIONS = 0x8002,
};

err_t tpm_wait(const struct tpm *t, const struct tpm_wait *w, uint32_t *value)
{
    nsec_t give_up = 0;
    for (;;) {
        for (int i = 0; i < LOOKS; i++) {
            uint32_t seen = bus_read_32(w->offset);
            uint32_t bits = seen & w->mask;
            if (w->any ? bits != 0 : bits == w->wanted) {
                if (value != NULL)
                    *value = seen;
                return ERR_OK;
            }
        }
        nsec_t now = sys_now();
        if (give_up == 0)
            give_up = now + w->msec * TPM_MSEC;
        if (now >= give_up)
            return ERR_DEVICE;
        uint64_t raised;
        err_t err = sys_wait(t->signal, now + TPM_MSEC, &raised);
        if (err != ERR_OK && err != ERR_TIMED_OUT)
            return ERR_DEVICE; // no sleep, no bound
    }
}

bool tpm_header_good(const uint8_t header[TPM_HEADER])
{
    uint32_t tag = (uint32_t)header[0] << 8 | header[1];
    return (tag == TAG_PLAIN || tag == TAG_SESSIONS) && tpm_size(header) >= TPM_HEADER &&
           tpm_size(header) <= TPM_MESSAGE_MAX;
}

// A bus on which nobody answers reads as all ones, on some machines as zero.
static bool nobody(uint32_t value)
{
    return value == NOBODY || value == 0;
}

void chip_begin(struct tpm *t, cap_t signal)
{
    const struct tpm_wait valid = {REG_ACCESS, ACCESS_VALID, ACCESS_VALID, VALID_MSEC, false};
    uint32_t id = bus_read_32(REG_INTERFACE_ID), type = id & 0xf;
    *t = (struct tpm){.kind = TPM_NONE, .signal = signal};
    t->vendor = bus_read_32(type == 1 ? REG_CRB_VENDOR : REG_FIFO_VENDOR);
    if (nobody(t->vendor)) {
        t->vendor = 0;
        return;
    }
    t->kind = type == 1 ? TPM_CRB : type == 0 || type == 0xf ? TPM_FIFO : TPM_FAILED;
    if (t->kind == TPM_FAILED || tpm_wait(t, &valid, NULL) != ERR_OK ||
        (t->kind == TPM_CRB ? crb_begin(t) : fifo_begin(t)) != ERR_OK)
        t->kind = TPM_FAILED;
}

err_t chip_transmit(struct tpm *t, const uint8_t *command, size_t size, uint8_t *response,
                    size_t cap, size_t *length)
{
    if (t->kind == TPM_NONE)
        return ERR_NOT_FOUND;
    if (t->kind == TPM_FAILED)
        return ERR_DEVICE;
    if (size < TPM_HEADER || size > TPM_MESSAGE_MAX || tpm_size(command) != size)
        return ERR_BAD_ARGUMENT;
    if (cap < TPM_HEADER)
        return ERR_TOO_SMALL;
    err_t err = t->kind == TPM_CRB ? crb_transmit(t, command, size, response, cap, length)
                                   : fifo_transmit(t, command, size, response, cap, length);
    if (err == ERR_DEVICE)
        t->kind = TPM_FAILED;
    return err;
}
