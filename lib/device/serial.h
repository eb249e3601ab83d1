// SPDX-License-Identifier: GPL-3.0-or-later
// What the console's and the link's driver have in common: a receiving serial port behind the four
// methods wait, read, write and discard (abi/console.idl, abi/link.idl). The drivers differ in the
// ports they hold and in who may call them.
//
// Rules: one wait is kept at a time. It is answered when something can be read or its deadline has
// passed. A caller that waits again has lost its earlier wait, which is answered BUSY.
#pragma once
#include "device/uart.h"
#include "os/ipc.h"

struct serial {
    struct uart uart;
    err_t (*answer)(uint64_t token, err_t error); // the generated reply of the driver's service
    bool kept;                                    // a wait is kept:
    uint64_t token;                               //   its reply,
    uint64_t waiter;                              //   who waits,
    nsec_t deadline;                              //   and until when, 0 for ever
};

// Take the port, interrupt and signal from the start page. Errors: as uart_begin.
MUST_USE err_t serial_begin(struct serial *s, uint8_t ring[UART_RING],
                            err_t (*answer)(uint64_t token, err_t error));

// The operations.
err_t serial_wait(struct serial *s, const struct caller *who, nsec_t deadline);
err_t serial_read(struct serial *s, uint8_t *data, size_t size, size_t *length, uint32_t *lost);
err_t serial_write(struct serial *s, const uint8_t *data, size_t size);
err_t serial_discard(struct serial *s);

// For os/serve.h.
void serial_signal(struct serial *s, uint64_t bits);
nsec_t serial_deadline(const struct serial *s);
void serial_tick(struct serial *s);
