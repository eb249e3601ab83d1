// SPDX-License-Identifier: GPL-3.0-or-later
#include "fake.h"
#include "bus.h"
#include "os/syscall.h"
#include <assert.h>
#include <string.h>

enum { VENDOR = 0x10141ab3, BURST = 16, PAGE = 4096 };
enum { IDLE, READY, FILLING, DONE };

struct fake_tpm fake_tpm;

void fake_tpm_reset(uint32_t kind)
{
    fake_tpm = (struct fake_tpm){
        .kind = kind, .now = 1000, .buffer = 0xfed40080, .room = PAGE - 0x80, .status = 2};
    fake_tpm_answer(20);
}

void fake_tpm_answer(uint32_t size)
{
    const uint8_t header[10] = {
        0x80,         0x01, (uint8_t)(size >> 24), (uint8_t)(size >> 16), (uint8_t)(size >> 8),
        (uint8_t)size};
    for (uint32_t i = 0; i < sizeof fake_tpm.answer; i++)
        fake_tpm.answer[i] = i < sizeof header ? header[i] : (uint8_t)i;
    fake_tpm.answer_size = size < sizeof fake_tpm.answer ? size : sizeof fake_tpm.answer;
}

static uint32_t fifo_status(void)
{
    // stsValid speaks of Expect and dataAvail: while the TPM waits for a command it may be 0.
    uint32_t value = fake_tpm.state == READY ? 0 : 0x80;
    uint32_t end = fake_tpm.stops_early ? 12 : fake_tpm.answer_size + fake_tpm.has_more;
    if (!fake_tpm.no_burst)
        value |= BURST << 8;
    if (fake_tpm.state == READY && !fake_tpm.never_ready)
        value |= 0x40;
    const uint8_t *c = fake_tpm.command;
    uint32_t want = fake_tpm.command_size < 6 ? 6 : (uint32_t)c[4] << 8 | c[5];
    if (fake_tpm.state == FILLING && (fake_tpm.command_size < want || fake_tpm.wants_more))
        value |= 0x08;
    if (fake_tpm.state == DONE && !fake_tpm.hangs && fake_tpm.taken < end)
        value |= 0x10;
    return value;
}

static uint32_t fifo_read(uint32_t offset)
{
    switch (offset) {
    case 0x00:
        return (fake_tpm.not_valid ? 0u : 0x80u) | (fake_tpm.active ? 0x20u : 0u);
    case 0x18:
        return fifo_status();
    case 0x24:
        return fake_tpm.state == DONE ? fake_tpm.answer[fake_tpm.taken++] : 0xff;
    case 0xf00:
        return VENDOR;
    default:
        return 0;
    }
}

static void fifo_write(uint32_t offset, uint32_t value)
{
    if (offset == 0x00 && (value & 2) != 0)
        fake_tpm.active = !fake_tpm.no_locality;
    if (offset == 0x18 && (value & 0x40) != 0) {
        fake_tpm.state = fake_tpm.state == DONE ? IDLE : READY;
        fake_tpm.taken = 0;
    }
    if (offset == 0x18 && (value & 0x20) != 0)
        fake_tpm.state = DONE;
    if (offset == 0x18 && (value & 1 << 24) != 0)
        fake_tpm.cancelled = true;
    if (offset != 0x24)
        return;
    assert(fake_tpm.state == READY || fake_tpm.state == FILLING);
    if (fake_tpm.state == READY)
        fake_tpm.command_size = 0;
    fake_tpm.state = FILLING;
    assert(fake_tpm.command_size < sizeof fake_tpm.command);
    fake_tpm.command[fake_tpm.command_size++] = (uint8_t)value;
}

static uint32_t crb_read(uint32_t offset)
{
    switch (offset) {
    case 0x00:
        return fake_tpm.not_valid ? 0 : 0x80;
    case 0x0c:
        return fake_tpm.active;
    case 0x30:
        return 1;
    case 0x34:
        return VENDOR;
    case 0x40:
        return fake_tpm.never_ready;
    case 0x44:
        return fake_tpm.status | (fake_tpm.fails ? 1 : 0);
    case 0x4c:
        return fake_tpm.state == DONE && fake_tpm.hangs;
    case 0x58:
    case 0x64:
        return fake_tpm.room;
    case 0x5c:
    case 0x68:
        return (uint32_t)fake_tpm.buffer;
    case 0x60:
    case 0x6c:
        return (uint32_t)(fake_tpm.buffer >> 32);
    default:
        return offset < 0x80 ? 0 : fake_tpm.memory[offset];
    }
}

static void crb_start(void)
{
    const uint8_t *c = fake_tpm.memory + 0x80;
    fake_tpm.command_size = (uint32_t)c[4] << 8 | c[5];
    assert(fake_tpm.command_size <= PAGE - 0x80);
    memcpy(fake_tpm.command, c, fake_tpm.command_size);
    memcpy(fake_tpm.memory + 0x80, fake_tpm.answer, PAGE - 0x80);
    fake_tpm.state = DONE;
}

static void crb_write(uint32_t offset, uint32_t value)
{
    if (offset == 0x08 && value == 1)
        fake_tpm.active = !fake_tpm.no_locality;
    if (offset == 0x40)
        fake_tpm.status = value == 1 ? 0 : 2;
    if (offset == 0x4c && value == 1)
        crb_start();
    if (offset == 0x48 && value == 1)
        fake_tpm.cancelled = true;
    if (offset >= 0x80)
        fake_tpm.memory[offset] = (uint8_t)value;
}

uint32_t bus_read_32(uint32_t offset)
{
    assert(offset < PAGE);
    if (fake_tpm.kind < FAKE_FIFO)
        return fake_tpm.kind == FAKE_NOBODY ? 0xffffffff : 0;
    return fake_tpm.kind == FAKE_FIFO ? fifo_read(offset) : crb_read(offset);
}

uint8_t bus_read_8(uint32_t offset)
{
    return (uint8_t)bus_read_32(offset);
}

void bus_write_32(uint32_t offset, uint32_t value)
{
    assert(offset < PAGE && fake_tpm.kind >= FAKE_FIFO);
    (fake_tpm.kind == FAKE_FIFO ? fifo_write : crb_write)(offset, value);
}

void bus_write_8(uint32_t offset, uint8_t value)
{
    bus_write_32(offset, value);
}

nsec_t sys_now(void)
{
    return fake_tpm.now;
}

err_t sys_wait(cap_t signal, nsec_t deadline, uint64_t *bits)
{
    (void)bits;
    assert(signal == 2 && deadline > fake_tpm.now);
    fake_tpm.now = deadline;
    return ERR_TIMED_OUT;
}
