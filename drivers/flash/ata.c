// SPDX-License-Identifier: GPL-3.0-or-later
#include "ata.h"

#include "gen/port.h"
#include "os/syscall.h"

enum reg {
    REG_DATA = 0, // 16 bits
    REG_COUNT = 2,
    REG_LBA_LOW = 3,
    REG_LBA_MIDDLE = 4,
    REG_LBA_HIGH = 5,
    REG_DEVICE = 6,
    REG_STATUS = 7,
    REG_COMMAND = 7,
};

enum {
    STATUS_ERROR = 0x01,
    STATUS_REQUEST = 0x08, // data can be moved
    STATUS_FAULT = 0x20,
    STATUS_READY = 0x40,
    STATUS_BUSY = 0x80,
    CONTROL_SILENT = 0x02, // no interrupts
    DEVICE_FIRST = 0xe0,   // the first device, by block address
    COMMAND_READ = 0x20,
    COMMAND_WRITE = 0x30,
    COMMAND_FLUSH = 0xe7,
    COMMAND_IDENTIFY = 0xec,
    IDENTIFY_SECTORS = 60, // word: how many, 32 bits
    SPIN = 64,             // looks before sleeping
    WORDS = ATA_SECTOR / 2,
};

#define MILLISECOND ((nsec_t)1000000)

// A port that cannot be read looks like a bus with nobody on it.
static uint32_t reg_read(const struct ata *a, enum reg reg, uint32_t width)
{
    uint32_t value;
    return port_read(a->command, reg, width, &value) == ERR_OK ? value
                                                               : UINT32_MAX >> (32 - 8 * width);
}

static err_t reg_write(const struct ata *a, enum reg reg, uint32_t width, uint32_t value)
{
    return port_write(a->command, reg, width, value);
}

// Wait until it is not busy and shows `wanted`.
static err_t status_wait(const struct ata *a, uint32_t wanted)
{
    const nsec_t give_up = sys_now() + ATA_PATIENCE;
    for (;;) {
        for (int i = 0; i < SPIN; i++) {
            uint32_t status = reg_read(a, REG_STATUS, 1);
            if (status == 0xff)
                return ERR_NOT_FOUND;
            if ((status & STATUS_BUSY) != 0)
                continue;
            if ((status & (STATUS_ERROR | STATUS_FAULT)) != 0)
                return ERR_DEVICE;
            if ((status & wanted) == wanted)
                return ERR_OK;
        }
        uint64_t bits;
        nsec_t now = sys_now();
        if (now >= give_up)
            return ERR_DEVICE;
        err_t err = sys_wait(a->signal, now + MILLISECOND, &bits);
        (void)err; // TIMED_OUT: that is what it is for
    }
}

// Address a sector and give the command.
static err_t command(const struct ata *a, uint32_t sector, uint8_t what)
{
    err_t err = reg_write(a, REG_DEVICE, 1, DEVICE_FIRST | sector >> 24);
    if (!err)
        err = status_wait(a, STATUS_READY);
    if (!err)
        err = reg_write(a, REG_COUNT, 1, 1);
    if (!err)
        err = reg_write(a, REG_LBA_LOW, 1, sector & 0xff);
    if (!err)
        err = reg_write(a, REG_LBA_MIDDLE, 1, sector >> 8 & 0xff);
    if (!err)
        err = reg_write(a, REG_LBA_HIGH, 1, sector >> 16 & 0xff);
    return err ? err : reg_write(a, REG_COMMAND, 1, what);
}

static err_t data_take(const struct ata *a, uint16_t out[WORDS])
{
    err_t err = status_wait(a, STATUS_REQUEST);
    for (int i = 0; i < WORDS && !err; i++)
        out[i] = (uint16_t)reg_read(a, REG_DATA, 2);
    return err;
}

err_t ata_begin(struct ata *a)
{
    uint16_t identity[WORDS];
    a->sectors = 0;
    err_t err = port_write(a->control, 0, 1, CONTROL_SILENT);
    if (!err)
        err = command(a, 0, COMMAND_IDENTIFY);
    // A slot without a device reads as zero; a device that is no disk aborts the command.
    if (!err && reg_read(a, REG_STATUS, 1) == 0)
        return ERR_NOT_FOUND;
    if (!err)
        err = data_take(a, identity);
    if (!err)
        a->sectors = identity[IDENTIFY_SECTORS] | (uint32_t)identity[IDENTIFY_SECTORS + 1] << 16;
    return !err && a->sectors == 0 ? ERR_NOT_FOUND : err;
}

static err_t range_check(const struct ata *a, uint32_t sector)
{
    if (a->sectors == 0)
        return ERR_NOT_FOUND;
    return sector < a->sectors && sector < 1u << 28 ? ERR_OK : ERR_BAD_ARGUMENT;
}

err_t ata_read(const struct ata *a, uint32_t sector, uint8_t out[ATA_SECTOR])
{
    uint16_t words[WORDS];
    err_t err = range_check(a, sector);
    if (!err)
        err = command(a, sector, COMMAND_READ);
    if (!err)
        err = data_take(a, words);
    for (int i = 0; i < WORDS && !err; i++) {
        out[2 * i] = (uint8_t)words[i];
        out[2 * i + 1] = (uint8_t)(words[i] >> 8);
    }
    return err;
}

err_t ata_write(const struct ata *a, uint32_t sector, const uint8_t in[ATA_SECTOR])
{
    err_t err = range_check(a, sector);
    if (!err)
        err = command(a, sector, COMMAND_WRITE);
    if (!err)
        err = status_wait(a, STATUS_REQUEST);
    for (int i = 0; i < WORDS && !err; i++)
        err = reg_write(a, REG_DATA, 2, (uint32_t)(in[2 * i] | in[2 * i + 1] << 8));
    if (!err)
        err = status_wait(a, STATUS_READY);
    if (!err)
        err = command(a, 0, COMMAND_FLUSH);
    return err ? err : status_wait(a, STATUS_READY);
}
