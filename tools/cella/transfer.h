// SPDX-License-Identifier: GPL-3.0-or-later
// Long content to and from a device, in pieces, with a line that says how far it is. Both kinds of
// question may be asked twice, so a link that breaks in between costs nothing but time.
#pragma once
#include "device.h"

// Send it with questions (offset u32, bytes) that are answered with how many bytes are there
// (u32); pieces that are there already are skipped. `what` is for the person: "sending the app".
// True: all of it is there, and `*status` is ERR_OK. False with `*status` ERR_OK: said; with
// another one: the device's word, not said.
bool transfer_send(struct device *d, uint8_t type, const uint8_t *data, size_t size,
                   const char *what, err_t *status);

// Fetch content with questions (offset u32) that are answered with its whole length (u32) and the
// bytes from there on, at least one unless that is the end. Results as above.
bool transfer_fetch(struct device *d, uint8_t type, uint8_t *out, size_t cap, size_t *size,
                    const char *what, err_t *status);
