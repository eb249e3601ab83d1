// SPDX-License-Identifier: GPL-3.0-or-later
#include "device/uart.h"
#include "gen/interrupt.h"
#include "gen/port.h"
#include "os/syscall.h"
#include <string.h>

enum reg {
    REG_DATA = 0,       // also the divisor's low byte
    REG_INTERRUPTS = 1, // also the divisor's high byte
    REG_FIFO = 2,
    REG_LINE = 3,
    REG_MODEM = 4,
    REG_STATUS = 5,
    REG_SCRATCH = 7,
};

enum {
    INTERRUPT_RECEIVED = 0x01,
    FIFO_ON = 0x01 | 0x02 | 0x04 | 0xc0, // enabled, both cleared, interrupt from 14 bytes on
    LINE_8N1 = 0x03,
    LINE_DIVISOR = 0x80,
    MODEM_READY = 0x01 | 0x02 | 0x08, // DTR, RTS, and OUT2, which lets the interrupt out
    STATUS_RECEIVED = 0x01,
    STATUS_OVERRUN = 0x02,
    STATUS_FIFO_EMPTY = 0x20,
    STATUS_IDLE = 0x40, // the shift register too
    DIVISOR_115200 = 1, // of 1.8432 MHz / 16
    FIFO_SIZE = 16,
    SPIN = 64,            // looks at the status before sleeping
    DRAIN_AT_ONCE = 4096, // bytes from one interrupt before others get their turn
};

#define MSEC          ((nsec_t)1000000)
#define UART_PATIENCE (200 * MSEC)
#define UART_QUIET    (2 * MSEC)
#define UART_DISCARD  (100 * MSEC)

// A port that cannot be read looks like a bus with nobody on it.
static uint8_t reg_read(const struct uart *u, enum reg reg)
{
    uint32_t value;
    if (port_read(u->ports, reg, 1, &value) != ERR_OK)
        return 0xff;
    return (uint8_t)value;
}

static void reg_write(struct uart *u, enum reg reg, uint8_t value)
{
    if (port_write(u->ports, reg, 1, value) != ERR_OK)
        u->broken = true;
}

err_t uart_begin(struct uart *u)
{
    u->head = u->tail = u->lost = 0;
    u->missed = 0;
    u->broken = false;
    reg_write(u, REG_SCRATCH, 0xa5);
    if (reg_read(u, REG_SCRATCH) != 0xa5)
        return ERR_DEVICE;
    reg_write(u, REG_INTERRUPTS, 0);
    reg_write(u, REG_LINE, LINE_DIVISOR);
    reg_write(u, REG_DATA, DIVISOR_115200);
    reg_write(u, REG_INTERRUPTS, 0);
    reg_write(u, REG_LINE, LINE_8N1);
    reg_write(u, REG_FIFO, FIFO_ON);
    reg_write(u, REG_MODEM, MODEM_READY);
    if (u->ring == NULL)
        return u->broken ? ERR_DEVICE : ERR_OK;
    err_t err = interrupt_bind(u->interrupt, u->signal, UART_BIT);
    if (err != ERR_OK)
        return err;
    reg_write(u, REG_INTERRUPTS, INTERRUPT_RECEIVED);
    uart_interrupt(u);
    return u->broken ? ERR_DEVICE : ERR_OK;
}

static void ring_put(struct uart *u, uint8_t byte)
{
    if (u->head - u->tail == UART_RING)
        u->lost++;
    else
        u->ring[u->head++ % UART_RING] = byte;
}

static bool receive_all(struct uart *u)
{
    bool any = false;
    for (int i = 0; i < DRAIN_AT_ONCE; i++) {
        uint8_t status = reg_read(u, REG_STATUS);
        if (status == 0xff)
            return any; // nobody there
        if ((status & STATUS_OVERRUN) != 0)
            u->lost++;
        if ((status & STATUS_RECEIVED) == 0)
            return any;
        ring_put(u, reg_read(u, REG_DATA));
        any = true;
    }
    if (sys_signal(u->signal, UART_BIT) != ERR_OK) // there may be more: come again
        u->broken = true;
    return any;
}

// Acknowledge first: the line is edge-triggered and masked until then, and an edge that comes while
// it is masked is gone. A byte that arrives after that either is drained here or makes a new edge.
void uart_interrupt(struct uart *u)
{
    if (u->ring == NULL)
        return;
    if (interrupt_acknowledge(u->interrupt) != ERR_OK)
        u->broken = true;
    receive_all(u);
}

size_t uart_take(struct uart *u, uint8_t *data, size_t size, uint32_t *lost)
{
    size_t n = 0;
    while (n < size && u->head != u->tail) {
        uint8_t *byte = &u->ring[u->tail++ % UART_RING];

        data[n++] = *byte;
        *byte = 0; // it may be a secret that somebody typed
    }
    *lost = u->lost;
    u->lost = 0;
    return n;
}

// Let others run until `deadline` or until a signal comes. True if it was the port's own.
static bool pause_until(struct uart *u, nsec_t deadline)
{
    uint64_t bits = 0;
    if (sys_wait(u->signal, deadline, &bits) != ERR_OK)
        return false;
    u->missed |= bits & ~(uint64_t)UART_BIT;
    if ((bits & UART_BIT) == 0)
        return false;
    uart_interrupt(u);
    return true;
}

// Wait until the status has `wanted`. Sleeping is in steps, because output makes no interrupt.
static err_t status_wait(struct uart *u, uint8_t wanted)
{
    nsec_t give_up = 0;
    for (;;) {
        for (int i = 0; i < SPIN; i++) {
            uint8_t status = reg_read(u, REG_STATUS);
            if (status != 0xff && (status & wanted) == wanted) {
                u->broken = false;
                return ERR_OK;
            }
        }
        nsec_t now = sys_now();
        if (give_up == 0)
            give_up = now + UART_PATIENCE;
        // A transmitter that is known to be stuck is not waited for again.
        if (u->broken || now >= give_up) {
            u->broken = true;
            return ERR_DEVICE;
        }
        pause_until(u, now + MSEC);
    }
}

err_t uart_write(struct uart *u, const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (i % FIFO_SIZE == 0) { // an empty FIFO takes that many without a look
            err_t err = status_wait(u, STATUS_FIFO_EMPTY);
            if (err != ERR_OK)
                return err;
        }
        reg_write(u, REG_DATA, data[i]);
    }
    return ERR_OK;
}

err_t uart_drain(struct uart *u)
{
    return status_wait(u, STATUS_FIFO_EMPTY | STATUS_IDLE);
}

void uart_discard(struct uart *u)
{
    nsec_t now = sys_now();
    const nsec_t last = now + UART_DISCARD;
    if (u->ring == NULL)
        return;
    nsec_t quiet = now + UART_QUIET;
    while (now < last && now < quiet) {
        if (receive_all(u) || pause_until(u, quiet))
            quiet = sys_now() + UART_QUIET;
        now = sys_now();
    }
    memset(u->ring, 0, UART_RING);
    u->tail = u->head;
    u->lost = 0;
}
