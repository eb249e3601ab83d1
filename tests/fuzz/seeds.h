// SPDX-License-Identifier: GPL-3.0-or-later
// Good inputs for the fuzz entries of the Bitcoin formats, from tests/vectors/signed.txt.
#pragma once
#include "format/psbt_request.h"
#include "format/vectors_test.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t fuzz_seed(unsigned number, uint8_t *out, size_t max);

static inline void require(bool cond)
{
    if (!cond)
        abort();
}

enum { SEED_NETWORK = 1, SEED_APP = 2, SEED_PSBT = 3 };

// Line `number` of the vectors; false after the last.
static inline bool seed_line(unsigned number, struct vectors *vectors)
{
    vectors_open(vectors, "tests/vectors/signed.txt");
    for (unsigned n = 0; vectors_next(vectors); n++)
        if (n == number) {
            fclose(vectors->file);
            return true;
        }
    return false;
}

// The fingerprint of the wallet all vectors belong to.
static inline uint32_t seed_fingerprint(const char *app_seed)
{
    uint8_t seed[64];
    struct hd_key master;
    size_t size = vector_hex(app_seed, seed, sizeof(seed));
    require(hd_master(vector_secp(), seed, size, &master) == ERR_OK);
    return hd_fingerprint(&master);
}
