// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/counter.h"

#include <string.h>

// TPM 2.0 Library Specification, part 2: TPM_ST, TPM_CC, TPM_RC, TPM_RH, TPMA_NV.
enum {
    TAG_PLAIN = 0x8001,
    TAG_SESSIONS = 0x8002,
    NV_READ_PUBLIC = 0x169,
    NV_READ = 0x14e,
    RC_NO_HANDLE = 0x18b, // TPM_RC_HANDLE, of the first handle
    HEAD = 10,            // tag, size, command or result
    PASSWORD = 0x40000009,
    NV_WRITTEN = 1 << 29,
    NV_AUTH_READ = 1 << 18,
};

// Bytes that are written or read one after another; reading past the end gives zeroes.
struct bytes {
    uint8_t *out;
    const uint8_t *in;
    uint32_t at;
};

static void put(struct bytes *b, uint64_t value, unsigned size)
{
    while (size-- > 0)
        b->out[b->at++] = (uint8_t)(value >> 8 * size);
}

static uint64_t get(struct bytes *b, unsigned size)
{
    uint64_t value = 0;
    for (; size > 0 && b->at < COUNTER_ANSWER; size--)
        value = value << 8 | b->in[b->at++];
    return value;
}

uint32_t counter_ask_public(uint8_t out[static COUNTER_COMMAND])
{
    struct bytes b = {.out = out};
    put(&b, TAG_PLAIN, 2);
    put(&b, HEAD + 4, 4);
    put(&b, NV_READ_PUBLIC, 4);
    put(&b, COUNTER_INDEX, 4);
    return b.at;
}

// Authorised by the index's own password, which is empty: whoever starts this machine may read it.
uint32_t counter_ask_value(uint8_t out[static COUNTER_COMMAND])
{
    struct bytes b = {.out = out};
    put(&b, TAG_SESSIONS, 2);
    put(&b, COUNTER_COMMAND, 4);
    put(&b, NV_READ, 4);
    put(&b, COUNTER_INDEX, 4);
    put(&b, COUNTER_INDEX, 4);
    put(&b, 9, 4); // bytes of the session: handle, empty nonce, attributes, empty password
    put(&b, PASSWORD, 4);
    put(&b, 0, 2 + 1 + 2);
    put(&b, COUNTER_SIZE, 2);
    put(&b, 0, 2); // from the first byte
    return b.at;
}

enum counter_state counter_hear_public(const uint8_t answer[static COUNTER_ANSWER])
{
    struct bytes b = {.in = answer};
    const uint64_t tag = get(&b, 2), size = get(&b, 4), result = get(&b, 4);
    if (tag == TAG_PLAIN && size == HEAD && result == RC_NO_HANDLE)
        return COUNTER_ABSENT;
    if (tag != TAG_PLAIN || size <= HEAD || size > COUNTER_ANSWER || result != 0)
        return COUNTER_BROKEN;
    (void)get(&b, 2); // size of what follows
    const uint64_t index = get(&b, 4);
    (void)get(&b, 2); // hash of its name
    const uint64_t attributes = get(&b, 4);
    const uint64_t policy = get(&b, 2);
    if (policy > size || b.at + policy + 2 > size)
        return COUNTER_BROKEN;
    b.at += (uint32_t)policy;
    if (index != COUNTER_INDEX || get(&b, 2) != COUNTER_SIZE || (attributes & NV_AUTH_READ) == 0)
        return COUNTER_SHAPE;
    return (attributes & NV_WRITTEN) != 0 ? COUNTER_KNOWN : COUNTER_ABSENT;
}

struct counter counter_hear_value(const uint8_t answer[static COUNTER_ANSWER])
{
    struct bytes b = {.in = answer};
    struct counter counter = {.state = COUNTER_BROKEN};
    const uint64_t tag = get(&b, 2), size = get(&b, 4), result = get(&b, 4);
    (void)get(&b, 4); // size of the parameters
    if (tag != TAG_SESSIONS || result != 0 || size < HEAD + 4 + 2 + COUNTER_SIZE ||
        size > COUNTER_ANSWER || get(&b, 2) != COUNTER_SIZE)
        return counter;
    counter.value = get(&b, COUNTER_SIZE);
    counter.state = COUNTER_KNOWN;
    return counter;
}

enum boot_stop counter_check(const struct counter *counter, uint64_t rollback_index)
{
    switch (counter->state) {
    case COUNTER_ABSENT:
        return BOOT_CLEAR;
    case COUNTER_KNOWN:
        return rollback_index < counter->value ? BOOT_STOP_COUNTER : BOOT_CLEAR;
    case COUNTER_SHAPE:
        return BOOT_STOP_COUNTER_SHAPE;
    default:
        return BOOT_STOP_COUNTER_READ;
    }
}
