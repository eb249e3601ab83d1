// SPDX-License-Identifier: GPL-3.0-or-later
#include "device/serial.h"
#include "os/syscall.h"

err_t serial_begin(struct serial *s, uint8_t ring[UART_RING],
                   err_t (*answer)(uint64_t token, err_t error))
{
    const struct start_info *start = start_page();
    *s = (struct serial){
        .answer = answer,
        .uart = {.ports = start->ports[0],
                 .interrupt = start->interrupts[0],
                 .signal = start->signal,
                 .ring = ring}
    };
    return uart_begin(&s->uart);
}

static void wait_end(struct serial *s, err_t error)
{
    s->kept = false;
    err_t err = s->answer(s->token, error);
    (void)err; // whoever waited is gone; nobody else is concerned
}

err_t serial_wait(struct serial *s, const struct caller *who, nsec_t deadline)
{
    if (s->kept && s->waiter != who->identity)
        return ERR_BUSY;
    if (s->kept)
        wait_end(s, ERR_BUSY);
    if (uart_waiting(&s->uart))
        return ERR_OK;
    if (deadline != 0 && deadline <= sys_now())
        return ERR_TIMED_OUT;
    err_t err = ipc_keep(&s->token);
    if (err != ERR_OK)
        return err;
    s->kept = true;
    s->waiter = who->identity;
    s->deadline = deadline;
    return REPLY_LATER;
}

err_t serial_read(struct serial *s, uint8_t *data, size_t size, size_t *length, uint32_t *lost)
{
    *length = uart_take(&s->uart, data, size, lost);
    return ERR_OK;
}

err_t serial_write(struct serial *s, const uint8_t *data, size_t size)
{
    err_t err = uart_write(&s->uart, data, size);
    serial_signal(s, 0);
    return err;
}

err_t serial_discard(struct serial *s)
{
    err_t err = uart_drain(&s->uart);
    uart_discard(&s->uart);
    return err;
}

void serial_signal(struct serial *s, uint64_t bits)
{
    if ((bits & UART_BIT) != 0)
        uart_interrupt(&s->uart);
    if (s->kept && uart_waiting(&s->uart))
        wait_end(s, ERR_OK);
}

nsec_t serial_deadline(const struct serial *s)
{
    return s->kept ? s->deadline : 0;
}

void serial_tick(struct serial *s)
{
    if (s->kept)
        wait_end(s, ERR_TIMED_OUT);
}
