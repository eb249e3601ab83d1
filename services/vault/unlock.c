// SPDX-License-Identifier: GPL-3.0-or-later
// The prompt's operations on what survives power-off.
#include <string.h>

#include "crypto/wipe.h"
#include "format/mnemonic.h"
#include "gen/flash.h"
#include "vault.h"

enum { STORAGE_FAILED = 4 }; // abi/vault.idl, `storage`

static struct store store;
static bool failed; // there is a medium, and it does not do what it should

static err_t flash_in(uint32_t sector, uint8_t out[STORE_SECTOR])
{
    size_t size = 0;
    err_t err = flash_read(sector, out, STORE_SECTOR, &size);
    return !err && size != STORE_SECTOR ? ERR_DEVICE : err;
}

static err_t flash_out(uint32_t sector, const uint8_t in[STORE_SECTOR])
{
    return flash_write(sector, in, STORE_SECTOR);
}

void unlock_begin(void)
{
    static const struct medium flash = {flash_in, flash_out};
    uint32_t sectors = 0;
    err_t err = flash_info(&sectors);
    const bool there = !err && sectors >= STORE_SECTORS;
    // No flash in the machine, or no driver in the profile.
    const bool absent = err == ERR_NOT_FOUND || err == ERR_BAD_CAPABILITY || err == ERR_DENIED;
    bool sealing = false;
    const struct machine *machine = machine_find(&sealing);
    err = store_begin(&store, there ? &flash : NULL, machine);
    // What a TPM will not open again is not closed with it; the greeting says that the PIN is
    // alone.
    if (!sealing && store.protection != STORE_PIN_AND_MACHINE)
        store.machine = NULL;
    failed = err || (!there && !absent);
}

err_t unlock_storage(const struct caller *who, uint32_t *state, uint32_t *protection,
                     uint32_t *left)
{
    (void)who;
    *state = failed ? STORAGE_FAILED : (uint32_t)store.state;
    *protection = (uint32_t)store.protection;
    *left = STORE_TRIES - store.tries;
    return ERR_OK;
}

// Try the PIN; what was wiped on the medium is forgotten here as well.
static err_t pin_try(const uint8_t *pin, size_t size, struct store_secret *secret,
                     uint32_t *verdict, uint32_t *left)
{
    enum store_verdict found;
    err_t err = store_open(&store, pin, size, secret, &found, left);
    if (err)
        return err;
    if (found == STORE_WIPED) {
        keys_forget();
        requests_forget();
    }
    *verdict = (uint32_t)found;
    return ERR_OK;
}

err_t unlock_open(const struct caller *who, const uint8_t *pin, size_t size, uint32_t *verdict,
                  uint32_t *left)
{
    struct store_secret secret;
    (void)who;
    if (keys_seeded())
        return ERR_BAD_STATE;
    err_t err = pin_try(pin, size, &secret, verdict, left);
    if (!err && *verdict == STORE_RIGHT)
        err = keys_open(&secret);
    wipe(&secret, sizeof secret); // V7
    return err;
}

err_t unlock_protect(const struct caller *who, const uint8_t *old, size_t old_size,
                     const uint8_t *pin, size_t size, uint32_t *verdict, uint32_t *left)
{
    struct store_secret secret;
    struct store_random random;
    (void)who;
    if (!keys_seeded() || (store.state != STORE_EMPTY && store.state != STORE_LOCKED))
        return ERR_BAD_STATE;
    if (!store_pin_good(pin, size))
        return ERR_BAD_ARGUMENT;
    *verdict = STORE_RIGHT;
    *left = STORE_TRIES;
    err_t err =
        store.state == STORE_LOCKED ? pin_try(old, old_size, &secret, verdict, left) : ERR_OK;
    if (!err && *verdict == STORE_RIGHT) {
        err = keys_random(&random, sizeof random);
        if (!err)
            err = keys_root(&secret);
        if (!err)
            err = store_keep(&store, &secret, pin, size, &random);
    }
    wipe(&random, sizeof random); // V7
    wipe(&secret, sizeof secret);
    return err;
}

err_t unlock_words(const struct caller *who, const uint8_t *pin, size_t size, uint8_t *words,
                   size_t cap, size_t *used, uint32_t *verdict, uint32_t *left)
{
    struct store_secret secret;
    struct mnemonic mnemonic;
    char text[MNEMONIC_TEXT_MAX] = {0};
    size_t length = 0;
    (void)who;
    err_t err = pin_try(pin, size, &secret, verdict, left);
    if (!err && *verdict == STORE_RIGHT) {
        err = mnemonic_from_entropy(secret.entropy, secret.size, &mnemonic);
        if (!err)
            mnemonic_text(&mnemonic, text, &length);
        if (!err && length > cap)
            err = ERR_TOO_SMALL;
    }
    if (!err) {
        memcpy(words, text, length);
        *used = length;
    }
    wipe(&mnemonic, sizeof mnemonic); // V7
    wipe(text, sizeof text);
    wipe(&secret, sizeof secret);
    return err;
}

err_t unlock_forget(const struct caller *who)
{
    (void)who;
    keys_forget();
    requests_forget();
    return store.medium != NULL ? store_wipe(&store) : ERR_OK;
}
