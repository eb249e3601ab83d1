// SPDX-License-Identifier: GPL-3.0-or-later
// Ed25519 (RFC 8032, the pure variant): bundles, manifests, evidence, device keys.
// Rules: the secret is the 32-byte seed of RFC 8032 section 5.1.5 and belongs to the caller, who
// wipes it; copies made in here are wiped on every path. Never blocks; no entropy is used.
#pragma once
#include "abi/types.h"
#include <stddef.h>
#include <stdint.h>

enum { SIGN_SECRET_SIZE = 32, SIGN_PUBLIC_SIZE = 32, SIGN_SIZE = 64 };

// ERR_BAD_STATE, here and below: the library refused, which no input should bring about.
MUST_USE err_t sign_public(const uint8_t secret[static SIGN_SECRET_SIZE],
                           uint8_t out[static SIGN_PUBLIC_SIZE]);

MUST_USE err_t sign_make(const uint8_t secret[static SIGN_SECRET_SIZE], const void *data,
                         size_t size, uint8_t out[static SIGN_SIZE]);

// ERR_OK only if `signature` over `data` verifies under `public_key`; ERR_BAD_SIGNATURE otherwise,
// a malformed key included.
MUST_USE err_t sign_check(const uint8_t public_key[static SIGN_PUBLIC_SIZE], const void *data,
                          size_t size, const uint8_t signature[static SIGN_SIZE]);
