// SPDX-License-Identifier: GPL-3.0-or-later
#include "device/driver.h"
#include "device/serial.h"
#include "os/panic.h"
#include "os/serve.h"

static struct serial serial;
static uint8_t ring[UART_RING];

err_t driver_wait(const struct caller *who, nsec_t deadline)
{
    return serial_wait(&serial, who, deadline);
}

err_t driver_read(const struct caller *who, uint8_t *data, size_t size, size_t *length,
                  uint32_t *lost)
{
    (void)who;
    return serial_read(&serial, data, size, length, lost);
}

err_t driver_write(const struct caller *who, const uint8_t *data, size_t size)
{
    (void)who;
    return serial_write(&serial, data, size);
}

err_t driver_discard(const struct caller *who)
{
    (void)who;
    return serial_discard(&serial);
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

_Noreturn void driver_serve(void (*message)(struct message *m),
                            err_t (*answer)(uint64_t token, err_t error))
{
    const struct server server = {
        .message = message, .signal = on_signal, .deadline = next_deadline, .tick = on_deadline};
    ASSERT(serial_begin(&serial, ring, answer) == ERR_OK, "there is no serial port");
    serve(start_page()->endpoint, &server);
}
