// SPDX-License-Identifier: GPL-3.0-or-later
// A wallet's accounts: BIP-84 (P2WPKH) and BIP-86 (P2TR, key path only) under an app's own master
// key. m / purpose' / coin' / account' / chain / index, coin 0 on the main network and 1 elsewhere.
#pragma once
#include "format/address.h"
#include "format/bip32.h"

enum coin_kind { // the purpose of the path, and what the script is
    COIN_P2WPKH = 84,
    COIN_P2TR = 86,
};

enum {
    ACCOUNT_COUNT = 100,       // accounts 0 to 99
    CHANGE_INDEX_COUNT = 1000, // change is recognised on indexes 0 to 999 of chain 1
    CHAIN_RECEIVE = 0,
    CHAIN_CHANGE = 1,
    PROGRAM_MAX = 32,
};

struct coin_path {
    uint8_t kind;  // enum coin_kind
    uint8_t chain; // CHAIN_RECEIVE or CHAIN_CHANGE
    uint32_t account;
    uint32_t index; // not hardened
};

// 20 bytes for P2WPKH, 32 for P2TR; 0 for another kind.
size_t coin_program_size(uint32_t kind);

// 0 main, 1 test and regtest.
uint32_t network_coin(uint32_t network);

// The account's node m/purpose'/coin'/account'. A secret. Errors: BAD_ARGUMENT, BAD_DATA.
MUST_USE err_t account_node(const struct secp *secp, const struct hd_key *app_master,
                            uint32_t network, uint32_t kind, uint32_t account, struct hd_key *out);

// The witness program of a public key: hash160(key), or the BIP-86 output key (BIP-341 tweak
// without scripts). Errors: BAD_ARGUMENT (kind), BAD_DATA.
MUST_USE err_t coin_program(uint32_t kind, const uint8_t public_key[static SECP_PUBLIC_SIZE],
                            uint8_t out[static PROGRAM_MAX]);

// The output script of a program of that kind. `*size` is 22 or 34.
void coin_script(uint32_t kind, const uint8_t program[static PROGRAM_MAX],
                 uint8_t out[static ADDRESS_SCRIPT_MAX], size_t *size);

// BIP-341 with the x-only internal key and no scripts: the tweak and the output key.
MUST_USE err_t taproot_output_key(const uint8_t internal[static SECP_XONLY_SIZE],
                                  uint8_t out[static SECP_XONLY_SIZE]);
void taproot_tweak(const uint8_t internal[static SECP_XONLY_SIZE], uint8_t out[static 32]);

// The address of an account's public node (what vault.account gave as text). For the host tool and
// the wallet's receive screen. Errors: BAD_ARGUMENT, BAD_DATA.
MUST_USE err_t account_address(const struct hd_key *account, uint32_t network, uint32_t kind,
                               uint32_t chain, uint32_t index, char out[static ADDRESS_TEXT_MAX]);
