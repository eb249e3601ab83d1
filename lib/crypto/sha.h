// SPDX-License-Identifier: GPL-3.0-or-later
// The hashes that Bitcoin and COSE prescribe: SHA-2 (FIPS 180-4), HMAC (RFC 2104), RIPEMD-160,
// PBKDF2 (RFC 8018). Rules: pure functions of their arguments; stack and library copies of what was
// hashed are wiped. The one-shot functions work on any input and cannot fail, except pbkdf2_sha512,
// which can be asked for nonsense.
#pragma once
#include "abi/types.h"
#include <stddef.h>
#include <stdint.h>

enum { SHA256_SIZE = 32, SHA512_SIZE = 64, HASH160_SIZE = 20 };

void sha256(const void *data, size_t size, uint8_t out[static SHA256_SIZE]);
void sha256d(const void *data, size_t size,
             uint8_t out[static SHA256_SIZE]); // twice: Bitcoin's txid
void sha512(const void *data, size_t size, uint8_t out[static SHA512_SIZE]);

// In pieces. The state belongs to the caller and holds no pointers; final wipes it.
struct sha256 {
    _Alignas(16) uint8_t state[256]; // the library's own state; sha.c asserts that it fits
};
void sha256_init(struct sha256 *sha);
void sha256_update(struct sha256 *sha, const void *data, size_t size);
void sha256_final(struct sha256 *sha, uint8_t out[static SHA256_SIZE]);

// BIP-340: sha256(sha256(tag) || sha256(tag) || data).
void sha256_tagged(const char *tag, const void *data, size_t size, uint8_t out[static SHA256_SIZE]);
void sha256_tagged_init(struct sha256 *sha, const char *tag);

// `key_size` is at most 64.
void hmac_sha256(const void *key, size_t key_size, const void *data, size_t size,
                 uint8_t out[static SHA256_SIZE]);
void hmac_sha512(const void *key, size_t key_size, const void *data, size_t size,
                 uint8_t out[static SHA512_SIZE]);

void ripemd160(const void *data, size_t size, uint8_t out[static HASH160_SIZE]);
void hash160(const void *data, size_t size,
             uint8_t out[static HASH160_SIZE]); // ripemd160(sha256(data))

// ERR_BAD_ARGUMENT: no iterations, nothing asked for, or a size above 2^31 - 1. `out` is untouched
// then.
MUST_USE err_t pbkdf2_sha512(const void *password, size_t password_size, const void *salt,
                             size_t salt_size, uint32_t iterations, uint8_t *out, size_t size);
