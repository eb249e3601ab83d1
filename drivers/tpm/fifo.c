// SPDX-License-Identifier: GPL-3.0-or-later
#include "bus.h"
#include "tpm.h"

enum {
    REG_ACCESS = 0x00,
    REG_STATUS = 0x18,
    REG_DATA = 0x24,
    ACCESS_ACTIVE = 0x20,
    ACCESS_REQUEST = 0x02,
    STATUS_VALID = 0x80,
    STATUS_READY = 0x40, // read: command ready; write: make it so
    STATUS_GO = 0x20,
    STATUS_DATA = 0x10,
    STATUS_EXPECT = 0x08,
    STATUS_CANCEL = 1 << 24,
    BURST_SHIFT = 8, // 16 bits: bytes that may move before the next look
    BURST_MASK = 0xffff00,
    LOCALITY_MSEC = 750, // TIMEOUT_A
    READY_MSEC = 2000,   // TIMEOUT_B
    BYTES_MSEC = 200,    // TIMEOUT_C
    RUN_MSEC = 30000,    // the longest command, a key that is made, takes a few seconds
};

static err_t status_wait(const struct tpm *t, uint32_t bits, uint32_t msec)
{
    const struct tpm_wait w = {REG_STATUS, STATUS_VALID | bits, STATUS_VALID | bits, msec, false};
    return tpm_wait(t, &w, NULL);
}

err_t fifo_begin(struct tpm *t)
{
    const struct tpm_wait w = {REG_ACCESS, ACCESS_ACTIVE, ACCESS_ACTIVE, LOCALITY_MSEC, false};
    bus_write_8(REG_ACCESS, ACCESS_REQUEST);
    return tpm_wait(t, &w, NULL);
}

// How many bytes may move now.
static err_t burst(const struct tpm *t, uint32_t *count)
{
    const struct tpm_wait some = {REG_STATUS, BURST_MASK, 0, BYTES_MSEC, .any = true};
    uint32_t status = 0;
    err_t err = tpm_wait(t, &some, &status);
    *count = (status & BURST_MASK) >> BURST_SHIFT;
    return err;
}

static err_t put_bytes(const struct tpm *t, const uint8_t *bytes, size_t size)
{
    uint32_t count = 0;
    for (size_t i = 0; i < size; i++, count--) {
        err_t err = count != 0 ? ERR_OK : burst(t, &count);
        if (err != ERR_OK)
            return err;
        bus_write_8(REG_DATA, bytes[i]);
    }
    return ERR_OK;
}

static err_t take_bytes(const struct tpm *t, uint8_t *bytes, size_t size)
{
    uint32_t count = 0;
    for (size_t i = 0; i < size; i++, count--) {
        err_t err = count != 0 ? ERR_OK : status_wait(t, STATUS_DATA, BYTES_MSEC);
        if (err == ERR_OK && count == 0)
            err = burst(t, &count);
        if (err != ERR_OK)
            return err;
        bytes[i] = bus_read_8(REG_DATA);
    }
    return ERR_OK;
}

// All bytes but the last: the TPM still expects one. After it: none.
static err_t put_command(const struct tpm *t, const uint8_t *command, size_t size)
{
    const struct tpm_wait full = {REG_STATUS, STATUS_VALID | STATUS_EXPECT, STATUS_VALID,
                                  BYTES_MSEC, false};
    // stsValid is about dataAvail and Expect alone: here it may be 0.
    const struct tpm_wait ready = {REG_STATUS, STATUS_READY, STATUS_READY, READY_MSEC, false};
    bus_write_32(REG_STATUS, STATUS_READY);
    err_t err = tpm_wait(t, &ready, NULL);
    if (err == ERR_OK)
        err = put_bytes(t, command, size - 1);
    if (err == ERR_OK)
        err = status_wait(t, STATUS_EXPECT, BYTES_MSEC);
    if (err == ERR_OK)
        err = put_bytes(t, command + size - 1, 1);
    return err == ERR_OK ? tpm_wait(t, &full, NULL) : err;
}

static err_t take_response(const struct tpm *t, uint8_t *response, size_t cap, size_t *length)
{
    const struct tpm_wait empty = {REG_STATUS, STATUS_VALID | STATUS_DATA, STATUS_VALID, BYTES_MSEC,
                                   false};
    err_t err = take_bytes(t, response, TPM_HEADER);
    if (err != ERR_OK || !tpm_header_good(response))
        return ERR_DEVICE;
    uint32_t size = tpm_size(response);
    if (size > cap)
        return ERR_TOO_SMALL; // the next command's "ready" throws the rest away
    err = take_bytes(t, response + TPM_HEADER, size - TPM_HEADER);
    if (err == ERR_OK)
        err = tpm_wait(t, &empty, NULL); // it has more than it said
    if (err == ERR_OK)
        *length = size;
    return err;
}

err_t fifo_transmit(struct tpm *t, const uint8_t *command, size_t size, uint8_t *response,
                    size_t cap, size_t *length)
{
    err_t err = put_command(t, command, size);
    if (err != ERR_OK)
        return err;
    bus_write_32(REG_STATUS, STATUS_GO);
    err = status_wait(t, STATUS_DATA, RUN_MSEC);
    if (err == ERR_OK)
        err = take_response(t, response, cap, length);
    else
        bus_write_32(REG_STATUS, STATUS_CANCEL);
    bus_write_32(REG_STATUS, STATUS_READY); // idle: it forgets the response
    return err;
}
