// SPDX-License-Identifier: GPL-3.0-or-later
// For tests: a small package that has one of everything.
#pragma once
#include "format/package_write.h"

#include <stdlib.h>

enum { PACKAGE_SAMPLE_IMAGE = 5 }; // pages: text 2, rodata 1, relro 1, data 1

static const char PACKAGE_SAMPLE_MANIFEST[] = "name = \"note\"\n";
static const uint32_t PACKAGE_SAMPLE_RELOCS[] = {3 * PAGE_SIZE, 4 * PAGE_SIZE + 48};

struct package_sample {
    uint8_t *bytes; // PACKAGE_MAX of them; freed by the caller
    size_t size;    // archive and root
};

// `number` is its version; each `variant` is another program.
static inline struct package_draft package_sample_draft(uint64_t number, uint8_t variant,
                                                        struct bundle_part *part)
{
    static uint8_t image[PACKAGE_SAMPLE_IMAGE * PAGE_SIZE];
    static const uint32_t ends[PACKAGE_SAMPLE_IMAGE] = {PAGE_SIZE, 1000, 77, 800, 56};
    static const struct plan_grant grants[] = {
        {.service = 3,  .methods = 2},
        { .service = 7, .methods = 4, .consent = 8},
    };
    struct package_draft draft = {
        .app = {.version_text = "1.0",                    .number = number                  },
        .grants = grants,
        .grant_count = 2,
        .program = part,
        .manifest = {(const uint8_t *)PACKAGE_SAMPLE_MANIFEST, sizeof PACKAGE_SAMPLE_MANIFEST - 1},
    };
    struct plan_cell *cell = &draft.app.cell;
    for (size_t i = 0; i < sizeof image; i++)
        image[i] = i % PAGE_SIZE < ends[i / PAGE_SIZE] ? (uint8_t)(i * 7 + i / 251 + variant) : 0;
    *part = (struct bundle_part){
        .entry = {.name = "note",
                  .kind = BUNDLE_CELL,
                  .bss_pages = 3,
                  .part = {{.size = PAGE_SIZE + 1000}, {.size = 77}, {.size = 800}, {.size = 56}},
                  .start = 0x123},
        .bytes = image,
        .size = sizeof image,
        .relocs = PACKAGE_SAMPLE_RELOCS,
        .reloc_count = 2,
    };
    memcpy(cell->name, "note", 4);
    memcpy(cell->app_id, "note", 4);
    cell->priority = 90;
    cell->flags = PLAN_APP;
    cell->stack_pages = 4;
    cell->slots = 256;
    return draft;
}

static inline struct package_sample package_sample_make(uint64_t number, uint8_t variant)
{
    struct bundle_part part;
    struct package_draft draft = package_sample_draft(number, variant, &part);
    struct package_sample sample = {.bytes = aligned_alloc(PAGE_SIZE, PACKAGE_MAX)};
    enum package_refusal why;
    if (sample.bytes == NULL || package_write(&draft, sample.bytes, &sample.size, &why) != ERR_OK)
        abort();
    return sample;
}
