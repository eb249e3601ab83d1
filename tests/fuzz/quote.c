// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as a quote: the reader keeps its bounds, says why it refuses, and what it takes is
// written the same way again.
#include "format/quote.h"
#include "crypto/sha.h"
#include <stdlib.h>
#include <string.h>

enum { SEEDS = 2, CLOCK_AND_FIRMWARE = 25 };

static void require(bool cond)
{
    if (!cond)
        abort();
}

size_t fuzz_seed(unsigned number, uint8_t *out, size_t max);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void put(struct quote *q, const void *data, size_t size)
{
    memcpy(q->attest + q->attest_size, data, size);
    q->attest_size += (uint32_t)size;
}

// With and without the name of a key.
size_t fuzz_seed(unsigned number, uint8_t *out, size_t max)
{
    static const uint8_t head[] = {0xff, 'T', 'C', 'G', 0x80, 0x18};
    static const uint8_t select[] = {0, 0, 0, 1, 0, 0x0b, 3, QUOTE_MASK & 0xff, QUOTE_MASK >> 8, 0};
    static const uint8_t length[] = {0, 32}, none[CLOCK_AND_FIRMWARE] = {0};
    struct quote q = {.nonce = {1}, .device_key = {2}, .key = {3}, .signature = {4}};
    uint8_t digest[QUOTE_DIGEST];
    struct sha256 sha;
    size_t size = 0;
    if (number >= SEEDS)
        return 0;
    put(&q, head, sizeof head);
    put(&q, number == 0 ? none : length, 2);
    put(&q, none, number == 0 ? 0 : 16);
    put(&q, none, number == 0 ? 0 : 16);
    put(&q, length, sizeof length);
    quote_binding(q.nonce, q.device_key, digest);
    put(&q, digest, sizeof digest);
    put(&q, none, sizeof none);
    put(&q, select, sizeof select);
    put(&q, length, sizeof length);
    sha256_init(&sha);
    for (uint32_t i = 0; i < QUOTE_REGISTERS; i++)
        if ((QUOTE_MASK >> i & 1) != 0)
            sha256_update(&sha, q.registers[i], QUOTE_DIGEST);
    sha256_final(&sha, digest);
    put(&q, digest, sizeof digest);
    require(quote_write(&q, out, max, &size) == ERR_OK);
    return size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct quote q;
    uint8_t again[QUOTE_MAX];
    size_t length = 0;
    enum quote_refusal why = QUOTE_IS_GOOD;
    err_t err = quote_parse(data, size, &q, &why);
    require((err == ERR_OK) == (why == QUOTE_IS_GOOD));
    require(strlen(quote_refusal_text(why)) > 0);
    if (err)
        return 0;
    require(quote_write(&q, again, sizeof again, &length) == ERR_OK && length == size);
    require(memcmp(again, data, size) == 0);
    return 0;
}
