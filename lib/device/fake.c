// SPDX-License-Identifier: GPL-3.0-or-later
#include "device/fake.h"
#include "device/uart.h"
#include "gen/interrupt.h"
#include "gen/port.h"
#include "os/ipc.h"
#include "os/syscall.h"
#include <string.h>

struct fake fake;
static struct start_info start = {.endpoint = 1, .signal = 2, .ports = {3}, .interrupts = {4}};

void fake_reset(void)
{
    fake = (struct fake){.now = 1000, .next_token = 100};
}

void fake_arrive(const void *data, size_t size)
{
    memcpy(fake.arriving + fake.arriving_size, data, size);
    fake.arriving_size += size;
    if ((fake.regs[1] & 1) != 0 && !fake.masked) {
        fake.masked = true;
        fake.pending |= UART_BIT;
    }
}

err_t fake_answer(uint64_t token, err_t error)
{
    fake.answered = token;
    fake.answer = error;
    return ERR_OK;
}

static void time_pass(nsec_t until)
{
    fake.now = until;
    if (!fake.stuck)
        fake.fifo = 0;
    if (fake.late_size != 0 && fake.now >= fake.late_at) {
        fake.arriving_size += fake.late_size;
        fake.late_size = 0;
        fake.pending |= UART_BIT;
    }
}

static uint8_t status(void)
{
    uint8_t value = fake.fifo == 0 ? 0x60 : 0;
    if (fake.taken < fake.arriving_size)
        value |= 1;
    if (fake.overrun)
        value |= 2;
    fake.overrun = false;
    return value;
}

err_t port_read(cap_t self, uint32_t offset, uint32_t width, uint32_t *value)
{
    if (self != 3 || width != 1 || offset > 7)
        return ERR_BAD_CAPABILITY;
    *value = fake.regs[offset];
    if (fake.absent)
        *value = 0xff;
    else if (offset == 5)
        *value = status();
    else if (offset == 0)
        *value = fake.taken < fake.arriving_size ? fake.arriving[fake.taken++] : 0;
    return ERR_OK;
}

err_t port_write(cap_t self, uint32_t offset, uint32_t width, uint32_t value)
{
    if (self != 3 || width != 1 || offset > 7)
        return ERR_BAD_CAPABILITY;
    if (offset < 2 && (fake.regs[3] & 0x80) != 0) {
        fake.divisor[offset] = (uint8_t)value;
        return ERR_OK;
    }
    if (offset == 0) {
        fake.sent[fake.sent_size++] = (uint8_t)value;
        fake.fifo_over += fake.fifo >= 16;
        fake.fifo++;
    }
    fake.regs[offset] = (uint8_t)value;
    return ERR_OK;
}

err_t interrupt_bind(cap_t self, cap_t signal, uint64_t bits)
{
    return self == 4 && signal == 2 && bits == UART_BIT ? ERR_OK : ERR_BAD_CAPABILITY;
}

err_t interrupt_acknowledge(cap_t self)
{
    fake.masked = false;
    fake.acknowledged++;
    return self == 4 ? ERR_OK : ERR_BAD_CAPABILITY;
}

nsec_t sys_now(void)
{
    return fake.now;
}

err_t sys_signal(cap_t signal, uint64_t bits)
{
    fake.pending |= bits;
    return signal == 2 ? ERR_OK : ERR_BAD_CAPABILITY;
}

err_t sys_wait(cap_t signal, nsec_t deadline, uint64_t *bits)
{
    if (signal != 2)
        return ERR_BAD_CAPABILITY;
    if (fake.pending == 0) {
        bool late = fake.late_size != 0 && fake.late_at < deadline;
        time_pass(late ? fake.late_at : deadline);
    }
    if (fake.pending == 0)
        return ERR_TIMED_OUT;
    *bits = fake.pending;
    fake.pending = 0;
    return ERR_OK;
}

const struct start_info *start_page(void)
{
    return &start;
}

err_t ipc_keep(uint64_t *token)
{
    *token = fake.next_token++;
    return ERR_OK;
}
