// SPDX-License-Identifier: GPL-3.0-or-later
// Hash_DRBG over wolfCrypt. The library asks for its seed through random_seed_take (set in its
// user_settings.h), so one generator is begun at a time; the bytes handed over are SHA-512 of the
// caller's seed, a vetted conditioning component (SP 800-90B section 3.1.5.1.2), and the caller's
// whole seed is then mixed in by a reseed.
#include "crypto/random.h"
#include "crypto/sha.h"
#include "crypto/wipe.h"
#include <string.h>
#include <wolfssl/wolfcrypt/random.h>

enum { CALLS_MAX = 100000 }; // before a reseed; below the library's own limit

struct generator {
    WC_RNG rng; // points into itself: a struct random is never copied or moved
    uint32_t calls;
    uint32_t live;
};

_Static_assert(sizeof(struct generator) <= sizeof(struct random), "the library's state fits");
_Static_assert(_Alignof(struct generator) <= _Alignof(struct random), "and is aligned");

// The seed of the generator that is being begun; set and wiped by random_begin.
static uint8_t begin_seed[SHA512_SIZE];
static bool begin_ready;

int random_seed_take(unsigned char *out, unsigned int size)
{
    if (!begin_ready || size > sizeof(begin_seed))
        return -1; // also what a generator gets that would like to reseed itself
    memcpy(out, begin_seed, size);
    begin_ready = false;
    return 0;
}

static struct generator *inner(struct random *random)
{
    return (struct generator *)(void *)random->state;
}

err_t random_begin(struct random *random, const void *seed, size_t size)
{
    struct generator *generator = inner(random);
    if (size < RANDOM_SEED_MIN || size > RANDOM_SEED_MAX)
        return ERR_BAD_ARGUMENT;
    memset(random, 0, sizeof(*random));
    sha512(seed, size, begin_seed);
    begin_ready = true;
    bool good = wc_InitRng_ex(&generator->rng, NULL, INVALID_DEVID) == 0;
    begin_ready = false;
    wipe(begin_seed, sizeof(begin_seed));
    good = good && wc_RNG_DRBG_Reseed(&generator->rng, seed, (word32)size) == 0;
    generator->live = good;
    if (good)
        return ERR_OK;
    random_end(random);
    return ERR_BAD_STATE;
}

err_t random_reseed(struct random *random, const void *seed, size_t size)
{
    struct generator *generator = inner(random);
    if (size < RANDOM_RESEED_MIN || size > RANDOM_SEED_MAX)
        return ERR_BAD_ARGUMENT;
    if (generator->live == 0 || wc_RNG_DRBG_Reseed(&generator->rng, seed, (word32)size) != 0)
        return ERR_BAD_STATE;
    generator->calls = 0;
    return ERR_OK;
}

err_t random_bytes(struct random *random, void *out, size_t size)
{
    struct generator *generator = inner(random);
    if (size > RANDOM_OUT_MAX)
        return ERR_TOO_LARGE;
    if (generator->live == 0)
        return ERR_BAD_STATE;
    if (generator->calls >= CALLS_MAX)
        return ERR_EXPIRED;
    if (size > 0 && wc_RNG_GenerateBlock(&generator->rng, out, (word32)size) != 0) {
        wipe(out, size);
        random_end(random);
        return ERR_BAD_STATE;
    }
    generator->calls++;
    return ERR_OK;
}

void random_end(struct random *random)
{
    wc_FreeRng(&inner(random)->rng);
    wipe(random, sizeof(*random));
}
