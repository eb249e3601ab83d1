// SPDX-License-Identifier: GPL-3.0-or-later
// Base64 (RFC 4648 section 4), strict but for white space.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// In place: what is read becomes shorter. False: it is no base64.
bool base64_decode(uint8_t *data, size_t *size);

// `out` holds base64_size(size) bytes; no final zero.
size_t base64_size(size_t size);
void base64_encode(const uint8_t *data, size_t size, uint8_t *out);
