// SPDX-License-Identifier: GPL-3.0-or-later
// Output descriptors (BIP-380): what a wallet program imports to watch an account without its keys.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DESCRIPTOR_MAX = 256, DESCRIPTOR_CHECKSUM = 8 };

// The checksum of a descriptor's text, without a final zero. False: it has a character that no
// descriptor has.
bool descriptor_checksum(const char *text, char out[DESCRIPTOR_CHECKSUM]);

// `wpkh([fingerprint/84h/coin/0h]key/0/*)#checksum`, for the account's receiving addresses. False:
// the key is too long, or no key.
bool descriptor_make(uint32_t fingerprint, bool main_network, const char *key, size_t key_size,
                     char out[DESCRIPTOR_MAX]);
