// SPDX-License-Identifier: GPL-3.0-or-later
// ECDSA and BIP-340 signatures over libsecp256k1.
#include "crypto/secp.h"
#include "crypto/secp_inner.h"
#include "crypto/wipe.h"
#include <secp256k1_extrakeys.h>
#include <secp256k1_schnorrsig.h>
#include <string.h>

err_t secp_ecdsa_sign(const struct secp *secp, const uint8_t secret[static SECP_SECRET_SIZE],
                      const uint8_t digest[static SECP_DIGEST_SIZE],
                      uint8_t out[static SECP_DER_MAX], size_t *size)
{
    secp256k1_ecdsa_signature signature;
    uint8_t public_key[SECP_PUBLIC_SIZE];
    uint8_t der[SECP_DER_MAX];
    size_t length = sizeof(der);
    err_t error = secp_public(secp, secret, public_key);
    if (error != ERR_OK)
        return error;
    // The library's signatures have a low S and RFC 6979 nonces.
    if (secp256k1_ecdsa_sign(secp_inner(secp), &signature, digest, secret,
                             secp256k1_nonce_function_rfc6979, NULL) != 1 ||
        secp256k1_ecdsa_signature_serialize_der(secp_inner(secp), der, &length, &signature) != 1 ||
        secp_ecdsa_check(public_key, digest, der, length) != ERR_OK)
        return ERR_BAD_STATE;
    memcpy(out, der, length);
    *size = length;
    return ERR_OK;
}

err_t secp_ecdsa_check(const uint8_t public_key[static SECP_PUBLIC_SIZE],
                       const uint8_t digest[static SECP_DIGEST_SIZE], const uint8_t *der,
                       size_t size)
{
    secp256k1_pubkey key;
    secp256k1_ecdsa_signature signature;
    if (secp256k1_ec_pubkey_parse(secp256k1_context_static, &key, public_key, SECP_PUBLIC_SIZE) !=
        1)
        return ERR_BAD_DATA;
    if (secp256k1_ecdsa_signature_parse_der(secp256k1_context_static, &signature, der, size) != 1 ||
        secp256k1_ecdsa_verify(secp256k1_context_static, &signature, digest, &key) != 1)
        return ERR_BAD_SIGNATURE; // the library refuses a high S by itself
    return ERR_OK;
}

err_t secp_schnorr_sign(const struct secp *secp, const uint8_t secret[static SECP_SECRET_SIZE],
                        const uint8_t digest[static SECP_DIGEST_SIZE], const uint8_t aux[static 32],
                        uint8_t out[static SECP_SCHNORR_SIZE])
{
    secp256k1_keypair pair;
    uint8_t signature[SECP_SCHNORR_SIZE];
    uint8_t public_key[SECP_XONLY_SIZE];
    err_t error = secp_xonly(secp, secret, public_key);
    if (error == ERR_OK && secp256k1_keypair_create(secp_inner(secp), &pair, secret) != 1)
        error = ERR_BAD_DATA;
    // BIP-340 recommends to verify before a signature leaves: a fault in signing could reveal the
    // key.
    if (error == ERR_OK &&
        (secp256k1_schnorrsig_sign32(secp_inner(secp), signature, digest, &pair, aux) != 1 ||
         secp_schnorr_check(public_key, digest, SECP_DIGEST_SIZE, signature) != ERR_OK))
        error = ERR_BAD_STATE;
    if (error == ERR_OK)
        memcpy(out, signature, sizeof(signature));
    wipe(&pair, sizeof(pair));
    return error;
}

err_t secp_schnorr_check(const uint8_t public_key[static SECP_XONLY_SIZE], const void *message,
                         size_t size, const uint8_t signature[static SECP_SCHNORR_SIZE])
{
    secp256k1_xonly_pubkey key;
    if (secp256k1_xonly_pubkey_parse(secp256k1_context_static, &key, public_key) != 1 ||
        secp256k1_schnorrsig_verify(secp256k1_context_static, signature, message, size, &key) != 1)
        return ERR_BAD_SIGNATURE;
    return ERR_OK;
}
