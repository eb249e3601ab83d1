// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/box.h"

#include "crypto/wipe.h"

#include <wolfssl/wolfcrypt/aes.h>

err_t box_close(const uint8_t key[static BOX_KEY], const uint8_t nonce[static BOX_NONCE],
                const struct box_text *text, uint8_t *out, uint8_t tag[static BOX_TAG])
{
    Aes aes;
    int error = wc_AesInit(&aes, NULL, INVALID_DEVID);
    if (error == 0)
        error = wc_AesGcmSetKey(&aes, key, BOX_KEY);
    if (error == 0)
        error = wc_AesGcmEncrypt(&aes, out, text->data, (word32)text->size, nonce, BOX_NONCE, tag,
                                 BOX_TAG, text->bound, (word32)text->bound_size);
    wipe(&aes, sizeof aes);
    return error == 0 ? ERR_OK : ERR_BAD_STATE;
}

err_t box_open(const uint8_t key[static BOX_KEY], const uint8_t nonce[static BOX_NONCE],
               const struct box_text *text, const uint8_t tag[static BOX_TAG], uint8_t *out)
{
    Aes aes;
    int error = wc_AesInit(&aes, NULL, INVALID_DEVID);
    if (error == 0)
        error = wc_AesGcmSetKey(&aes, key, BOX_KEY);
    if (error == 0)
        error = wc_AesGcmDecrypt(&aes, out, text->data, (word32)text->size, nonce, BOX_NONCE, tag,
                                 BOX_TAG, text->bound, (word32)text->bound_size);
    if (error != 0)
        wipe(out, text->size);
    wipe(&aes, sizeof aes);
    return error == 0 ? ERR_OK : ERR_BAD_SIGNATURE;
}
