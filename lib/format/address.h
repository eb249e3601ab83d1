// SPDX-License-Identifier: GPL-3.0-or-later
// Addresses: the texts for the standard output scripts P2PKH and P2SH (Base58Check), P2WPKH and
// P2WSH (BIP-173), P2TR (BIP-350).
#pragma once
#include "format/bip32.h"
#include "format/bytes.h"

enum {
    ADDRESS_TEXT_MAX = 91,   // bytes with a final zero
    ADDRESS_SCRIPT_MAX = 34, // bytes of the longest such script
    P2WPKH_SCRIPT_SIZE = 22,
    P2TR_SCRIPT_SIZE = 34,
};

// Errors: NOT_FOUND (the script is none of the five), BAD_ARGUMENT (network).
MUST_USE err_t address_of_script(struct span script, uint32_t network,
                                 char out[static ADDRESS_TEXT_MAX]);

// Errors: BAD_DATA (no address, or of another network), BAD_ARGUMENT (network).
MUST_USE err_t address_script(const char *text, uint32_t network,
                              uint8_t out[static ADDRESS_SCRIPT_MAX], size_t *size);

void p2wpkh_script(const uint8_t key_hash[static 20], uint8_t out[static P2WPKH_SCRIPT_SIZE]);
void p2tr_script(const uint8_t output_key[static 32], uint8_t out[static P2TR_SCRIPT_SIZE]);
