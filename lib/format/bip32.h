// SPDX-License-Identifier: GPL-3.0-or-later
// Hierarchical keys: BIP-32. A struct hd_key with `is_private` is a secret: whoever holds it wipes
// it (hd_key_wipe). `out` may be the parent. What BIP-32 calls an invalid key (probability 2^-127)
// is ERR_BAD_DATA.
#pragma once
#include "abi/types.h"
#include "crypto/secp.h"
#include <stdbool.h>

enum {
    HD_SEED_MIN = 16,
    HD_SEED_MAX = 64,
    HD_CHAIN_SIZE = 32,
    HD_TEXT_MAX = 113, // base 58 text and a final zero
};

#define HD_HARDENED UINT32_C(0x80000000)

enum network { // as in abi/vault.idl
    NETWORK_MAIN = 1,
    NETWORK_TEST = 2,
    NETWORK_REGTEST = 3,
};

struct hd_key {
    uint8_t secret[SECP_SECRET_SIZE]; // zero unless is_private
    uint8_t public_key[SECP_PUBLIC_SIZE];
    uint8_t chain[HD_CHAIN_SIZE];
    uint32_t parent; // fingerprint of the parent, 0 for a master
    uint32_t number; // child number, with HD_HARDENED where hardened
    uint8_t depth;
    bool is_private;
};

// Errors: BAD_ARGUMENT (seed size), BAD_DATA.
MUST_USE err_t hd_master(const struct secp *secp, const uint8_t *seed, size_t size,
                         struct hd_key *out);

// The child of a private key. Errors: BAD_ARGUMENT (public parent, depth 255), BAD_DATA.
MUST_USE err_t hd_child(const struct secp *secp, const struct hd_key *parent, uint32_t number,
                        struct hd_key *out);

// The child of a public (or private) key, without secret. Errors: BAD_ARGUMENT (hardened number,
// depth 255), BAD_DATA.
MUST_USE err_t hd_child_public(const struct hd_key *parent, uint32_t number, struct hd_key *out);

// hd_child along a path.
MUST_USE err_t hd_path(const struct secp *secp, const struct hd_key *root, const uint32_t *path,
                       size_t count, struct hd_key *out);

// First four bytes of hash160(public key), as a big-endian number: the number vault.status gives.
uint32_t hd_fingerprint(const struct hd_key *key);

// Extended key text: xprv/xpub on the main network, tprv/tpub elsewhere. The private text is a
// secret.
void hd_public_text(const struct hd_key *key, uint32_t network, char out[static HD_TEXT_MAX]);
// Errors: BAD_ARGUMENT (a public key).
MUST_USE err_t hd_private_text(const struct hd_key *key, uint32_t network,
                               char out[static HD_TEXT_MAX]);

// Read an extended public key (what vault.account gave). `*network` is MAIN or TEST.
// Errors: BAD_DATA (anything BIP-32 test vector 5 calls invalid, and private keys).
MUST_USE err_t hd_public_parse(const char *text, struct hd_key *out, uint32_t *network);

void hd_key_wipe(struct hd_key *key);
