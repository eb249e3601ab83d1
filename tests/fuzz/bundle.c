// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as a bundle: the checks answer, read nothing outside, and what they pass can be loaded.
// The signature and the root are left out, or nothing would get past them.
#include "format/bundle.h"
#include "core/image.h"
#include "tests/fuzz/small_bundle.h"

#include <stdlib.h>
#include <string.h>

size_t fuzz_seed(unsigned number, uint8_t *out, size_t max);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LOAD_PAGES_MAX = 64 };

static void require(int cond)
{
    if (!cond)
        abort();
}

size_t fuzz_seed(unsigned number, uint8_t *out, size_t max)
{
    const size_t size = number > SMALL_BUNDLE_EDITS ? 0 : small_bundle(1, 0, out, max);
    if (size != 0 && number > 0)
        edit_make(out, &small_bundle_edits[number - 1]);
    return size;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
    return bundle_mutate(data, size, max, seed);
}

static void entry_require(const struct bundle_entry *entry, uint64_t payload_size)
{
    for (unsigned i = 0; i < BUNDLE_PARTS; i++)
        require(entry->part[i].size <= payload_size &&
                entry->part[i].offset <= payload_size - entry->part[i].size);
    require(bundle_name_good(entry->name));
    if (bundle_has_image(entry))
        require(entry->start < entry->part[BUNDLE_TEXT].size);
}

static void payload_load(const struct bundle_header *header, const uint8_t *payload)
{
    struct bundle_view view;
    if (bundle_check_payload(header, payload, &view) != BOOT_CLEAR)
        return;
    for (uint32_t i = 0; i < view.count; i++)
        entry_require(&view.entries[i], header->payload_pages * PAGE_SIZE);
    enum boot_stop trees = bundle_check_trees(&view, payload);
    require(trees == BOOT_CLEAR || trees == BOOT_STOP_ENTRY_TREE);
    const struct bundle_entry *kernel = &view.entries[view.kernel];
    require(kernel->kind == BUNDLE_KERNEL && view.entries[view.steward].kind == BUNDLE_CELL);
    const uint64_t pages = bundle_image_pages(kernel);
    if (pages > LOAD_PAGES_MAX)
        return;
    uint8_t *image = malloc(pages * PAGE_SIZE);
    enum boot_stop stop = image_load(kernel, payload, 0xffffffff80000000u, image);
    require(stop == BOOT_CLEAR);
    free(image);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *bundle = aligned_alloc(PAGE_SIZE, (size / PAGE_SIZE + 1) * PAGE_SIZE);
    memcpy(bundle, data, size);
    const struct bundle_header *header = (const struct bundle_header *)(const void *)bundle;
    if (bundle_recognise(bundle, size) == BOOT_CLEAR &&
        bundle_check_unsigned(header) == BOOT_CLEAR &&
        bundle_check_header(header, size) == BOOT_CLEAR)
        payload_load(header, bundle + BUNDLE_HEADER_SIZE);
    free(bundle);
    return 0;
}
