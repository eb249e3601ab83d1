// SPDX-License-Identifier: GPL-3.0-or-later
// A cell that is one serial driver: the console's and the link's program, but for their names. The
// operations have the shape of both services' tables (abi/console.idl, abi/link.idl).
#pragma once
#include "os/ipc.h"

err_t driver_wait(const struct caller *who, nsec_t deadline);
err_t driver_read(const struct caller *who, uint8_t *data, size_t size, size_t *length,
                  uint32_t *lost);
err_t driver_write(const struct caller *who, const uint8_t *data, size_t size);
err_t driver_discard(const struct caller *who);

// Serve for ever: `message` hands each message to the service's dispatcher, `answer` is the
// generated reply of its `wait`.
_Noreturn void driver_serve(void (*message)(struct message *m),
                            err_t (*answer)(uint64_t token, err_t error));
