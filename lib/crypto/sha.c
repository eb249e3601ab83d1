// SPDX-License-Identifier: GPL-3.0-or-later
// SHA-2, HMAC, RIPEMD-160 and PBKDF2 over wolfCrypt. Its software hashes can only fail on a null
// pointer or a length that does not fit 32 bits; long inputs are fed in pieces, so a failure here
// is our own bug and stops the program.
#include "crypto/sha.h"
#include "crypto/wipe.h"
#include <string.h>
#include <wolfssl/wolfcrypt/hmac.h>
#include <wolfssl/wolfcrypt/pwdbased.h>
#include <wolfssl/wolfcrypt/ripemd.h>
#include <wolfssl/wolfcrypt/sha256.h>
#include <wolfssl/wolfcrypt/sha512.h>

_Static_assert(sizeof(wc_Sha256) <= sizeof(struct sha256), "the library's state fits");
_Static_assert(_Alignof(wc_Sha256) <= _Alignof(struct sha256), "and is aligned");

enum { PIECE_MAX = 1 << 30 };

static void must(int result)
{
    if (result != 0)
        __builtin_trap();
}

static wc_Sha256 *inner(struct sha256 *sha)
{
    return (wc_Sha256 *)(void *)sha->state;
}

static size_t piece(size_t left)
{
    return left < PIECE_MAX ? left : PIECE_MAX;
}

void sha256_init(struct sha256 *sha)
{
    memset(sha, 0, sizeof(*sha));
    must(wc_InitSha256(inner(sha)));
}

void sha256_update(struct sha256 *sha, const void *data, size_t size)
{
    const uint8_t *at = data;
    for (size_t n; size > 0; at += n, size -= n) {
        n = piece(size);
        must(wc_Sha256Update(inner(sha), at, (word32)n));
    }
}

void sha256_final(struct sha256 *sha, uint8_t out[static SHA256_SIZE])
{
    must(wc_Sha256Final(inner(sha), out));
    wc_Sha256Free(inner(sha));
    wipe(sha, sizeof(*sha));
}

void sha256(const void *data, size_t size, uint8_t out[static SHA256_SIZE])
{
    struct sha256 sha;
    sha256_init(&sha);
    sha256_update(&sha, data, size);
    sha256_final(&sha, out);
}

void sha256d(const void *data, size_t size, uint8_t out[static SHA256_SIZE])
{
    uint8_t once[SHA256_SIZE];
    sha256(data, size, once);
    sha256(once, sizeof(once), out);
    wipe(once, sizeof(once));
}

void sha256_tagged_init(struct sha256 *sha, const char *tag)
{
    uint8_t name[SHA256_SIZE];
    sha256(tag, strlen(tag), name);
    sha256_init(sha);
    sha256_update(sha, name, sizeof(name));
    sha256_update(sha, name, sizeof(name));
}

void sha256_tagged(const char *tag, const void *data, size_t size, uint8_t out[static SHA256_SIZE])
{
    struct sha256 sha;
    sha256_tagged_init(&sha, tag);
    sha256_update(&sha, data, size);
    sha256_final(&sha, out);
}

void sha512(const void *data, size_t size, uint8_t out[static SHA512_SIZE])
{
    wc_Sha512 sha;
    const uint8_t *at = data;
    must(wc_InitSha512(&sha));
    for (size_t n; size > 0; at += n, size -= n) {
        n = piece(size);
        must(wc_Sha512Update(&sha, at, (word32)n));
    }
    must(wc_Sha512Final(&sha, out));
    wc_Sha512Free(&sha);
    wipe(&sha, sizeof(sha));
}

void hmac_sha256(const void *key, size_t key_size, const void *data, size_t size,
                 uint8_t out[static SHA256_SIZE])
{
    uint8_t pad[WC_SHA256_BLOCK_SIZE] = {0};
    struct sha256 sha;
    must(key_size <= sizeof(pad) ? 0 : -1);
    memcpy(pad, key, key_size);
    for (size_t i = 0; i < sizeof(pad); i++)
        pad[i] ^= 0x36;
    sha256_init(&sha);
    sha256_update(&sha, pad, sizeof(pad));
    sha256_update(&sha, data, size);
    sha256_final(&sha, out);
    for (size_t i = 0; i < sizeof(pad); i++)
        pad[i] ^= 0x36 ^ 0x5c;
    sha256_init(&sha);
    sha256_update(&sha, pad, sizeof(pad));
    sha256_update(&sha, out, SHA256_SIZE);
    sha256_final(&sha, out);
    wipe(pad, sizeof(pad));
}

void hmac_sha512(const void *key, size_t key_size, const void *data, size_t size,
                 uint8_t out[static SHA512_SIZE])
{
    Hmac hmac;
    uint8_t short_key[SHA512_SIZE]; // RFC 2104: a key above the block size is hashed first
    const uint8_t *at = data;
    if (key_size > WC_SHA512_BLOCK_SIZE) {
        sha512(key, key_size, short_key);
        key = short_key;
        key_size = sizeof(short_key);
    }
    must(wc_HmacInit(&hmac, NULL, INVALID_DEVID));
    must(wc_HmacSetKey_ex(&hmac, WC_SHA512, key_size > 0 ? key : (const void *)"", (word32)key_size,
                          1));
    for (size_t n; size > 0; at += n, size -= n) {
        n = piece(size);
        must(wc_HmacUpdate(&hmac, at, (word32)n));
    }
    must(wc_HmacFinal(&hmac, out));
    wc_HmacFree(&hmac);
    wipe(&hmac, sizeof(hmac));
    wipe(short_key, sizeof(short_key));
}

void ripemd160(const void *data, size_t size, uint8_t out[static HASH160_SIZE])
{
    RipeMd ripemd;
    const uint8_t *at = data;
    must(wc_InitRipeMd(&ripemd));
    for (size_t n; size > 0; at += n, size -= n) {
        n = piece(size);
        must(wc_RipeMdUpdate(&ripemd, at, (word32)n));
    }
    must(wc_RipeMdFinal(&ripemd, out));
    wipe(&ripemd, sizeof(ripemd));
}

void hash160(const void *data, size_t size, uint8_t out[static HASH160_SIZE])
{
    uint8_t inside[SHA256_SIZE];
    sha256(data, size, inside);
    ripemd160(inside, sizeof(inside), out);
    wipe(inside, sizeof(inside));
}

err_t pbkdf2_sha512(const void *password, size_t password_size, const void *salt, size_t salt_size,
                    uint32_t iterations, uint8_t *out, size_t size)
{
    if (iterations == 0 || iterations > INT32_MAX || size == 0 || size > INT32_MAX ||
        password_size > INT32_MAX || salt_size > INT32_MAX)
        return ERR_BAD_ARGUMENT;
    must(wc_PBKDF2(out, password, (int)password_size, salt, (int)salt_size, (int)iterations,
                   (int)size, WC_SHA512));
    return ERR_OK;
}
