// SPDX-License-Identifier: GPL-3.0-or-later
#include "format/bip32.h"
#include "crypto/sha.h"
#include "crypto/wipe.h"
#include "format/base58.h"
#include "format/bytes.h"

enum { DEPTH_MAX = 255, ENCODED_SIZE = 78 };

// BIP-32 "Serialization format".
static const uint32_t version_public_main = 0x0488b21e;
static const uint32_t version_private_main = 0x0488ade4;
static const uint32_t version_public_test = 0x043587cf;
static const uint32_t version_private_test = 0x04358394;

err_t hd_master(const struct secp *secp, const uint8_t *seed, size_t size, struct hd_key *out)
{
    static const char salt[] = "Bitcoin seed";
    uint8_t both[SHA512_SIZE];
    struct hd_key key = {.is_private = true};
    if (size < HD_SEED_MIN || size > HD_SEED_MAX)
        return ERR_BAD_ARGUMENT;
    hmac_sha512(salt, sizeof(salt) - 1, seed, size, both);
    memcpy(key.secret, both, SECP_SECRET_SIZE);
    memcpy(key.chain, both + SECP_SECRET_SIZE, HD_CHAIN_SIZE);
    err_t err = secp_public(secp, key.secret, key.public_key);
    if (err == ERR_OK)
        *out = key;
    wipe(both, sizeof(both));
    hd_key_wipe(&key);
    return err;
}

uint32_t hd_fingerprint(const struct hd_key *key)
{
    uint8_t hash[HASH160_SIZE];
    hash160(key->public_key, SECP_PUBLIC_SIZE, hash);
    return get_be32(hash);
}

// I of CKDpriv and CKDpub: HMAC-SHA512(chain, 0 || secret || number) or (chain, point || number).
static void child_hash(const struct hd_key *parent, uint32_t number,
                       uint8_t out[static SHA512_SIZE])
{
    uint8_t data[SECP_PUBLIC_SIZE + 4] = {0};
    if ((number & HD_HARDENED) != 0)
        memcpy(data + 1, parent->secret, SECP_SECRET_SIZE);
    else
        memcpy(data, parent->public_key, SECP_PUBLIC_SIZE);
    put_be32(data + SECP_PUBLIC_SIZE, number);
    hmac_sha512(parent->chain, HD_CHAIN_SIZE, data, sizeof(data), out);
    wipe(data, sizeof(data));
}

// The child without its keys.
static struct hd_key child_frame(const struct hd_key *parent, uint32_t number,
                                 const uint8_t hash[static SHA512_SIZE])
{
    struct hd_key key = {
        .parent = hd_fingerprint(parent),
        .number = number,
        .depth = (uint8_t)(parent->depth + 1),
    };
    memcpy(key.chain, hash + 32, HD_CHAIN_SIZE);
    return key;
}

err_t hd_child(const struct secp *secp, const struct hd_key *parent, uint32_t number,
               struct hd_key *out)
{
    uint8_t hash[SHA512_SIZE];
    if (!parent->is_private || parent->depth == DEPTH_MAX)
        return ERR_BAD_ARGUMENT;
    child_hash(parent, number, hash);
    struct hd_key key = child_frame(parent, number, hash);
    key.is_private = true;
    memcpy(key.secret, parent->secret, SECP_SECRET_SIZE);
    err_t err = secp_secret_add(key.secret, hash);
    if (err == ERR_OK)
        err = secp_public(secp, key.secret, key.public_key);
    if (err == ERR_OK)
        *out = key;
    wipe(hash, sizeof(hash));
    hd_key_wipe(&key);
    return err;
}

err_t hd_child_public(const struct hd_key *parent, uint32_t number, struct hd_key *out)
{
    uint8_t hash[SHA512_SIZE];
    if ((number & HD_HARDENED) != 0 || parent->depth == DEPTH_MAX)
        return ERR_BAD_ARGUMENT;
    child_hash(parent, number, hash);
    struct hd_key key = child_frame(parent, number, hash);
    err_t err = secp_public_add(parent->public_key, hash, key.public_key);
    if (err == ERR_OK)
        *out = key;
    wipe(hash, sizeof(hash));
    return err;
}

err_t hd_path(const struct secp *secp, const struct hd_key *root, const uint32_t *path,
              size_t count, struct hd_key *out)
{
    struct hd_key key = *root;
    err_t err = ERR_OK;
    for (size_t i = 0; err == ERR_OK && i < count; i++)
        err = hd_child(secp, &key, path[i], &key);
    if (err == ERR_OK)
        *out = key;
    hd_key_wipe(&key);
    return err;
}

static void key_text(const struct hd_key *key, uint32_t version, const uint8_t data[static 33],
                     char out[static HD_TEXT_MAX])
{
    uint8_t bytes[ENCODED_SIZE];
    put_be32(bytes, version);
    bytes[4] = key->depth;
    put_be32(bytes + 5, key->parent);
    put_be32(bytes + 9, key->number);
    memcpy(bytes + 13, key->chain, HD_CHAIN_SIZE);
    memcpy(bytes + 45, data, 33);
    if (base58_encode(bytes, sizeof(bytes), out, HD_TEXT_MAX) != ERR_OK)
        out[0] = 0; // cannot happen: HD_TEXT_MAX fits every 78 bytes
    wipe(bytes, sizeof(bytes));
}

void hd_public_text(const struct hd_key *key, uint32_t network, char out[static HD_TEXT_MAX])
{
    key_text(key, network == NETWORK_MAIN ? version_public_main : version_public_test,
             key->public_key, out);
}

err_t hd_private_text(const struct hd_key *key, uint32_t network, char out[static HD_TEXT_MAX])
{
    uint8_t data[33] = {0};
    if (!key->is_private)
        return ERR_BAD_ARGUMENT;
    memcpy(data + 1, key->secret, SECP_SECRET_SIZE);
    key_text(key, network == NETWORK_MAIN ? version_private_main : version_private_test, data, out);
    wipe(data, sizeof(data));
    return ERR_OK;
}

err_t hd_public_parse(const char *text, struct hd_key *out, uint32_t *network)
{
    uint8_t bytes[ENCODED_SIZE];
    size_t size;
    struct hd_key key = {0};
    err_t err = base58_decode(text, bytes, sizeof(bytes), &size);
    if (err != ERR_OK || size != ENCODED_SIZE)
        return ERR_BAD_DATA;
    uint32_t version = get_be32(bytes);
    if (version != version_public_main && version != version_public_test)
        return ERR_BAD_DATA;
    key.depth = bytes[4];
    key.parent = get_be32(bytes + 5);
    key.number = get_be32(bytes + 9);
    memcpy(key.chain, bytes + 13, HD_CHAIN_SIZE);
    if (key.depth == 0 && (key.parent != 0 || key.number != 0))
        return ERR_BAD_DATA;
    if (secp_public_parse(bytes + 45, SECP_PUBLIC_SIZE, key.public_key) != ERR_OK)
        return ERR_BAD_DATA;
    *network = version == version_public_main ? NETWORK_MAIN : NETWORK_TEST;
    *out = key;
    return ERR_OK;
}

void hd_key_wipe(struct hd_key *key)
{
    wipe(key, sizeof(*key));
}
