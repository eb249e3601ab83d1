// SPDX-License-Identifier: GPL-3.0-or-later
#include "flash.h"

#include <string.h>

#include "crypto/hash.h"
#include "crypto/stretch.h"
#include "fake.h"
#include "vault/vault.h"

enum { SECTORS = 8 };

static uint8_t sectors[SECTORS][STORE_SECTOR];

err_t stretch_secret(const struct stretch *cost, const void *secret, size_t size, const void *salt,
                     size_t salt_size, void *memory, size_t memory_size, uint8_t out[static 32])
{
    struct hash hash;
    (void)cost, (void)memory, (void)memory_size;
    hash_init(&hash);
    hash_update(&hash, salt, salt_size);
    hash_update(&hash, secret, size);
    hash_final(&hash, out);
    return ERR_OK;
}

static err_t op_info(const struct caller *who, uint32_t *count)
{
    (void)who;
    *count = SECTORS;
    return fake.flash ? ERR_OK : ERR_NOT_FOUND;
}

static err_t op_read(const struct caller *who, uint32_t sector, uint8_t *data, size_t cap,
                     size_t *size)
{
    (void)who;
    if (!fake.flash || sector >= SECTORS || cap < STORE_SECTOR)
        return ERR_DEVICE;
    memcpy(data, sectors[sector], STORE_SECTOR);
    *size = STORE_SECTOR;
    return ERR_OK;
}

static err_t op_write(const struct caller *who, uint32_t sector, const uint8_t *data, size_t size)
{
    (void)who;
    if (!fake.flash || sector >= SECTORS || size != STORE_SECTOR)
        return ERR_DEVICE;
    memcpy(sectors[sector], data, size);
    return ERR_OK;
}

const struct flash_ops fake_flash_operations = {
    .info = op_info, .read = op_read, .write = op_write};

void fake_flash_clear(void)
{
    memset(sectors, 0, sizeof sectors);
}

void fake_power_on(void)
{
    keys_forget();
    requests_forget();
    unlock_begin();
}
