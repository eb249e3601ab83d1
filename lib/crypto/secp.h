// SPDX-License-Identifier: GPL-3.0-or-later
// Bitcoin's curve secp256k1: keys, BIP-32 and BIP-341 tweaks, ECDSA (RFC 6979 nonces, low S, BIP-62
// rule 5), BIP-340. Rules: secrets are 32 bytes, big endian, belong to the caller, who wipes them.
// The context lives where the caller puts it (no heap, not shared between threads) and blinds every
// secret operation; secp_end wipes it. Functions without a context touch public values only. On
// failure outputs are untouched. Never blocks.
#pragma once
#include "abi/types.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SECP_SECRET_SIZE = 32,
    SECP_PUBLIC_SIZE = 33, // compressed, SEC 1 section 2.3.3
    SECP_XONLY_SIZE = 32,  // BIP-340
    SECP_DIGEST_SIZE = 32,
    SECP_DER_MAX = 72, // low S, without the sighash byte
    SECP_SCHNORR_SIZE = 64,
};

struct secp {
    _Alignas(
        16) uint8_t context[1024]; // the library's own; secp.c asserts at run time that it fits
};

// `seed` is fresh entropy, used up here: it blinds this context's secret operations.
// ERR_TOO_SMALL: the library's context outgrew struct secp.
MUST_USE err_t secp_begin(struct secp *secp, const uint8_t seed[static 32]);
void secp_end(struct secp *secp);

// Is it a valid secret: neither zero nor at or above the group order?
MUST_USE err_t secp_secret_check(const uint8_t secret[static SECP_SECRET_SIZE]); // ERR_BAD_DATA
// secret = secret + tweak mod n, BIP-32 private derivation. ERR_BAD_DATA: an invalid sum or
// operand.
MUST_USE err_t secp_secret_add(uint8_t secret[static SECP_SECRET_SIZE],
                               const uint8_t tweak[static 32]);

// ERR_BAD_DATA: not a valid secret.
MUST_USE err_t secp_public(const struct secp *secp, const uint8_t secret[static SECP_SECRET_SIZE],
                           uint8_t out[static SECP_PUBLIC_SIZE]);
// Accepts 33 (compressed) or 65 bytes (uncompressed). ERR_BAD_DATA: no point of the curve in that
// form.
MUST_USE err_t secp_public_parse(const uint8_t *data, size_t size,
                                 uint8_t out[static SECP_PUBLIC_SIZE]);
// point + tweak * G, BIP-32 public derivation. ERR_BAD_DATA: as above.
MUST_USE err_t secp_public_add(const uint8_t public_key[static SECP_PUBLIC_SIZE],
                               const uint8_t tweak[static 32],
                               uint8_t out[static SECP_PUBLIC_SIZE]);

// Sign a digest; `*size` is the length of the DER signature.
MUST_USE err_t secp_ecdsa_sign(const struct secp *secp,
                               const uint8_t secret[static SECP_SECRET_SIZE],
                               const uint8_t digest[static SECP_DIGEST_SIZE],
                               uint8_t out[static SECP_DER_MAX], size_t *size);
// Strict DER and low S only, else ERR_BAD_SIGNATURE; ERR_BAD_DATA: the key is no point.
MUST_USE err_t secp_ecdsa_check(const uint8_t public_key[static SECP_PUBLIC_SIZE],
                                const uint8_t digest[static SECP_DIGEST_SIZE], const uint8_t *der,
                                size_t size);

// The x-only key of a secret. ERR_BAD_DATA: not a valid secret.
MUST_USE err_t secp_xonly(const struct secp *secp, const uint8_t secret[static SECP_SECRET_SIZE],
                          uint8_t out[static SECP_XONLY_SIZE]);
// BIP-341 taproot_tweak_pubkey: out = x(lift_x(internal) + tweak * G), `*odd` the parity of its y.
MUST_USE err_t secp_xonly_add(const uint8_t internal[static SECP_XONLY_SIZE],
                              const uint8_t tweak[static 32], uint8_t out[static SECP_XONLY_SIZE],
                              bool *odd);
// BIP-341 taproot_tweak_seckey: the secret of that output key. In place.
MUST_USE err_t secp_xonly_secret_add(const struct secp *secp,
                                     uint8_t secret[static SECP_SECRET_SIZE],
                                     const uint8_t tweak[static 32]);

// BIP-340. `aux` is fresh entropy; the signature is checked before it is returned.
MUST_USE err_t secp_schnorr_sign(const struct secp *secp,
                                 const uint8_t secret[static SECP_SECRET_SIZE],
                                 const uint8_t digest[static SECP_DIGEST_SIZE],
                                 const uint8_t aux[static 32],
                                 uint8_t out[static SECP_SCHNORR_SIZE]);
// ERR_BAD_SIGNATURE, also for a key that is no x coordinate. `size` may be any: BIP-340 signs
// messages.
MUST_USE err_t secp_schnorr_check(const uint8_t public_key[static SECP_XONLY_SIZE],
                                  const void *message, size_t size,
                                  const uint8_t signature[static SECP_SCHNORR_SIZE]);
