// SPDX-License-Identifier: GPL-3.0-or-later
// For tests: a small bundle that has one of everything, signed by a key that everybody knows.
#pragma once
#include "crypto/hybrid.h"
#include "format/bundle_write.h"

#include <stdlib.h>
#include <string.h>

enum {
    SAMPLE_ROLLBACK = 7,
    SAMPLE_KERNEL = 0,
    SAMPLE_STEWARD = 1,
    SAMPLE_CELL = 2,
    SAMPLE_PLAN = 3,
    SAMPLE_TEXT = 4,
    SAMPLE_PARTS = 5,
    SAMPLE_IMAGE = 5, // pages of each image: text 2, rodata 1, relro 1, data 1
    SAMPLE_LOADED = 8,
};

static const uint8_t SAMPLE_SECRET[HYBRID_SECRET_SIZE] =
    "a test key that everybody knows and another that everybody has";
static const uint32_t SAMPLE_RELOCS[] = {3 * PAGE_SIZE, 3 * PAGE_SIZE + 792, 4 * PAGE_SIZE + 48};

struct sample {
    struct bundle_header *header;
    uint8_t *bytes; // the whole bundle, freed by the caller
    uint64_t size;
    uint8_t key[HYBRID_PUBLIC_SIZE];
};

static inline struct bundle_entry *sample_entry(const struct sample *sample, unsigned index)
{
    return (struct bundle_entry *)(void *)(sample->bytes + BUNDLE_HEADER_SIZE) + index;
}

// Both signatures, by any key.
static inline void sample_sign_by(const struct sample *sample, const uint8_t *secret)
{
    uint8_t message[BUNDLE_MESSAGE];
    bundle_message(sample->header, message);
    if (hybrid_make(secret, message, sizeof message, sample->header->signature) != ERR_OK)
        abort();
}

// After a change: the root and the signatures are right again.
static inline void sample_sign(const struct sample *sample)
{
    uint64_t pages = (sample->size - BUNDLE_HEADER_SIZE) / PAGE_SIZE;
    bundle_root(sample->bytes + BUNDLE_HEADER_SIZE, pages, sample->header->root);
    sample_sign_by(sample, SAMPLE_SECRET);
}

static inline struct bundle_part sample_image(const char *name, uint32_t kind, const uint8_t *bytes)
{
    struct bundle_part part = {
        .entry = {.kind = kind,
                  .bss_pages = SAMPLE_LOADED - SAMPLE_IMAGE,
                  .part = {{.size = PAGE_SIZE + 1000}, {.size = 77}, {.size = 800}, {.size = 56}}},
        .bytes = bytes,
        .size = SAMPLE_IMAGE * PAGE_SIZE
    };
    part.entry.start = 0x123;
    memcpy(part.entry.name, name, strlen(name));
    return part;
}

static inline struct sample sample_make(uint32_t flags)
{
    static uint8_t image[SAMPLE_IMAGE * PAGE_SIZE];
    static const uint32_t ends[SAMPLE_IMAGE] = {PAGE_SIZE, 1000, 77, 800, 56}; // of each page
    for (size_t i = 0; i < sizeof image; i++)
        image[i] = i % PAGE_SIZE < ends[i / PAGE_SIZE] ? (uint8_t)(i * 7 + i / 251) : 0;
    struct bundle_part parts[SAMPLE_PARTS] = {
        sample_image("kernel", BUNDLE_KERNEL, image),
        sample_image("steward", BUNDLE_CELL, image),
        sample_image("vault", BUNDLE_CELL, image),
        {.entry = {.name = "plan", .kind = BUNDLE_PLAN},      .bytes = image,     .size = 5000},
        {.entry = {.name = "vault", .kind = BUNDLE_MANIFEST}, .bytes = image + 1, .size = 77  }
    };
    parts[SAMPLE_KERNEL].relocs = SAMPLE_RELOCS;
    parts[SAMPLE_KERNEL].reloc_count = sizeof SAMPLE_RELOCS / sizeof SAMPLE_RELOCS[0];
    struct bundle_draft draft = {.profile = "vault",
                                 .version = "0.1",
                                 .rollback_index = SAMPLE_ROLLBACK,
                                 .flags = flags,
                                 .parts = parts,
                                 .part_count = SAMPLE_PARTS};
    struct sample sample = {.size = bundle_write_size(&draft)};
    if (hybrid_public(SAMPLE_SECRET, sample.key) != ERR_OK)
        abort();
    hybrid_id(sample.key, draft.signer);
    sample.bytes = aligned_alloc(PAGE_SIZE, sample.size);
    sample.header = (struct bundle_header *)(void *)sample.bytes;
    if (bundle_write(&draft, sample.bytes, sample.size) != BOOT_CLEAR)
        abort();
    sample_sign(&sample);
    return sample;
}
