// SPDX-License-Identifier: GPL-3.0-or-later
// What the person answers goes into the event log before it takes effect. A log that does not work
// does not take the device out of the person's hands: it is said on the console, and the answer
// counts (docs/decisions/0020-answers-without-a-log.md).
#pragma once
#include <stdbool.h>
#include <stdint.h>

// `app`: 32 bytes, zero-padded. `digest`: 32 bytes, null if there is none. `text`: what it is
// about.
void record_answer(bool approved, const char *app, const uint8_t *digest, const char *text);
