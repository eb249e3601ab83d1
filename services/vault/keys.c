// SPDX-License-Identifier: GPL-3.0-or-later
// The secrets of the vault, V7.
#include <string.h>

#include "crypto/sign.h"
#include "crypto/wipe.h"
#include "format/child.h"
#include "format/mnemonic.h"
#include "gen/entropy.h"
#include "vault.h"

static struct {
    struct hd_key master;                  // secret: of the device; from `restore` until power-off
    uint32_t network;                      // 0: there is no seed
    struct store_secret root;              // secret: what `master` was made of; as long as it
    uint8_t device_seed[SIGN_SECRET_SIZE]; // secret: of the evidence key; from first use until
                                           // power-off
    uint8_t device_key[SIGN_PUBLIC_SIZE];
    struct secp secp; // blinds what is done with secrets
    bool ready;       // the three above exist
} keys;

bool keys_seeded(void)
{
    return keys.network != 0;
}

uint32_t keys_network(void)
{
    return keys.network;
}

const struct secp *keys_secp(void)
{
    return &keys.secp;
}

err_t keys_random(void *out, size_t size)
{
    size_t got = 0;
    err_t err = entropy_random(out, size, &got);
    if (!err && got != size)
        err = ERR_BAD_STATE;
    if (err)
        wipe(out, size);
    return err;
}

err_t keys_number(uint32_t *number)
{
    // 2^32 is no multiple of 10,000: what lies above the largest one is drawn again.
    const uint32_t limit = UINT32_MAX - UINT32_MAX % VAULT_NUMBERS;
    for (int i = 0; i < 64; i++) {
        uint32_t drawn = 0;
        err_t err = keys_random(&drawn, sizeof drawn);
        if (err)
            return err;
        if (drawn < limit) {
            *number = drawn % VAULT_NUMBERS;
            return ERR_OK;
        }
    }
    return ERR_BAD_STATE; // sixty-four times in the last 7,296 of 2^32: that is no randomness
}

// Make what needs randomness, once there is some.
static err_t keys_ready(void)
{
    uint8_t blinding[VAULT_RANDOM];
    if (keys.ready)
        return ERR_OK;
    err_t err = keys_random(blinding, sizeof blinding);
    if (!err)
        err = keys_random(keys.device_seed, sizeof keys.device_seed);
    if (!err)
        err = sign_public(keys.device_seed, keys.device_key);
    if (!err)
        err = secp_begin(&keys.secp, blinding);
    wipe(blinding, sizeof blinding);
    if (err)
        wipe(keys.device_seed, sizeof keys.device_seed);
    keys.ready = !err;
    return err;
}

err_t keys_device(uint8_t key[32])
{
    err_t err = keys_ready();
    if (err)
        return err;
    memcpy(key, keys.device_key, sizeof keys.device_key);
    machine_bind(key); // each time: attest may have started anew
    return ERR_OK;
}

// The device's master key from words that are all right.
static err_t master_make(const struct mnemonic *words, uint32_t network)
{
    uint8_t seed[MNEMONIC_SEED_SIZE];
    struct store_secret root = {.network = network};
    struct hd_key master;
    size_t size = 0;
    err_t err = mnemonic_entropy(words, root.entropy, &size);
    if (!err)
        err = mnemonic_seed(words, "", seed);
    if (!err)
        err = hd_master(&keys.secp, seed, sizeof seed, &master);
    wipe(seed, sizeof seed);
    if (!err) {
        root.size = (uint32_t)size;
        keys.root = root;
        keys.master = master;
        keys.network = network;
        hd_key_wipe(&master);
    }
    wipe(&root, sizeof root);
    return err;
}

err_t keys_restore(const uint8_t *words, size_t size, uint32_t network, uint32_t *position)
{
    struct mnemonic mnemonic;
    uint32_t wrong = 0;
    if (keys_seeded())
        return ERR_BAD_STATE;
    if (network != NETWORK_MAIN && network != NETWORK_TEST)
        return ERR_BAD_ARGUMENT;
    err_t err = keys_ready();
    if (err)
        return err;
    err = mnemonic_parse((const char *)words, size, &mnemonic, &wrong);
    if (!err)
        err = master_make(&mnemonic, network);
    else if (wrong > 0)
        err = ERR_OK; // results do not travel with an error: the position says it
    if (!err)
        *position = wrong;
    wipe(&mnemonic, sizeof mnemonic);
    return err;
}

err_t keys_create(uint8_t *words, size_t cap, size_t *size)
{
    uint8_t entropy[MNEMONIC_ENTROPY_MAX];
    struct mnemonic mnemonic;
    char text[MNEMONIC_TEXT_MAX];
    size_t length = 0;
    if (keys_seeded())
        return ERR_BAD_STATE;
    err_t err = keys_random(entropy, sizeof entropy);
    if (!err)
        err = mnemonic_from_entropy(entropy, sizeof entropy, &mnemonic);
    wipe(entropy, sizeof entropy);
    if (err)
        return err;
    mnemonic_text(&mnemonic, text, &length);
    wipe(&mnemonic, sizeof mnemonic);
    if (length <= cap) {
        memcpy(words, text, length);
        *size = length;
    } else {
        err = ERR_TOO_SMALL;
    }
    wipe(text, sizeof text);
    return err;
}

err_t keys_open(const struct store_secret *root)
{
    struct mnemonic mnemonic;
    if (keys_seeded())
        return ERR_BAD_STATE;
    err_t err = keys_ready();
    if (!err)
        err = mnemonic_from_entropy(root->entropy, root->size, &mnemonic);
    if (!err)
        err = master_make(&mnemonic, root->network);
    wipe(&mnemonic, sizeof mnemonic);
    return err;
}

err_t keys_root(struct store_secret *root)
{
    if (!keys_seeded())
        return ERR_BAD_STATE;
    *root = keys.root;
    return ERR_OK;
}

void keys_forget(void)
{
    own_forget();
    hd_key_wipe(&keys.master);
    wipe(&keys.root, sizeof keys.root);
    keys.network = 0;
}

err_t keys_app(const struct client *client, struct hd_key *out)
{
    uint8_t seed[CHILD_SEED_SIZE];
    if (!keys_seeded())
        return ERR_BAD_STATE;
    err_t err = child_seed(&keys.secp, &keys.master, client->publisher, client->app_id, seed);
    if (!err)
        err = hd_master(&keys.secp, seed, sizeof seed, out);
    wipe(seed, sizeof seed);
    return err;
}

err_t keys_attest(const struct evidence *e, struct evidence_work *work, uint8_t *out, size_t cap,
                  size_t *size)
{
    return evidence_sign(e, keys.device_seed, work, out, cap, size);
}
