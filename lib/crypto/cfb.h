// SPDX-License-Identifier: GPL-3.0-or-later
// AES-128 in CFB mode (NIST SP 800-38A, section 6.3, 128-bit segments), in place: what TPMs encrypt
// parameters and credentials with. It hides and proves nothing: whoever uses it has a MAC beside
// it. Rules: a key and its first block are used once.
#pragma once
#include "abi/types.h"

#include <stddef.h>
#include <stdint.h>

enum { CFB_KEY = 16, CFB_BLOCK = 16 };

// Errors: BAD_STATE (the library refused); `data` is then zero.
MUST_USE err_t cfb_close(const uint8_t key[static CFB_KEY], const uint8_t first[static CFB_BLOCK],
                         void *data, size_t size);
MUST_USE err_t cfb_open(const uint8_t key[static CFB_KEY], const uint8_t first[static CFB_BLOCK],
                        void *data, size_t size);
