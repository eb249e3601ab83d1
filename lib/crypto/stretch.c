// SPDX-License-Identifier: GPL-3.0-or-later
// Argon2id over the reference implementation, which asks for its memory through a call without a
// context; there is one thread here, so the answer stands in a variable meanwhile.
#include "crypto/stretch.h"

#include "crypto/wipe.h"

#include <argon2.h>

static uint8_t *lent;
static size_t lent_size;

static int memory_take(uint8_t **memory, size_t size)
{
    *memory = size <= lent_size ? lent : NULL;
    return 0;
}

static void memory_give(uint8_t *memory, size_t size)
{
    wipe(memory, size);
}

err_t stretch_secret(const struct stretch *cost, const void *secret, size_t size, const void *salt,
                     size_t salt_size, void *memory, size_t memory_size,
                     uint8_t out[static STRETCH_SIZE])
{
    uint8_t result[STRETCH_SIZE];
    argon2_context context = {
        .out = result,
        .outlen = sizeof result,
        .pwd = (uint8_t *)(uintptr_t)secret, // not written: neither flag for it is set
        .pwdlen = (uint32_t)size,
        .salt = (uint8_t *)(uintptr_t)salt,
        .saltlen = (uint32_t)salt_size,
        .t_cost = cost->passes,
        .m_cost = cost->kib,
        .lanes = 1,
        .threads = 1,
        .version = ARGON2_VERSION_13,
        .allocate_cbk = memory_take,
        .free_cbk = memory_give,
        .flags = ARGON2_DEFAULT_FLAGS,
    };
    if (cost->kib < STRETCH_KIB_MIN || cost->passes == 0 || size > UINT32_MAX ||
        salt_size < STRETCH_SALT_MIN || salt_size > UINT32_MAX || cost->kib > memory_size / 1024)
        return ERR_BAD_ARGUMENT;
    lent = memory;
    lent_size = memory_size;
    int error = argon2_ctx(&context, Argon2_id);
    lent = NULL;
    lent_size = 0;
    if (error == ARGON2_OK)
        for (size_t i = 0; i < sizeof result; i++)
            out[i] = result[i];
    wipe(result, sizeof result);
    return error == ARGON2_OK ? ERR_OK : ERR_BAD_STATE;
}
