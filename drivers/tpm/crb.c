// SPDX-License-Identifier: GPL-3.0-or-later
#include "bus.h"
#include "tpm.h"

enum {
    REG_LOC_CTRL = 0x08,
    REG_LOC_STATUS = 0x0c,
    REG_REQUEST = 0x40,
    REG_STATUS = 0x44,
    REG_CANCEL = 0x48,
    REG_START = 0x4c,
    REG_COMMAND_SIZE = 0x58,
    REG_COMMAND_LOW = 0x5c,
    REG_COMMAND_HIGH = 0x60,
    REG_RESPONSE_SIZE = 0x64,
    REG_RESPONSE_LOW = 0x68,
    REG_RESPONSE_HIGH = 0x6c,
    CRB_BUFFER = 0x80,
    CRB_END = 0x1000, // of locality 0
    LOC_REQUEST = 1,
    LOC_GRANTED = 1,
    REQUEST_READY = 1,
    REQUEST_IDLE = 2,
    STATUS_ERROR = 1,
    STATUS_IDLE = 2,
    START = 1,
    LOCALITY_MSEC = 750, // TIMEOUT_A
    READY_MSEC = 2000,   // TIMEOUT_B, and TIMEOUT_C with room
    CANCEL_MSEC = 2000,
    RUN_MSEC = 30000, // the longest command, a key that is made, takes a few seconds
};

#define CRB_BASE 0xfed40000u

// The buffers are believed only if both are the one behind the registers, which is what this cell
// has mapped. A TPM with its buffers in RAM is one that this driver does not speak to.
static err_t buffer_find(struct tpm *t)
{
    uint32_t room = bus_read_32(REG_COMMAND_SIZE), answer = bus_read_32(REG_RESPONSE_SIZE);
    if (bus_read_32(REG_COMMAND_LOW) != CRB_BASE + CRB_BUFFER ||
        bus_read_32(REG_COMMAND_HIGH) != 0 ||
        bus_read_32(REG_RESPONSE_LOW) != CRB_BASE + CRB_BUFFER ||
        bus_read_32(REG_RESPONSE_HIGH) != 0)
        return ERR_DEVICE;
    t->room = room < answer ? room : answer;
    return t->room >= TPM_HEADER && t->room <= CRB_END - CRB_BUFFER ? ERR_OK : ERR_DEVICE;
}

err_t crb_begin(struct tpm *t)
{
    const struct tpm_wait w = {REG_LOC_STATUS, LOC_GRANTED, LOC_GRANTED, LOCALITY_MSEC, false};
    bus_write_32(REG_LOC_CTRL, LOC_REQUEST);
    err_t err = tpm_wait(t, &w, NULL);
    return err == ERR_OK ? buffer_find(t) : err;
}

static err_t run(const struct tpm *t)
{
    const struct tpm_wait done = {REG_START, START, 0, RUN_MSEC, false};
    const struct tpm_wait cancelled = {REG_START, START, 0, CANCEL_MSEC, false};
    bus_write_32(REG_START, START);
    if (tpm_wait(t, &done, NULL) == ERR_OK)
        return (bus_read_32(REG_STATUS) & STATUS_ERROR) == 0 ? ERR_OK : ERR_DEVICE;
    bus_write_32(REG_CANCEL, 1);
    if (tpm_wait(t, &cancelled, NULL) == ERR_OK)
        bus_write_32(REG_CANCEL, 0);
    return ERR_DEVICE;
}

// The header is copied before it is judged: the buffer is the device's, and may change.
static err_t take_response(const struct tpm *t, uint8_t *response, size_t cap, size_t *length)
{
    for (uint32_t i = 0; i < TPM_HEADER; i++)
        response[i] = bus_read_8(CRB_BUFFER + i);
    uint32_t size = tpm_size(response);
    if (!tpm_header_good(response) || size > t->room)
        return ERR_DEVICE;
    if (size > cap)
        return ERR_TOO_SMALL;
    for (uint32_t i = TPM_HEADER; i < size; i++)
        response[i] = bus_read_8(CRB_BUFFER + i);
    *length = size;
    return ERR_OK;
}

err_t crb_transmit(struct tpm *t, const uint8_t *command, size_t size, uint8_t *response,
                   size_t cap, size_t *length)
{
    const struct tpm_wait asked = {REG_REQUEST, REQUEST_READY, 0, READY_MSEC, false};
    const struct tpm_wait awake = {REG_STATUS, STATUS_IDLE | STATUS_ERROR, 0, READY_MSEC, false};
    if (size > t->room)
        return ERR_BAD_ARGUMENT;
    bus_write_32(REG_REQUEST, REQUEST_READY);
    err_t err = tpm_wait(t, &asked, NULL);
    if (err == ERR_OK)
        err = tpm_wait(t, &awake, NULL);
    if (err != ERR_OK)
        return err;
    for (uint32_t i = 0; i < size; i++)
        bus_write_8(CRB_BUFFER + i, command[i]);
    err = run(t);
    if (err == ERR_OK)
        err = take_response(t, response, cap, length);
    for (uint32_t i = 0; i < t->room; i++) // commands and responses hold secrets
        bus_write_8(CRB_BUFFER + i, 0);
    bus_write_32(REG_REQUEST, REQUEST_IDLE);
    return err;
}
