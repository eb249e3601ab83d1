// SPDX-License-Identifier: GPL-3.0-or-later
// Forgetting secrets, and comparing them without telling how far they agree. Never blocks, never
// fails.
#pragma once
#include <stdbool.h>
#include <stddef.h>

// Overwrite `size` bytes with zero; the compiler cannot remove it although nobody reads them again.
void wipe(void *at, size_t size);

// Are the `size` bytes equal? The time depends on `size` only.
bool equal_ct(const void *a, const void *b, size_t size);
