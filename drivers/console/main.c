// SPDX-License-Identifier: GPL-3.0-or-later
// The trusted console: the first serial port. Only the prompt may call it (profiles), so what
// stands there was written by the prompt, and what is typed there goes to the prompt alone.
#include "device/serial.h"
#include "gen/console.h"
#include "os/panic.h"
#include "os/serve.h"

static struct serial serial;
static uint8_t ring[UART_RING];

static err_t op_wait(const struct caller *who, nsec_t deadline)
{
    return serial_wait(&serial, who, deadline);
}

static err_t op_read(const struct caller *who, uint8_t *data, size_t size, size_t *length,
                     uint32_t *lost)
{
    (void)who;
    return serial_read(&serial, data, size, length, lost);
}

static err_t op_write(const struct caller *who, const uint8_t *data, size_t size)
{
    (void)who;
    return serial_write(&serial, data, size);
}

static err_t op_discard(const struct caller *who)
{
    (void)who;
    return serial_discard(&serial);
}

static void on_message(struct message *m)
{
    static const struct console_ops ops = {
        .wait = op_wait, .read = op_read, .write = op_write, .discard = op_discard};
    console_dispatch(&ops, m);
}

static void on_signal(uint64_t bits)
{
    serial_signal(&serial, bits);
}

static nsec_t next_deadline(void)
{
    return serial_deadline(&serial);
}

static void on_deadline(void)
{
    serial_tick(&serial);
}

int main(void)
{
    static const struct server server = {
        .message = on_message, .signal = on_signal, .deadline = next_deadline, .tick = on_deadline};
    ASSERT(serial_begin(&serial, ring, console_wait_reply) == ERR_OK, "there is no serial port");
    serve(start_page()->endpoint, &server);
}
