// SPDX-License-Identifier: GPL-3.0-or-later
// The log as it leaves the device: made whole when its head is asked for, then handed out in
// pieces. Questions (docs/link.md): HEAD with a nonce, answered with the length; ENTRIES with an
// offset, answered with the length and the bytes from there.
#pragma once
#include "book.h"

enum { LOG_HEAD = 32, LOG_ENTRIES = 33 };

// Answer what the companion asks, if it asks something. True: it did.
bool export_serve(const struct book *b);
