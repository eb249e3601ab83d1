// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/account.h"
#include "crypto/sha.h"

size_t coin_program_size(uint32_t kind)
{
    return kind == COIN_P2WPKH ? HASH160_SIZE : kind == COIN_P2TR ? SECP_XONLY_SIZE : 0;
}

uint32_t network_coin(uint32_t network)
{
    return network == NETWORK_MAIN ? 0 : 1;
}

err_t account_node(const struct secp *secp, const struct hd_key *app_master, uint32_t network,
                   uint32_t kind, uint32_t account, struct hd_key *out)
{
    if (coin_program_size(kind) == 0 || account >= ACCOUNT_COUNT || network < NETWORK_MAIN ||
        network > NETWORK_REGTEST)
        return ERR_BAD_ARGUMENT;
    const uint32_t path[3] = {HD_HARDENED | kind, HD_HARDENED | network_coin(network),
                              HD_HARDENED | account};
    return hd_path(secp, app_master, path, 3, out);
}

void taproot_tweak(const uint8_t internal[static SECP_XONLY_SIZE], uint8_t out[static 32])
{
    sha256_tagged("TapTweak", internal, SECP_XONLY_SIZE, out);
}

err_t taproot_output_key(const uint8_t internal[static SECP_XONLY_SIZE],
                         uint8_t out[static SECP_XONLY_SIZE])
{
    uint8_t tweak[32];
    bool odd;
    taproot_tweak(internal, tweak);
    return secp_xonly_add(internal, tweak, out, &odd);
}

err_t coin_program(uint32_t kind, const uint8_t public_key[static SECP_PUBLIC_SIZE],
                   uint8_t out[static PROGRAM_MAX])
{
    if (kind == COIN_P2TR)
        return taproot_output_key(public_key + 1, out);
    if (kind != COIN_P2WPKH)
        return ERR_BAD_ARGUMENT;
    memset(out, 0, PROGRAM_MAX);
    hash160(public_key, SECP_PUBLIC_SIZE, out);
    return ERR_OK;
}

void coin_script(uint32_t kind, const uint8_t program[static PROGRAM_MAX],
                 uint8_t out[static ADDRESS_SCRIPT_MAX], size_t *size)
{
    if (kind == COIN_P2TR) {
        p2tr_script(program, out);
        *size = P2TR_SCRIPT_SIZE;
    } else {
        p2wpkh_script(program, out);
        *size = P2WPKH_SCRIPT_SIZE;
    }
}

err_t account_address(const struct hd_key *account, uint32_t network, uint32_t kind, uint32_t chain,
                      uint32_t index, char out[static ADDRESS_TEXT_MAX])
{
    if (chain > CHAIN_CHANGE)
        return ERR_BAD_ARGUMENT;
    struct hd_key key;
    uint8_t program[PROGRAM_MAX];
    uint8_t script[ADDRESS_SCRIPT_MAX];
    size_t size;
    err_t err = hd_child_public(account, chain, &key);
    if (err == ERR_OK)
        err = hd_child_public(&key, index, &key);
    if (err == ERR_OK)
        err = coin_program(kind, key.public_key, program);
    if (err != ERR_OK)
        return err;
    coin_script(kind, program, script, &size);
    return address_of_script((struct span){script, size}, network, out);
}
