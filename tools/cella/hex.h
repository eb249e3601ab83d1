// SPDX-License-Identifier: GPL-3.0-or-later
// Bytes from hexadecimal text.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Exactly `size` bytes from exactly 2 * `size` digits.
bool hex_read(const char *text, size_t length, uint8_t *out, size_t size);
