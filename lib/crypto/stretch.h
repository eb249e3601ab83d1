// SPDX-License-Identifier: GPL-3.0-or-later
// Argon2id (RFC 9106, version 0x13, one lane): makes guessing a short secret expensive.
// Rules: the memory is the caller's, as large as `kib` says, and is wiped before this returns.
#pragma once
#include "abi/types.h"
#include <stddef.h>

enum { STRETCH_SIZE = 32, STRETCH_SALT_MIN = 8, STRETCH_KIB_MIN = 8 };

struct stretch {
    uint32_t kib;    // of memory, at least STRETCH_KIB_MIN
    uint32_t passes; // over it, at least 1
};

// Errors: BAD_ARGUMENT (numbers out of range, short salt, too little memory); BAD_STATE (the
// library refused).
MUST_USE err_t stretch_secret(const struct stretch *cost, const void *secret, size_t size,
                              const void *salt, size_t salt_size, void *memory, size_t memory_size,
                              uint8_t out[static STRETCH_SIZE]);
