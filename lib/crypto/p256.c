// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/p256.h"

#include "crypto/hash.h"
#include "crypto/random.h"
#include "crypto/wipe.h"

#include <string.h>
#include <wolfssl/wolfcrypt/ecc.h>

enum { SEED_MAX = 128, TRIES = 8, COORDINATE = P256_PUBLIC / 2 };

static void key_end(ecc_key *key)
{
    wc_ecc_free(key);
    wipe(key, sizeof(*key));
}

// The key pair of a secret; the caller ends it whatever comes back.
static err_t key_load(ecc_key *key, const uint8_t secret[static P256_SECRET])
{
    if (wc_ecc_init(key) != 0 ||
        wc_ecc_import_private_key_ex(secret, P256_SECRET, NULL, 0, key, ECC_SECP256R1) != 0 ||
        wc_ecc_make_pub(key, NULL) != 0 || wc_ecc_check_key(key) != 0)
        return ERR_BAD_ARGUMENT;
    return ERR_OK;
}

err_t p256_derive(const char *context, const void *seed, size_t size,
                  uint8_t secret[static P256_SECRET], uint8_t public_key[static P256_PUBLIC])
{
    uint8_t message[1 + SEED_MAX], candidate[P256_SECRET];
    err_t error = ERR_BAD_STATE;
    if (size > SEED_MAX)
        return ERR_BAD_STATE;
    memcpy(message + 1, seed, size);
    for (uint8_t counter = 0; counter < TRIES && error; counter++) {
        ecc_key key;
        word32 x = COORDINATE, y = COORDINATE;
        message[0] = counter;
        hash_derive_key(context, message, size + 1, candidate);
        error = key_load(&key, candidate) == ERR_OK &&
                        wc_ecc_export_public_raw(&key, public_key, &x, public_key + COORDINATE,
                                                 &y) == 0 &&
                        x == COORDINATE && y == COORDINATE
                    ? ERR_OK
                    : ERR_BAD_STATE;
        key_end(&key);
    }
    if (error == ERR_OK)
        memcpy(secret, candidate, P256_SECRET);
    wipe(message, sizeof(message));
    wipe(candidate, sizeof(candidate));
    return error;
}

// RFC 6979 decides the signature; the generator only blinds the arithmetic.
err_t p256_make(const uint8_t secret[static P256_SECRET], const uint8_t digest[static 32],
                uint8_t out[static P256_SIGNATURE])
{
    ecc_key key;
    struct random random;
    uint8_t seed[P256_SECRET + 32], made[P256_SIGNATURE];
    mp_int r, s;
    memcpy(seed, secret, P256_SECRET);
    memcpy(seed + P256_SECRET, digest, 32);
    err_t error = random_begin(&random, seed, sizeof(seed));
    wipe(seed, sizeof(seed));
    if (error != ERR_OK)
        return ERR_BAD_ARGUMENT;
    error = key_load(&key, secret);
    // Safety: crypto/random.c keeps the library's generator first in its state.
    WC_RNG *rng = (WC_RNG *)(void *)random.state;
    if (error == ERR_OK &&
        (wc_ecc_set_deterministic(&key, 1) != 0 || wc_ecc_set_rng(&key, rng) != 0 ||
         mp_init(&r) != 0 || mp_init(&s) != 0 ||
         wc_ecc_sign_hash_ex(digest, 32, rng, &key, &r, &s) != 0 ||
         mp_to_unsigned_bin_len(&r, made, COORDINATE) != 0 ||
         mp_to_unsigned_bin_len(&s, made + COORDINATE, COORDINATE) != 0))
        error = ERR_BAD_ARGUMENT;
    key_end(&key);
    random_end(&random);
    if (error == ERR_OK)
        memcpy(out, made, sizeof(made));
    return error;
}

err_t p256_check(const uint8_t public_key[static P256_PUBLIC], const uint8_t digest[static 32],
                 const uint8_t signature[static P256_SIGNATURE])
{
    ecc_key key;
    mp_int r, s;
    int good = 0;
    if (wc_ecc_init(&key) != 0)
        return ERR_BAD_SIGNATURE;
    bool loaded = wc_ecc_import_unsigned(&key, public_key, public_key + COORDINATE, NULL,
                                         ECC_SECP256R1) == 0 &&
                  wc_ecc_check_key(&key) == 0;
    if (loaded && (mp_init(&r) != 0 || mp_init(&s) != 0 ||
                   mp_read_unsigned_bin(&r, signature, COORDINATE) != 0 ||
                   mp_read_unsigned_bin(&s, signature + COORDINATE, COORDINATE) != 0 ||
                   wc_ecc_verify_hash_ex(&r, &s, digest, 32, &good, &key) != 0))
        good = 0;
    key_end(&key);
    return loaded && good == 1 ? ERR_OK : ERR_BAD_SIGNATURE;
}
