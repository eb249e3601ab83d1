// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/address.h"
#include "format/base58.h"
#include "format/bech32.h"

struct address_form {
    uint8_t p2pkh; // version bytes of Base58Check
    uint8_t p2sh;
    char prefix[BECH32_PREFIX_MAX]; // of BIP-173
};

static const struct address_form *form_of(uint32_t network)
{
    static const struct address_form forms[] = {
        [NETWORK_MAIN] = {0x00, 0x05, "bc"  },
        [NETWORK_TEST] = {0x6f, 0xc4, "tb"  },
        [NETWORK_REGTEST] = {0x6f, 0xc4, "bcrt"},
    };
    return network >= NETWORK_MAIN && network <= NETWORK_REGTEST ? &forms[network] : NULL;
}

static const uint8_t p2pkh_head[] = {0x76, 0xa9, 0x14}; // DUP HASH160 <20>
static const uint8_t p2pkh_tail[] = {0x88, 0xac};       // EQUALVERIFY CHECKSIG
static const uint8_t p2sh_head[] = {0xa9, 0x14};        // HASH160 <20>
static const uint8_t p2sh_tail[] = {0x87};              // EQUAL

enum { HASH_SIZE_20 = 20, P2PKH_SIZE = 25, P2SH_SIZE = 23, P2WSH_SIZE = 34, OP_1 = 0x51 };

void p2wpkh_script(const uint8_t key_hash[static 20], uint8_t out[static P2WPKH_SCRIPT_SIZE])
{
    out[0] = 0x00;
    out[1] = 20;
    memcpy(out + 2, key_hash, 20);
}

void p2tr_script(const uint8_t output_key[static 32], uint8_t out[static P2TR_SCRIPT_SIZE])
{
    out[0] = OP_1;
    out[1] = 32;
    memcpy(out + 2, output_key, 32);
}

static bool script_is(struct span script, size_t size, const uint8_t *head, size_t head_size,
                      const uint8_t *tail, size_t tail_size)
{
    return script.size == size && memcmp(script.at, head, head_size) == 0 &&
           memcmp(script.at + size - tail_size, tail, tail_size) == 0;
}

static err_t hash_text(uint8_t version, const uint8_t hash[static HASH_SIZE_20],
                       char out[static ADDRESS_TEXT_MAX])
{
    uint8_t payload[1 + HASH_SIZE_20] = {version};
    memcpy(payload + 1, hash, HASH_SIZE_20);
    return base58_encode(payload, sizeof(payload), out, ADDRESS_TEXT_MAX);
}

// Version and size of a witness program that has an address here: 0 with 20 or 32, 1 with 32 bytes.
static bool witness_good(uint32_t version, size_t size)
{
    return size == 32 ? version <= 1 : size == HASH_SIZE_20 && version == 0;
}

err_t address_of_script(struct span script, uint32_t network, char out[static ADDRESS_TEXT_MAX])
{
    const struct address_form *form = form_of(network);
    if (form == NULL)
        return ERR_BAD_ARGUMENT;
    if (script_is(script, P2PKH_SIZE, p2pkh_head, sizeof(p2pkh_head), p2pkh_tail,
                  sizeof(p2pkh_tail)))
        return hash_text(form->p2pkh, script.at + sizeof(p2pkh_head), out);
    if (script_is(script, P2SH_SIZE, p2sh_head, sizeof(p2sh_head), p2sh_tail, sizeof(p2sh_tail)))
        return hash_text(form->p2sh, script.at + sizeof(p2sh_head), out);
    if (script.size < 2 || script.at[1] != script.size - 2)
        return ERR_NOT_FOUND;
    struct bech32 address = {.version = script.at[0] == OP_1, .size = script.at[1]};
    if ((script.at[0] != 0 && script.at[0] != OP_1) || !witness_good(address.version, address.size))
        return ERR_NOT_FOUND;
    memcpy(address.prefix, form->prefix, sizeof(address.prefix));
    memcpy(address.program, script.at + 2, address.size);
    return bech32_encode(&address, out);
}

static err_t witness_script(const char *text, const struct address_form *form,
                            uint8_t out[static ADDRESS_SCRIPT_MAX], size_t *size)
{
    struct bech32 address;
    if (bech32_decode(text, &address) != ERR_OK || strcmp(address.prefix, form->prefix) != 0 ||
        !witness_good(address.version, address.size))
        return ERR_BAD_DATA;
    out[0] = address.version == 0 ? 0 : OP_1;
    out[1] = (uint8_t)address.size;
    memcpy(out + 2, address.program, address.size);
    *size = address.size + 2;
    return ERR_OK;
}

err_t address_script(const char *text, uint32_t network, uint8_t out[static ADDRESS_SCRIPT_MAX],
                     size_t *size)
{
    uint8_t payload[1 + HASH_SIZE_20];
    size_t payload_size;
    const struct address_form *form = form_of(network);
    if (form == NULL)
        return ERR_BAD_ARGUMENT;
    if (base58_decode(text, payload, sizeof(payload), &payload_size) != ERR_OK)
        return witness_script(text, form, out, size);
    if (payload_size != sizeof(payload) || (payload[0] != form->p2pkh && payload[0] != form->p2sh))
        return ERR_BAD_DATA;
    struct writer w = writer_of(out, ADDRESS_SCRIPT_MAX);
    bool to_key = payload[0] == form->p2pkh;
    write_bytes(&w, to_key ? p2pkh_head : p2sh_head, to_key ? 3 : 2);
    write_bytes(&w, payload + 1, HASH_SIZE_20);
    write_bytes(&w, to_key ? p2pkh_tail : p2sh_tail, to_key ? 2 : 1);
    *size = writer_size(&w);
    return ERR_OK;
}
