// SPDX-License-Identifier: GPL-3.0-or-later
// For fuzz programs only: the same BLAKE3 by the vector unit that every x86-64 has, in place of
// third_party/blake3/portable.c, because packages and bundles are hashed whole for each input.
#include "blake3_impl.h"

enum { LANES = 4 };

size_t blake3_simd_degree(void)
{
    return LANES;
}

void blake3_compress_in_place(uint32_t cv[8], const uint8_t block[BLAKE3_BLOCK_LEN],
                              uint8_t block_len, uint64_t counter, uint8_t flags)
{
    blake3_compress_in_place_sse2(cv, block, block_len, counter, flags);
}

void blake3_compress_xof(const uint32_t cv[8], const uint8_t block[BLAKE3_BLOCK_LEN],
                         uint8_t block_len, uint64_t counter, uint8_t flags, uint8_t out[64])
{
    blake3_compress_xof_sse2(cv, block, block_len, counter, flags, out);
}

void blake3_xof_many(const uint32_t cv[8], const uint8_t block[BLAKE3_BLOCK_LEN], uint8_t block_len,
                     uint64_t counter, uint8_t flags, uint8_t out[64], size_t blocks)
{
    for (size_t i = 0; i < blocks; i++)
        blake3_compress_xof_sse2(cv, block, block_len, counter + i, flags, out + 64 * i);
}

void blake3_hash_many(const uint8_t *const *inputs, size_t inputs_count, size_t blocks,
                      const uint32_t key[8], uint64_t counter, bool increment_counter,
                      uint8_t flags, uint8_t flags_start, uint8_t flags_end, uint8_t *out)
{
    blake3_hash_many_sse2(inputs, inputs_count, blocks, key, counter, increment_counter, flags,
                          flags_start, flags_end, out);
}
