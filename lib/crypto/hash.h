// SPDX-License-Identifier: GPL-3.0-or-later
// BLAKE3 (the BLAKE3 specification, 2020): this system's own hash, for bundles, requests, files and
// derived keys. What other formats prescribe (Bitcoin, COSE) is in sha.h. Rules: the state belongs
// to the caller and holds no pointers; final leaves it usable for more updates. Whoever hashed a
// secret wipes the state. Nothing here can fail.
#pragma once
#include <stddef.h>
#include <stdint.h>

enum { HASH_SIZE = 32 };

struct hash {
    _Alignas(8) uint8_t state[1912]; // the library's own state; hash.c asserts the size
};

void hash_bytes(const void *data, size_t size, uint8_t out[static HASH_SIZE]);

void hash_init(struct hash *hash);
void hash_update(struct hash *hash, const void *data, size_t size);
void hash_final(const struct hash *hash, uint8_t out[static HASH_SIZE]);
// Any length of output; its first HASH_SIZE bytes are those of hash_final.
void hash_final_long(const struct hash *hash, uint8_t *out, size_t size);

// A keyed hash (a MAC) under a 32-byte key.
void hash_init_keyed(struct hash *hash, const uint8_t key[static HASH_SIZE]);

// Key derivation: `context` is a constant sentence that names the program and purpose, `material`
// the secret.
void hash_derive_key(const char *context, const void *material, size_t size,
                     uint8_t out[static HASH_SIZE]);
