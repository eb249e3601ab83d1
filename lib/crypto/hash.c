// SPDX-License-Identifier: GPL-3.0-or-later
// BLAKE3 over the official C code.
#include "crypto/hash.h"
#include "crypto/wipe.h"
#include <blake3.h>

_Static_assert(sizeof(blake3_hasher) <= sizeof(struct hash), "the library's state fits");
_Static_assert(_Alignof(blake3_hasher) <= _Alignof(struct hash), "and is aligned");
_Static_assert(BLAKE3_OUT_LEN == HASH_SIZE && BLAKE3_KEY_LEN == HASH_SIZE, "sizes agree");

static blake3_hasher *inner(struct hash *hash)
{
    return (blake3_hasher *)(void *)hash->state;
}

void hash_init(struct hash *hash)
{
    blake3_hasher_init(inner(hash));
}

void hash_init_keyed(struct hash *hash, const uint8_t key[static HASH_SIZE])
{
    blake3_hasher_init_keyed(inner(hash), key);
}

void hash_update(struct hash *hash, const void *data, size_t size)
{
    blake3_hasher_update(inner(hash), data, size);
}

void hash_final(const struct hash *hash, uint8_t out[static HASH_SIZE])
{
    hash_final_long(hash, out, HASH_SIZE);
}

void hash_final_long(const struct hash *hash, uint8_t *out, size_t size)
{
    blake3_hasher_finalize((const blake3_hasher *)(const void *)hash->state, out, size);
}

void hash_bytes(const void *data, size_t size, uint8_t out[static HASH_SIZE])
{
    struct hash hash;
    hash_init(&hash);
    hash_update(&hash, data, size);
    hash_final(&hash, out);
    wipe(&hash, sizeof(hash));
}

void hash_derive_key(const char *context, const void *material, size_t size,
                     uint8_t out[static HASH_SIZE])
{
    struct hash hash;
    blake3_hasher_init_derive_key(inner(&hash), context);
    hash_update(&hash, material, size);
    hash_final(&hash, out);
    wipe(&hash, sizeof(hash));
}
