// SPDX-License-Identifier: GPL-3.0-or-later
// The seed that an app gets: one hardened branch of the device's own tree for each pair of
// publisher key and permanent app id. An app's seed tells nothing about another's or about the
// device's.
//
// Anybody with a BIP-32 library can compute it again from the recovery words (this is BIP-85 with
// an application of our own):
//
//   master = BIP-32 master of the BIP-39 seed
//   tag    = SHA-256("Cella app seed v1" || publisher key, 32 bytes || app id, ASCII, no final
//   zero) h0..h3 = the first four 32-bit words of tag, big endian, each with its top bit cleared
//   node   = m / 83696968' / 1128614988' / h0' / h1' / h2' / h3'
//   seed   = HMAC-SHA512(key "bip-entropy-from-k", message = node's 32-byte private key), 64 bytes
//
// 83696968 is BIP-85's purpose; 1128614988 is "CELL" in ASCII. The seed is the BIP-32 seed of the
// app's own tree, whose accounts lie at m/84'/c'/a' (BIP-84) and m/86'/c'/a' (BIP-86).
#pragma once
#include "format/bip32.h"

enum {
    CHILD_SEED_SIZE = 64,
    CHILD_PUBLISHER_SIZE = 32,
    CHILD_APP_ID_MAX = 32, // characters
};

// The seed is a secret; the caller wipes it. Errors: BAD_ARGUMENT (app id empty, too long or not
// printable ASCII without blanks; public `master`), BAD_DATA (BIP-32's invalid key).
MUST_USE err_t child_seed(const struct secp *secp, const struct hd_key *master,
                          const uint8_t publisher[static CHILD_PUBLISHER_SIZE], const char *app_id,
                          uint8_t out[static CHILD_SEED_SIZE]);
