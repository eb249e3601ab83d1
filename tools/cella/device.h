// SPDX-License-Identifier: GPL-3.0-or-later
// The host's end of the companion link (docs/link.md): a Unix socket, behind which the device's
// second serial line is.
//
// Rules. One question at a time. It is repeated until it is answered, the same number each time.
// Whoever gets DEVICE_ANEW was cut off, and a new session stands: he starts from a question that
// may safely be asked again. Whatever ends in DEVICE_LOST has been said on standard error. One
// program at a time talks to a device: a lock beside the socket says so.
#pragma once
#include "format/companion.h"

enum { DEVICE_PATIENCE = 20 }; // seconds

struct device {
    const char *path;
    uint64_t patience; // milliseconds of silence, or without a link
    int fd;            // -1: no link
    int lock;          // -1: the socket's folder cannot be written
    uint32_t session, sequence;
    struct link_decoder in;
    const volatile int *interrupted; // set by a signal: give up; null: never
};

enum device_fate {
    DEVICE_ANSWERED,
    DEVICE_ANEW,        // link or device came back in a new session
    DEVICE_LOST,        // said on standard error
    DEVICE_INTERRUPTED, // the person at the host gave up
};

// Connect and say HELLO. False: said on standard error.
bool device_open(struct device *d, const char *path, unsigned patience_s);

// Ask. `answer` (type, status, payload) is valid until the next call.
enum device_fate device_ask(struct device *d, uint8_t type, const uint8_t *data, size_t size,
                            struct link_frame *answer);

// The same for questions that may safely be asked twice: asked again in the new session after a
// break. True: answered, with whatever status. False: said.
bool device_exchange(struct device *d, uint8_t type, const uint8_t *data, size_t size,
                     struct link_frame *answer);

// The same, and answered with ERR_OK. False: what is wrong was said, the device's own errors
// included.
bool device_query(struct device *d, uint8_t type, const uint8_t *data, size_t size,
                  struct link_frame *answer);

// Wait, but not beyond an interruption.
void device_pause(const struct device *d, unsigned milliseconds);

// Say what an error of the device means and what to do.
void device_complain(err_t error);

void device_close(struct device *d);
