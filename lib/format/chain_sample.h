// SPDX-License-Identifier: GPL-3.0-or-later
// Chains for tests, good and bad: written without the code that is tested, except for its hashes.
// Keys are numbers from 1.
#pragma once
#include "format/chain_parts.h"

#include <stdio.h>
#include <stdlib.h>

enum { SAMPLE_KEYS = 8, SAMPLE_RECOVERY = 7, SAMPLE_MAX = CHAIN_MAX + CHAIN_ENTRY_MAX };

struct sample {
    uint8_t bytes[SAMPLE_MAX];
    size_t size, last; // all of it, and where the last entry begins
    uint64_t sequence, time;
    uint32_t key, next, recovery;
    uint8_t hash[CHAIN_HASH];
};

// An entry; what is 0 is as it should be.
struct words {
    uint32_t operation;
    const char *name;
    uint32_t type;
    const void *value;
    size_t value_size;
    uint32_t by, next, recovery; // keys
    uint64_t time, sequence;
    uint32_t key_type;
    bool key_absent, key_present;
};

static inline const uint8_t *sample_secret(uint32_t key)
{
    static uint8_t secrets[SAMPLE_KEYS + 1][HYBRID_SECRET_SIZE];
    secrets[key][0] = secrets[key][HYBRID_SECRET_SIZE / 2] = (uint8_t)key;
    return secrets[key];
}

static inline const uint8_t *sample_public(uint32_t key)
{
    static uint8_t public[SAMPLE_KEYS + 1][HYBRID_PUBLIC_SIZE];
    static bool known[SAMPLE_KEYS + 1];
    if (!known[key] && hybrid_public(sample_secret(key), public[key]) != ERR_OK)
        abort();
    known[key] = true;
    return public[key];
}

static inline void sample_item(struct writer *w, uint32_t major, uint64_t value)
{
    uint8_t head[ITEM_HEAD_MAX];
    write_bytes(w, head, item_put(head, major, value));
}

static inline void sample_bytes(struct writer *w, uint32_t field, uint32_t major, const void *at,
                                size_t size)
{
    sample_item(w, ITEM_NUMBER, field);
    sample_item(w, major, size);
    write_bytes(w, at, size);
}

static inline void sample_number(struct writer *w, uint32_t field, uint64_t value)
{
    sample_item(w, ITEM_NUMBER, field);
    sample_item(w, ITEM_NUMBER, value);
}

// The body of the next entry; the sample's keys become what it says.
static inline size_t sample_body(struct sample *s, struct words w, uint8_t out[CHAIN_BODY_MAX])
{
    struct writer at = writer_of(out, CHAIN_BODY_MAX);
    uint8_t next[CHAIN_HASH], recovery[CHAIN_HASH];
    const bool first = s->sequence == 0;
    const uint32_t by = w.by ? w.by : s->key;
    const bool key = !w.key_absent && (first || by != s->key || w.key_present);
    s->key = by;
    s->next = w.next ? w.next : s->next;
    s->recovery = w.recovery ? w.recovery : s->recovery;
    s->time = w.time ? w.time : s->time;
    chain_commit_next(sample_public(s->next), next);
    chain_commit_recovery(sample_public(s->recovery), recovery);
    sample_item(&at, ITEM_MAP, 7u + key + (w.name != NULL) + (w.type != 0) + (w.value_size != 0));
    sample_number(&at, 1, w.sequence ? w.sequence : s->sequence);
    sample_number(&at, 2, s->time);
    sample_bytes(&at, 3, ITEM_BYTES, s->hash, CHAIN_HASH);
    sample_number(&at, 4, w.key_type ? w.key_type : 1);
    if (key)
        sample_bytes(&at, 5, ITEM_BYTES, sample_public(by), HYBRID_PUBLIC_SIZE);
    sample_bytes(&at, 6, ITEM_BYTES, next, CHAIN_HASH);
    sample_bytes(&at, 7, ITEM_BYTES, recovery, CHAIN_HASH);
    sample_number(&at, 8, w.operation);
    if (w.name != NULL)
        sample_bytes(&at, 9, ITEM_TEXT, w.name, strlen(w.name));
    if (w.type != 0)
        sample_number(&at, 10, w.type);
    if (w.value_size != 0)
        sample_bytes(&at, 11, ITEM_BYTES, w.value, w.value_size);
    return writer_size(&at);
}

// Sign a body and append it.
static inline void sample_sign(struct sample *s, const uint8_t *body, size_t size)
{
    uint8_t message[CHAIN_MESSAGE], signature[HYBRID_SIZE];
    struct writer at = writer_of(s->bytes + s->size, sizeof s->bytes - s->size);
    chain_entry_hash((struct span){body, size}, s->hash);
    chain_message(s->hash, message);
    if (hybrid_make(sample_secret(s->key), message, sizeof message, signature) != ERR_OK)
        abort();
    sample_item(&at, ITEM_ARRAY, 2);
    sample_item(&at, ITEM_BYTES, size);
    write_bytes(&at, body, size);
    sample_item(&at, ITEM_BYTES, sizeof signature);
    write_bytes(&at, signature, sizeof signature);
    if (at.full)
        abort();
    s->last = s->size;
    s->size += writer_size(&at);
    s->sequence++;
}

static inline void sample_say(struct sample *s, struct words w)
{
    uint8_t body[CHAIN_BODY_MAX];
    sample_sign(s, body, sample_body(s, w, body));
}

// CREATE, by key 1, which stays the next one.
static inline void sample_begin(struct sample *s)
{
    s->size = s->last = 0;
    s->sequence = 0;
    s->time = 1800000000;
    s->key = s->next = 1;
    s->recovery = SAMPLE_RECOVERY;
    memset(s->hash, 0, sizeof s->hash);
    sample_say(s, (struct words){.operation = CHAIN_CREATE});
}

// A value of one byte.
static inline void sample_write(struct sample *s, const char *name, uint32_t type, char value)
{
    sample_say(s, (struct words){.operation = type == REGISTER_APPEND ? CHAIN_APPEND : CHAIN_WRITE,
                                 .name = name,
                                 .type = type,
                                 .value = &value,
                                 .value_size = 1});
}

static inline struct program_register sample_program(uint64_t version)
{
    return (struct program_register){
        .name = "hello",
        .version = version,
        .architecture = PROGRAM_X86_64,
        .size = 4096,
        .code_root = {1, (uint8_t)version},
        .package_root = {2, (uint8_t)version},
        .minimum = 1
    };
}

static inline void sample_program_write(struct sample *s, const struct program_register *program)
{
    uint8_t value[REGISTER_VALUE];
    size_t size;
    if (program_encode(program, value, sizeof value, &size) != ERR_OK)
        abort();
    sample_say(s, (struct words){.operation = CHAIN_WRITE,
                                 .name = "hello",
                                 .type = REGISTER_OBJECT,
                                 .value = value,
                                 .value_size = size});
}
