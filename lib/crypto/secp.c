// SPDX-License-Identifier: GPL-3.0-or-later
// secp256k1 keys and their tweaks over libsecp256k1. Signatures are in secp_sign.c.
#include "crypto/secp.h"
#include "crypto/secp_inner.h"
#include "crypto/wipe.h"
#include <secp256k1_extrakeys.h>
#include <secp256k1_preallocated.h>
#include <string.h>

// The library reports misuse (a null pointer, a corrupt context) through these: our own bug, so the
// program stops.
void secp256k1_default_illegal_callback_fn(const char *message, void *data);
void secp256k1_default_error_callback_fn(const char *message, void *data);

void secp256k1_default_illegal_callback_fn(const char *message, void *data)
{
    (void)message;
    (void)data;
    __builtin_trap();
}

void secp256k1_default_error_callback_fn(const char *message, void *data)
{
    (void)message;
    (void)data;
    __builtin_trap();
}

err_t secp_begin(struct secp *secp, const uint8_t seed[static 32])
{
    if (secp256k1_context_preallocated_size(SECP256K1_CONTEXT_NONE) > sizeof(secp->context))
        return ERR_TOO_SMALL;
    secp256k1_context *context =
        secp256k1_context_preallocated_create(secp->context, SECP256K1_CONTEXT_NONE);
    if (context == NULL || secp256k1_context_randomize(context, seed) != 1)
        return ERR_BAD_STATE;
    return ERR_OK;
}

void secp_end(struct secp *secp)
{
    wipe(secp, sizeof(*secp));
}

err_t secp_secret_check(const uint8_t secret[static SECP_SECRET_SIZE])
{
    return secp256k1_ec_seckey_verify(secp256k1_context_static, secret) == 1 ? ERR_OK
                                                                             : ERR_BAD_DATA;
}

err_t secp_secret_add(uint8_t secret[static SECP_SECRET_SIZE], const uint8_t tweak[static 32])
{
    uint8_t sum[SECP_SECRET_SIZE];
    memcpy(sum, secret, sizeof(sum));
    bool good = secp256k1_ec_seckey_tweak_add(secp256k1_context_static, sum, tweak) == 1;
    if (good)
        memcpy(secret, sum, sizeof(sum));
    wipe(sum, sizeof(sum));
    return good ? ERR_OK : ERR_BAD_DATA;
}

static void public_write(const secp256k1_pubkey *key, uint8_t out[static SECP_PUBLIC_SIZE])
{
    size_t size = SECP_PUBLIC_SIZE;
    if (secp256k1_ec_pubkey_serialize(secp256k1_context_static, out, &size, key,
                                      SECP256K1_EC_COMPRESSED) != 1)
        __builtin_trap(); // cannot fail on a parsed key
}

err_t secp_public(const struct secp *secp, const uint8_t secret[static SECP_SECRET_SIZE],
                  uint8_t out[static SECP_PUBLIC_SIZE])
{
    secp256k1_pubkey key;
    if (secp256k1_ec_pubkey_create(secp_inner(secp), &key, secret) != 1)
        return ERR_BAD_DATA;
    public_write(&key, out);
    return ERR_OK;
}

err_t secp_public_parse(const uint8_t *data, size_t size, uint8_t out[static SECP_PUBLIC_SIZE])
{
    secp256k1_pubkey key;
    // The library also takes the hybrid form (0x06, 0x07), which Bitcoin does not use for keys it
    // makes.
    if (size == 0 || data[0] > 4 ||
        secp256k1_ec_pubkey_parse(secp256k1_context_static, &key, data, size) != 1)
        return ERR_BAD_DATA;
    public_write(&key, out);
    return ERR_OK;
}

err_t secp_public_add(const uint8_t public_key[static SECP_PUBLIC_SIZE],
                      const uint8_t tweak[static 32], uint8_t out[static SECP_PUBLIC_SIZE])
{
    secp256k1_pubkey key;
    if (secp256k1_ec_pubkey_parse(secp256k1_context_static, &key, public_key, SECP_PUBLIC_SIZE) !=
            1 ||
        secp256k1_ec_pubkey_tweak_add(secp256k1_context_static, &key, tweak) != 1)
        return ERR_BAD_DATA;
    public_write(&key, out);
    return ERR_OK;
}

err_t secp_xonly(const struct secp *secp, const uint8_t secret[static SECP_SECRET_SIZE],
                 uint8_t out[static SECP_XONLY_SIZE])
{
    uint8_t public_key[SECP_PUBLIC_SIZE];
    err_t error = secp_public(secp, secret, public_key);
    if (error != ERR_OK)
        return error;
    memcpy(out, public_key + 1, SECP_XONLY_SIZE); // BIP-340: the x coordinate
    return ERR_OK;
}

err_t secp_xonly_add(const uint8_t internal[static SECP_XONLY_SIZE], const uint8_t tweak[static 32],
                     uint8_t out[static SECP_XONLY_SIZE], bool *odd)
{
    secp256k1_xonly_pubkey key;
    secp256k1_pubkey sum;
    uint8_t whole[SECP_PUBLIC_SIZE];
    if (secp256k1_xonly_pubkey_parse(secp256k1_context_static, &key, internal) != 1 ||
        secp256k1_xonly_pubkey_tweak_add(secp256k1_context_static, &sum, &key, tweak) != 1)
        return ERR_BAD_DATA;
    public_write(&sum, whole);
    memcpy(out, whole + 1, SECP_XONLY_SIZE);
    *odd = whole[0] == 3; // SEC 1: 2 for an even y, 3 for an odd one
    return ERR_OK;
}

err_t secp_xonly_secret_add(const struct secp *secp, uint8_t secret[static SECP_SECRET_SIZE],
                            const uint8_t tweak[static 32])
{
    secp256k1_keypair pair;
    uint8_t sum[SECP_SECRET_SIZE];
    bool good = secp256k1_keypair_create(secp_inner(secp), &pair, secret) == 1 &&
                secp256k1_keypair_xonly_tweak_add(secp_inner(secp), &pair, tweak) == 1 &&
                secp256k1_keypair_sec(secp_inner(secp), sum, &pair) == 1;
    if (good)
        memcpy(secret, sum, sizeof(sum));
    wipe(&pair, sizeof(pair));
    wipe(sum, sizeof(sum));
    return good ? ERR_OK : ERR_BAD_DATA;
}
