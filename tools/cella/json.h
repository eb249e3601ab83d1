// SPDX-License-Identifier: GPL-3.0-or-later
// Writing JSON (RFC 8259): strings from untrusted bytes, everything beyond ASCII escaped.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

void json_bytes(FILE *out, const char *text, size_t size);
void json_string(FILE *out, const char *text);
void json_hex(FILE *out, const uint8_t *data, size_t size); // as a string
