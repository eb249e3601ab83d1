// SPDX-License-Identifier: GPL-3.0-or-later
// The driver against a played device: what it reads, writes and flushes, in which order; a bus with
// nobody on it, a device that hangs, fails, lies about its size or is no disk.
#include "ata.h"
#include "gen/port.h"
#include "os/syscall.h"
#include "tests/unit.h"

enum { SECTORS = 64, COMMAND_PORT = 3, CONTROL_PORT = 4 };

static struct {
    uint8_t disk[SECTORS][ATA_SECTOR];
    uint8_t regs[8];
    uint16_t buffer[ATA_SECTOR / 2];
    unsigned at; // next word of the buffer
    bool reading, writing;
    bool absent, empty, hangs, fails, refuses; // how it misbehaves
    bool dirty;                                // written and not flushed
    unsigned busy;                             // looks at the status until it is done
    uint32_t size;                             // sectors that it claims
    nsec_t now;
    unsigned sleeps;
} fake;

static void reset(void)
{
    memset(&fake, 0, sizeof fake);
    fake.size = SECTORS;
}

static uint32_t addressed(void)
{
    return fake.regs[3] | (uint32_t)fake.regs[4] << 8 | (uint32_t)fake.regs[5] << 16 |
           (uint32_t)(fake.regs[6] & 15) << 24;
}

static void identify(void)
{
    memset(fake.buffer, 0, sizeof fake.buffer);
    fake.buffer[60] = (uint16_t)fake.size;
    fake.buffer[61] = (uint16_t)(fake.size >> 16);
    fake.reading = true;
}

static void obey(uint8_t command)
{
    fake.at = 0;
    fake.busy = 3;
    fake.reading = fake.writing = false;
    if (command == 0xec)
        identify();
    else if (command == 0x20) {
        memcpy(fake.buffer, fake.disk[addressed()], ATA_SECTOR);
        fake.reading = true;
    } else if (command == 0x30) {
        CHECK(addressed() < SECTORS);
        CHECK_EQ(fake.regs[2], 1);
        fake.writing = true;
    } else {
        CHECK_EQ(command, 0xe7);
        fake.dirty = false;
    }
}

static uint8_t status(void)
{
    if (fake.absent)
        return 0xff;
    if (fake.empty)
        return fake.regs[7] == 0 ? 0x40 : 0;
    if (fake.hangs || (fake.busy > 0 && fake.busy--))
        return 0x80;
    if (fake.fails && fake.regs[7] != 0)
        return 0x41;
    return (uint8_t)(0x40 | (fake.reading || fake.writing ? 8 : 0));
}

err_t port_read(cap_t self, uint32_t offset, uint32_t width, uint32_t *value)
{
    CHECK_EQ(self, COMMAND_PORT);
    CHECK_EQ(width, offset == 0 ? 2 : 1);
    if (offset == 7)
        *value = status();
    else if (offset == 0 && fake.reading) {
        *value = fake.buffer[fake.at++ % (ATA_SECTOR / 2)];
        fake.reading = fake.at < ATA_SECTOR / 2;
    } else
        *value = 0xffff;
    return fake.refuses ? ERR_DENIED : ERR_OK;
}

err_t port_write(cap_t self, uint32_t offset, uint32_t width, uint32_t value)
{
    if (fake.refuses)
        return ERR_DENIED;
    if (self == CONTROL_PORT) {
        CHECK_EQ(value, 2);
        return ERR_OK;
    }
    CHECK_EQ(self, COMMAND_PORT);
    if (offset != 0) {
        CHECK_EQ(width, 1);
        fake.regs[offset] = (uint8_t)value;
        if (offset == 7 && !fake.empty)
            obey((uint8_t)value);
        return ERR_OK;
    }
    CHECK_EQ(width, 2);
    CHECK(fake.writing);
    fake.buffer[fake.at++] = (uint16_t)value;
    if (fake.at == ATA_SECTOR / 2) {
        memcpy(fake.disk[addressed()], fake.buffer, ATA_SECTOR);
        fake.writing = false;
        fake.dirty = true;
    }
    return ERR_OK;
}

nsec_t sys_now(void)
{
    return fake.now;
}

err_t sys_wait(cap_t signal, nsec_t deadline, uint64_t *bits)
{
    (void)signal;
    CHECK(deadline > fake.now);
    *bits = 0;
    fake.now = deadline;
    fake.sleeps++;
    return ERR_TIMED_OUT;
}

static struct ata begin(err_t want)
{
    struct ata a = {.command = COMMAND_PORT, .control = CONTROL_PORT, .signal = 5};
    CHECK_EQ(ata_begin(&a), want);
    return a;
}

static void good(void)
{
    uint8_t in[ATA_SECTOR], out[ATA_SECTOR];
    reset();
    struct ata a = begin(ERR_OK);
    CHECK_EQ(a.sectors, SECTORS);
    for (uint32_t sector = 0; sector < SECTORS; sector++) {
        for (size_t i = 0; i < sizeof in; i++)
            in[i] = (uint8_t)(sector * 31 + i * 7);
        CHECK_EQ(ata_write(&a, sector, in), ERR_OK);
        CHECK(!fake.dirty); // durable
        CHECK_MEM(fake.disk[sector], in, sizeof in);
        CHECK_EQ(ata_read(&a, sector, out), ERR_OK);
        CHECK_MEM(out, in, sizeof in);
    }
    CHECK_EQ(ata_read(&a, SECTORS, out), ERR_BAD_ARGUMENT);
    CHECK_EQ(ata_write(&a, UINT32_MAX, in), ERR_BAD_ARGUMENT);
}

static void bad(void)
{
    uint8_t out[ATA_SECTOR];
    reset();
    fake.absent = true;
    struct ata a = begin(ERR_NOT_FOUND);
    CHECK_EQ(ata_read(&a, 0, out), ERR_NOT_FOUND);
    reset();
    fake.empty = true;
    begin(ERR_NOT_FOUND);
    reset();
    fake.size = 0;
    begin(ERR_NOT_FOUND);
    reset();
    fake.fails = true;
    begin(ERR_DEVICE);
    reset();
    fake.refuses = true;
    begin(ERR_DENIED);
    reset();
    a = begin(ERR_OK);
    fake.hangs = true;
    CHECK_EQ(ata_read(&a, 0, out), ERR_DEVICE);
    CHECK(fake.now >= ATA_PATIENCE && fake.now < 2 * ATA_PATIENCE);
    CHECK(fake.sleeps > 1000); // others ran meanwhile
    fake.hangs = false;
    CHECK_EQ(ata_read(&a, 0, out), ERR_OK); // and it is used again when it answers
}

int main(void)
{
    good();
    bad();
    return unit_done();
}
