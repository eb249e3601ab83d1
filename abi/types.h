// SPDX-License-Identifier: GPL-3.0-or-later
// The scalars and the error codes that every room shares.
#pragma once
#include <stddef.h>
#include <stdint.h>

#define MUST_USE __attribute__((warn_unused_result))

typedef uint32_t err_t;  // one of enum err; ERR_OK is 0
typedef uint64_t cap_t;  // handle: generation << 32 | index; 0 names the caller's own cell
typedef uint64_t nsec_t; // nanoseconds since boot; as a deadline or expiry, 0 is never

enum err {
#define ERR(name, number, sentence) ERR_##name = number,
#include "abi/errors.def"
#undef ERR
    ERR_COUNT = 20,
};

enum { PAGE_SIZE = 4096, PAGE_SHIFT = 12 };
