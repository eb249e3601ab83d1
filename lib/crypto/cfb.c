// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/cfb.h"

#include "crypto/wipe.h"

#include <wolfssl/wolfcrypt/aes.h>

typedef int run_t(Aes *aes, byte *out, const byte *in, word32 size);

// Both directions only ever encrypt blocks.
static err_t cfb_run(run_t *run, const uint8_t *key, const uint8_t *first, void *data, size_t size)
{
    Aes aes;
    int error = wc_AesInit(&aes, NULL, INVALID_DEVID);
    if (error == 0)
        error = wc_AesSetKey(&aes, key, CFB_KEY, first, AES_ENCRYPTION);
    if (error == 0)
        error = run(&aes, data, data, (word32)size);
    if (error != 0)
        wipe(data, size);
    wipe(&aes, sizeof aes);
    return error == 0 ? ERR_OK : ERR_BAD_STATE;
}

err_t cfb_close(const uint8_t key[static CFB_KEY], const uint8_t first[static CFB_BLOCK],
                void *data, size_t size)
{
    return cfb_run(wc_AesCfbEncrypt, key, first, data, size);
}

err_t cfb_open(const uint8_t key[static CFB_KEY], const uint8_t first[static CFB_BLOCK], void *data,
               size_t size)
{
    return cfb_run(wc_AesCfbDecrypt, key, first, data, size);
}
