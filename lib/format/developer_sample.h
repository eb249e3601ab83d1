// SPDX-License-Identifier: GPL-3.0-or-later
// For tests: developers, their chains, and packages that they have signed.
#pragma once
#include "format/package_sample.h"
#include "tests/unit.h"

static const uint8_t SECRET[HYBRID_SECRET_SIZE] = "a developer's two keys, known to everybody here";
static const uint8_t OTHER[HYBRID_SECRET_SIZE] = "another developer's";
static const uint8_t RECOVERY[HYBRID_SECRET_SIZE] = "what lies in a drawer";

enum { CHAIN_ROOM = 16 * CHAIN_ENTRY_MAX };

struct developer {
    const uint8_t *secret;
    uint8_t bytes[CHAIN_ROOM];
    size_t size;
    struct chain chain;
};

static inline void developer_read(struct developer *d)
{
    struct chain_check check;
    if (!CHECK(chain_verify(d->bytes, d->size, &d->chain, &check) == ERR_OK))
        fprintf(stderr, "    entry %u: %s\n", check.entry, chain_sentence(check.refusal));
}

static inline void developer_say(struct developer *d, const struct chain_draft *draft)
{
    size_t size = 0;
    CHECK_EQ(chain_draft_sign(&d->chain, d->chain.count, draft, d->secret, d->bytes + d->size,
                              CHAIN_ROOM - d->size, &size),
             ERR_OK);
    d->size += size;
    developer_read(d);
}

static inline void developer_start(struct developer *d, const uint8_t *secret)
{
    uint8_t key[HYBRID_PUBLIC_SIZE], next[CHAIN_HASH], recovery[CHAIN_HASH];
    memset(d, 0, sizeof *d);
    d->secret = secret;
    CHECK_EQ(hybrid_public(secret, key), ERR_OK);
    chain_commit_next(key, next);
    CHECK_EQ(hybrid_public(RECOVERY, key), ERR_OK);
    chain_commit_recovery(key, recovery);
    developer_say(d, &(struct chain_draft){.time = 1000,
                                           .operation = CHAIN_CREATE,
                                           .name = "",
                                           .next = next,
                                           .recovery = recovery});
}

static inline void developer_write(struct developer *d, const struct program_register *program)
{
    uint8_t value[REGISTER_VALUE];
    size_t size = 0;
    CHECK_EQ(program_encode(program, value, sizeof value, &size), ERR_OK);
    developer_say(d, &(struct chain_draft){
                         .time = 2000,
                         .operation = CHAIN_WRITE,
                         .name = program->name,
                         .type = REGISTER_OBJECT,
                         .value = {value, size}
    });
}

// Bytes of a package with a chain behind it; the caller frees them.
struct whole {
    uint8_t *bytes;
    size_t size;
    struct package package;
};

static inline void whole_sign(struct whole *w, const struct developer *d)
{
    enum package_refusal why;
    const size_t archive = w->package.size + PACKAGE_HASH;
    memcpy(w->bytes + archive, d->bytes, d->size);
    w->size = archive + d->size;
    CHECK_EQ(package_open(w->bytes, w->size, &w->package, &why), ERR_OK);
}

static inline struct whole whole_make(uint64_t number, uint8_t variant)
{
    struct package_sample sample = package_sample_make(number, variant);
    struct whole w = {.bytes = sample.bytes, .size = sample.size};
    enum package_refusal why;
    CHECK_EQ(package_open(w.bytes, w.size, &w.package, &why), ERR_OK);
    return w;
}

// The same program, with another manifest.
static inline struct whole whole_make_other_text(uint64_t number)
{
    struct bundle_part part;
    struct package_draft draft = package_sample_draft(number, 0, &part);
    struct whole w = {.bytes = aligned_alloc(PAGE_SIZE, PACKAGE_MAX)};
    enum package_refusal why;
    draft.manifest.size--;
    CHECK_EQ(package_write(&draft, w.bytes, &w.size, &why), ERR_OK);
    CHECK_EQ(package_open(w.bytes, w.size, &w.package, &why), ERR_OK);
    return w;
}

static inline struct program_register register_of(const struct whole *w)
{
    struct program_register program;
    package_register(&w->package, &program);
    return program;
}
