// SPDX-License-Identifier: GPL-3.0-or-later
// A 16550 serial port (National Semiconductor PC16550D data sheet) over a port capability: 115200
// baud, 8 data bits, no parity, one stop bit, hardware FIFOs.
//
// Rules: one thread uses a port. With a ring the port receives: uart_interrupt must be called when
// the interrupt's bit is up. While the transmitter is full, the port sleeps on the cell's signal;
// bits of others that come meanwhile are kept in `missed`, and the owner must look there.
#pragma once
#include "abi/types.h"
#include <stdbool.h>

enum {
    UART_RING = 65536, // bytes
    UART_BIT = 1,      // of the signal: interrupt 0 in the manifest
};

struct uart {
    cap_t ports;         // the eight registers
    cap_t interrupt;     // 0: none
    cap_t signal;        // the cell's own
    uint8_t *ring;       // UART_RING bytes of the owner's; null: only output
    uint32_t head, tail; // free-running; head - tail bytes wait
    uint32_t lost;       // bytes that arrived while there was no room, since uart_take
    uint64_t missed;     // signal bits that came during a pause and are not the port's
    bool broken; // the device or its capabilities failed; a transmitter that moves clears it
};

// Set the port up and bind its interrupt, if it has a ring. Errors: DEVICE (no such port).
MUST_USE err_t uart_begin(struct uart *u);

// Serve the interrupt: move what has arrived into the ring.
void uart_interrupt(struct uart *u);

// Take up to `size` bytes; the result is how many. `*lost` is set, and counts from 0 again.
size_t uart_take(struct uart *u, uint8_t *data, size_t size, uint32_t *lost);

static inline bool uart_waiting(const struct uart *u)
{
    return u->head != u->tail || u->lost != 0;
}

// Put bytes in the hands of the device. Errors: DEVICE (it took none for UART_PATIENCE).
MUST_USE err_t uart_write(struct uart *u, const uint8_t *data, size_t size);

// Wait until everything written has left. Errors: DEVICE.
MUST_USE err_t uart_drain(struct uart *u);

// Throw away all input that has arrived. Bytes that are already on their way from the other end
// count as arrived: it ends when the line was quiet for a moment, or after UART_DISCARD at most.
void uart_discard(struct uart *u);
